using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A card with what it is worth for each workload that ships with the product.</summary>
public sealed record RatedCard(Card Card, IReadOnlyList<EffectiveUnits> Effective);

/// <summary>The card registry, open to everybody: rates, evidence, units, and how each number came about.</summary>
internal static class CardEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var cards = v1.MapGroup("/cards").WithTags("Cards").AllowAnonymous();
        cards.MapGet("/", List).WithSummary("List the cards that are known, with their standard units");
        cards.MapGet("/{id}", Get).WithSummary("Read a card: rates, evidence, SCU and SCU-H with their terms, effective SCU per workload");
    }

    private static Page<Card> List([AsParameters] PageRequest page, string? board = null, string? vendor = null)
    {
        var after = page.After;
        var only = board is null ? (Board?)null : OfferQuery.OneOf<Board>("board", board);
        var rows = CardRegistry.Default.Cards
            .Where(c => only is null || c.Board == only)
            .Where(c => vendor is null || c.Vendor.Equals(vendor, StringComparison.OrdinalIgnoreCase))
            .OrderBy(c => c.Id, StringComparer.Ordinal)
            .Where(c => string.CompareOrdinal(c.Id, after) > 0);
        return Page.Of([.. rows.Take(page.Take)], page, c => c.Id);
    }

    private static RatedCard Get(string id)
    {
        if (CardRegistry.Default.Find(id) is { } card) return new(card, [.. Workload.All.Select(w => EffectiveUnits.Of(card, w))]);
        var meant = CardRegistry.Default.Resolve(id).Candidates;
        var hint = meant.Count == 0 ? "" : $"; by that name there is {string.Join(", ", meant.Select(c => c.Id))}";
        throw Refusal.NotFound($"card '{id}'{hint}");
    }
}
