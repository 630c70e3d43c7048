using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>What a lease may cost beyond what was metered of it: its cards in those times, which do not overlap.</summary>
public sealed record Burn(UnitPrice Price, CardCount Cards, IReadOnlyList<Interval> Times);

/// <summary>
/// How far a buyer's funds carry what runs: what is left when all that was metered is paid, against what runs on as if every card were in
/// use to its end. Pure.
/// </summary>
/// <param name="Account">Whose; its tax is a part of every cost.</param>
/// <param name="Left">Credit limit and deposit, less what is owed and metered; may be below zero.</param>
/// <param name="Burns">Everything that is not metered yet.</param>
public sealed record Runway(BillingAccount Account, Money Left, IReadOnlyList<Burn> Burns)
{
    /// <summary>The last instant, in whole milliseconds, up to which what is left pays for everything; null: it pays for all.</summary>
    public Instant? EndsAt()
    {
        var last = Burns.SelectMany(b => b.Times).Select(t => t.End).DefaultIfEmpty(NodaConstants.UnixEpoch).Max();
        if (Carries(last)) return null;
        long tooFar = last.ToUnixTimeMilliseconds(), enough = NodaConstants.UnixEpoch.ToUnixTimeMilliseconds() - 1;
        while (tooFar - enough > 1)
        {
            var middle = enough + ((tooFar - enough) / 2);
            if (Carries(Instant.FromUnixTimeMilliseconds(middle))) enough = middle;
            else tooFar = middle;
        }

        return Instant.FromUnixTimeMilliseconds(enough);
    }

    /// <summary>Whether what is left pays for everything up to then.</summary>
    public bool Carries(Instant until)
    {
        var cost = Burns.Aggregate(ExactAmount.Zero(Account.Currency), (sum, burn) => sum + CostOf(burn, until));
        return Left >= Funds.WithTax(cost, Account);
    }

    private static ExactAmount CostOf(Burn burn, Instant until)
    {
        var span = burn.Times.Where(t => t.Start < until)
            .Aggregate(Duration.Zero, (sum, t) => sum + (Instant.Min(t.End, until) - t.Start));
        return Rating.Charge(burn.Price, burn.Cards.For(span));
    }
}
