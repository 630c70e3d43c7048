using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The cards of this market: those that ship, and what its operator made of them. A change is a new version and rates open offers anew;
/// leases, quotes and what was billed keep what they were made with.
/// </summary>
public static class CardBook
{
    /// <summary>Years ahead for which a card may be announced.</summary>
    private const int Ahead = 2;

    private const string Latest =
        """
        SELECT v.card_id, v.version, v.slice_of, v.figures, v.reason, v.created_at FROM card_version v
        WHERE v.version = (SELECT MAX(l.version) FROM card_version l WHERE l.card_id = v.card_id)
        """;

    /// <summary>
    /// The registry as this session sees it. It costs one look at a row; the cards themselves are read only when that row has changed.
    /// </summary>
    public static async Task<CardRegistry> Registry(Session session)
    {
        var shelf = session.Remembered<Shelf>();
        var edition = await session.Scalar<string>("SELECT edition FROM card_edition WHERE name = 'cards'");
        if (shelf.Kept is { } kept && kept.Edition == edition) return kept.Cards;
        var changed = await session.Query<Row>(Latest);
        var cards = changed.Count == 0 ? CardRegistry.Default : CardRegistry.Default.With(changed.Select(r => r.ToCard()));
        shelf.Kept = new(edition, cards);
        return cards;
    }

    /// <exception cref="Refusal">No card has that id; names those that it may mean.</exception>
    public static async Task<Card> Get(Session session, string id)
    {
        var registry = await Registry(session);
        if (registry.Find(id) is { } card) return card;
        var meant = registry.Resolve(id).Candidates;
        throw Refusal.NotFound(
            meant.Count == 0 ? $"card '{id}'" : $"card '{id}'; by that name there is {string.Join(", ", meant.Select(c => c.Id))}");
    }

    /// <summary>Every version of a card, newest first.</summary>
    /// <exception cref="Refusal">No card has that id.</exception>
    public static async Task<IReadOnlyList<CardVersion>> Versions(Session session, string id)
    {
        await Get(session, id);
        var rows = await session.Query<Row>(
            """
            SELECT v.card_id, v.version, v.slice_of, v.figures, v.reason, v.created_at FROM card_version v
            WHERE v.card_id = @id ORDER BY v.version DESC
            """,
            new { id });
        var versions = rows.Select(r => new CardVersion(r.ToCard(), r.Reason, r.CreatedAt));
        return CardRegistry.Default.Find(id) is { } shipped ? [.. versions, new CardVersion(shipped, "", null)] : [.. versions];
    }

    /// <exception cref="Refusal">A figure cannot be, or the id is taken.</exception>
    public static async Task<Card> Register(Session session, OrganisationId by, CardDraft draft)
    {
        var card = draft.ToCard(1, LastYear(session));
        await Add(session, by, card, "registered", isNew: true);
        return card;
    }

    /// <summary>Sells parts of a card as a card of their own.</summary>
    /// <exception cref="Refusal">No such card, no such slice of it, or there is one already.</exception>
    public static async Task<Card> Cut(Session session, OrganisationId by, string id, SliceDraft draft)
    {
        var whole = await Get(session, id);
        Card slice;
        try
        {
            slice = CardSlice.Parse(draft.Share, whole).Of(whole);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid("share", e.Message);
        }

        await Add(session, by, slice, $"slice of {whole.Id}", isNew: true);
        return slice;
    }

    /// <summary>Makes a new version of a card's figures, and rates its open offers by it.</summary>
    /// <exception cref="Refusal">No such card, changed since it was read, or a figure cannot be.</exception>
    public static async Task<Card> Change(Session session, OrganisationId by, string id, long version, CardChange change)
    {
        await Take(session);
        var before = await Get(session, id);
        if (before.Version != version) throw ETags.Stale();
        var reason = TextField.Of(change.Reason, "reason", CardDraft.LongestProse);
        var card = change.Of(CardDraft.Of(before)).ToCard(before.Version + 1, LastYear(session), before.SliceOf);
        await Add(session, by, card, reason, isNew: false);
        await Rerate(session);
        return card;
    }

    /// <summary>
    /// Rates the open offers whose card has newer figures than they were rated by. A change does so at once; the steward does it again for
    /// what another host published in the same moment. Returns how many.
    /// </summary>
    public static async Task<int> Rerate(Session session)
    {
        var outdated = await session.Query<OfferId>(
            $"""
            SELECT o.offer_id FROM ({Latest}) c JOIN offer o ON o.card = c.card_id AND o.card_version < c.version
            WHERE o.state = 'open' ORDER BY o.offer_id
            """);
        if (outdated.Count == 0) return 0;
        foreach (var offerId in outdated) await OfferBook.Rate(session, offerId);
        return outdated.Count;
    }

    private static int LastYear(Session session) => session.Now.InUtc().Year + Ahead;

    /// <summary>From here on no other session changes a card, and what anybody remembers is outdated once this one is committed.</summary>
    private static Task Take(Session session) => session.Execute(
        "UPDATE card_edition SET edition = @Edition WHERE name = 'cards'", new { Edition = Guid.NewGuid().ToString("N") });

    private static async Task Add(Session session, OrganisationId by, Card card, string reason, bool isNew)
    {
        await Take(session);
        if (isNew && (await Registry(session)).Find(card.Id) is not null)
            throw Refusal.Conflict($"There is a card '{card.Id}'; change that one or choose another id", "id");
        await session.Execute(
            """
            INSERT INTO card_version (card_id, version, slice_of, figures, source, reason, organisation_id, created_at)
            VALUES (@Id, @Version, @SliceOf, @Figures, @Source, @reason, @by, @Now)
            """,
            new
            {
                card.Id, card.Version, card.SliceOf, Figures = JsonSerializer.Serialize(CardDraft.Of(card), WireJson.Messages), card.Source,
                reason, by, session.Now,
            });

        // What was remembered on the way does not know the new row.
        await Take(session);
    }

    /// <summary>What a host remembers of the cards, and of which edition it is.</summary>
    private sealed class Shelf
    {
        public Edited? Kept { get; set; }
    }

    private sealed record Edited(string Edition, CardRegistry Cards);

    private sealed record Row
    {
        public long Version { get; init; }

        public string? SliceOf { get; init; }

        public string Figures { get; init; } = "";

        public string Reason { get; init; } = "";

        public Instant CreatedAt { get; init; }

        public Card ToCard() => JsonSerializer.Deserialize<CardDraft>(Figures, WireJson.Messages)!.AsStored((int)Version, SliceOf);
    }
}
