using Marketplace.Billing;

namespace Marketplace;

/// <summary>An offer that could be quoted.</summary>
/// <param name="Worth">The offer, with what one of its cards is worth for the buyer's work.</param>
/// <param name="Rent">What renting it now costs.</param>
internal sealed record Quotable(RankedOffer Worth, RentPrice Rent)
{
    public Offer Offer => Worth.Offer;
}

/// <summary>Finds what is cheapest to rent now: per effective SCU-hour of a workload, or per card-hour.</summary>
internal static class QuoteSearch
{
    /// <summary>The cheapest; of equal ones, that of the lower ask, then the older.</summary>
    /// <exception cref="Refusal">Nothing has room; says what would be asked for instead.</exception>
    public static async Task<Quotable> Cheapest(Session session, BillingAccount account, QuoteRequest request)
    {
        if (request.OfferId is { } named) await Named(session, named, request);
        var byUnit = request.Workload is not null;
        var candidates = byUnit ? ByUnit(session, account, request) : ByCard(session, account, request);
        var best = default(Quotable);
        var least = long.MaxValue;
        var payable = Market.Payable(request.Cards.For(request.UntilAt - session.Now));
        await foreach (var candidate in candidates)
        {
            var rent = await RentPrice.Of(session, candidate.Offer, session.Now, request.UntilAt);
            if (rent.Price.Nanos > payable) continue;
            var price = byUnit ? rent.Price.PerStandardUnit(candidate.Units!.Value) : rent.Price;
            if (best is null || price.Nanos < least) (best, least) = (new(candidate, rent), price.Nanos);

            // Candidates come by ask, and renting now costs the ask or more: the next one cannot be cheaper.
            if (least <= (byUnit ? candidate.UnitPrice!.Value : candidate.Offer.Ask).Nanos) break;
        }

        return best ?? throw Refusal.Conflict(
            "What has room costs more than a bill can say; ask for fewer cards or a shorter time");
    }

    private static async Task Named(Session session, Contracts.OfferId named, QuoteRequest request)
    {
        var offer = await OfferBook.Find(session, named) ?? throw Refusal.Invalid("offerId", "there is no such offer");
        if (request.RefusedBy(offer, session.Now) is { } refusal) throw refusal;
    }

    /// <summary>Offers with room, by ask per card-hour; at least one.</summary>
    private static async IAsyncEnumerable<RankedOffer> ByCard(Session session, BillingAccount account, QuoteRequest request)
    {
        var card = request.Card is null ? null : (await CardBook.Registry(session)).Resolve(request.Card).Card;
        var need = new Need(account.AccountId, account.Currency, request.Cards, session.Now, request.UntilAt)
        {
            OfferId = request.OfferId, Card = card?.Id, CardName = card is null ? request.Card : null, Region = request.Region,
            Interruptible = request.Interruptible || request.OfferId is not null, Gated = true,
        };
        var offer = await Market.Cheapest(session, need) ?? throw Refusal.Conflict(
            "No offer has room for that many cards from now until then; ask for fewer cards or a shorter time, or place a bid");
        for (; offer is not null; offer = await Market.Cheapest(session, need, after: offer))
            yield return new(offer, offer.ListedUnits, offer.UnitAsk, offer.Units, offer.Derate, offer.Tier);
    }

    /// <summary>Offers with room, by ask per unit-hour of the workload; at least one.</summary>
    private static async IAsyncEnumerable<RankedOffer> ByUnit(Session session, BillingAccount account, QuoteRequest request)
    {
        var filter = new OfferFilter
        {
            Workload = request.Workload, Card = request.Card, Region = request.Region, Currency = account.Currency, Cards = request.Cards,
            From = session.Now, Until = request.UntilAt, RentNow = true,
            Interruptible = request.Interruptible || request.OfferId is not null,
        };
        var ranking = await OfferRanking.Of(session, filter, account.AccountId);
        var any = false;
        foreach (var candidate in ranking.Offers)
        {
            if (candidate.Offer.ProviderId == account.AccountId || (request.OfferId is { } id && candidate.Offer.OfferId != id)) continue;
            any = true;
            yield return candidate;
        }

        if (any) yield break;
        var leftOut = string.Join(", ", ranking.Excluded.OrderByDescending(e => e.Value).Select(e => $"{e.Value} {e.Key}"));
        throw Refusal.Conflict(
            $"No offer can do that workload on so many cards from now until then; of {ranking.Considered} were left out: {leftOut}. "
            + "Ask for fewer cards, a shorter time or another region, or place a bid");
    }
}
