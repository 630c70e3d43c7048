using Marketplace.Billing;
using NodaTime;

namespace Marketplace;

/// <summary>Metered use cut at whole hours, for drawing: how many cards were in use in each elapsed hour, on average.</summary>
public sealed record UsageByHour(Instant From, IReadOnlyList<double> Cards)
{
    private static readonly Duration Hour = Duration.FromHours(1);

    public Instant Until => From + (Hour * Cards.Count);

    /// <summary>The hours up to the one that holds <paramref name="until"/>.</summary>
    /// <param name="until">The last instant of interest; its hour is the last one drawn.</param>
    /// <param name="hours">How many at most.</param>
    /// <param name="notBefore">Nothing was in use before; fewer hours are drawn then.</param>
    public static UsageByHour Window(Instant until, int hours, Instant notBefore)
    {
        var end = Floor(until - Duration.Epsilon) + Hour;
        var start = Instant.Max(end - (Hour * hours), Floor(notBefore));

        // At least a day, so that the first hour of a lease is not one bar as wide as the page.
        return new(start, new double[Math.Max(24, (int)Math.Round((end - start) / Hour))]);
    }

    public UsageByHour Fill(IEnumerable<UsageEvent> events)
    {
        var cards = Cards.ToArray();
        foreach (var usage in events)
        {
            var first = Math.Max(0, (int)((usage.FromAt - From) / Hour));
            for (var i = first; i < cards.Length && From + (Hour * i) < usage.UntilAt; i++)
            {
                var from = Instant.Max(usage.FromAt, From + (Hour * i));
                var until = Instant.Min(usage.UntilAt, From + (Hour * (i + 1)));
                if (until > from) cards[i] += usage.Cards.Millis / 1_000.0 * ((until - from) / Hour);
            }
        }

        return this with { Cards = cards };
    }

    private static Instant Floor(Instant at) => Instant.FromUnixTimeSeconds(Math.DivRem(at.ToUnixTimeSeconds(), 3_600).Quotient * 3_600);
}
