using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// What a card-hour of a pool cost at the last clearing, over the hours that it sold: the scale against which a new limit is read.
/// </summary>
public sealed record LastPrice
{
    /// <summary>A limit so many times above every price asks to be confirmed: a slip of the keyboard is rarely smaller.</summary>
    private const int Far = 3;

    /// <summary>The card's id, or the name of one that the registry does not know.</summary>
    public string Card { get; init; } = "";

    /// <summary>The gang's word, and <c>interruptible</c> if it is.</summary>
    public string Tier { get; init; } = "";

    /// <summary>In lower case, with the country in which data stays behind a slash, if the offers state one.</summary>
    public string Region { get; init; } = "";

    /// <summary>The lower bound of the derate, percent.</summary>
    public long Band { get; init; }

    public UnitPrice Cheapest => new(CheapestNanos, Currency);

    public UnitPrice Dearest => new(DearestNanos, Currency);

    internal long CheapestNanos { get; init; }

    internal long DearestNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>The prices of the last clearing in that currency, traded and indicative ones; empty before the first.</summary>
    public static Task<IReadOnlyList<LastPrice>> Last(Session session, Currency currency) => session.Query<LastPrice>(
        """
        SELECT p.card, p.tier, p.region, p.band, MIN(p.price_nanos) AS cheapest_nanos, MAX(p.price_nanos) AS dearest_nanos,
          CAST(@currency AS TEXT) AS currency
        FROM pool_price p
        WHERE p.auction_id = (
          SELECT a.auction_id FROM auction a WHERE a.state = 'cleared' AND a.currency = @currency ORDER BY a.number DESC LIMIT 1)
        GROUP BY p.card, p.tier, p.region, p.band ORDER BY p.card, p.tier, p.region, p.band
        """,
        new { currency });

    /// <summary>Whether the bid would take cards of the pool, were price and room no matter.</summary>
    public bool Suits(BidClaim claim)
    {
        var (tier, place, terms) = (Tier.Split(' '), Region.Split('/'), claim.Terms!);
        return claim.Worth.ContainsKey(Card)
            && (terms.Region is null || string.Equals(terms.Region, place[0], StringComparison.OrdinalIgnoreCase))
            && (terms.Residency is null || (place.Length > 1 && place[1] == terms.Residency))
            && (terms.Tiers.Count == 0 || terms.Tiers.Any(t => WireJson.Word(t) == tier[0]))
            && (terms.Interruptible || tier.Length == 1);
    }

    /// <summary>The most that the bid pays for a card-hour of the pool, at the lower bound of its derate.</summary>
    public UnitPrice LimitOf(BidClaim claim) => claim.Limit with
    {
        Nanos = claim.Basis == LimitBasis.CardHour
            ? claim.Limit.Nanos
            : (long)((Int128)claim.Limit.TimesStandardUnits(claim.Worth[Card]).Nanos * Band / 100),
    };

    /// <summary>Asks to confirm a limit that is far above what every pool that would do cost last.</summary>
    /// <exception cref="Refusal">It is.</exception>
    internal static async Task AskIfFarAbove(Session session, BidClaim claim, string field)
    {
        var pools = (await Last(session, claim.Limit.Currency)).Where(p => p.Suits(claim)).ToList();
        if (pools.Count == 0 || !pools.TrueForAll(p => p.LimitOf(claim).Nanos / Far > p.DearestNanos)) return;
        var dearest = pools.MaxBy(p => p.DearestNanos)!;
        throw Refusal.Conflict(
            $"is more than {Far} times what the last auction cleared at: a card-hour cost at most {dearest.Dearest} where this bid looks, "
            + $"and it would pay up to {dearest.LimitOf(claim)}. Lower it, or say \"confirm\": true",
            field);
    }
}
