using System.Globalization;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>A market that is played in a moment: two months, parts of cards, equal asks, jobs that nobody can serve.</summary>
internal static class SmallMarket
{
    /// <summary>Equal asks, a part of a card, an offer that is over soon, a card that nobody knows.</summary>
    public const string Offers =
        """
        offer,provider,card,count,region,available_from,available_until,ask_per_card_hour,currency
        o1,north,H100 SXM5 80GB,2,cn-east,2026-01-30T00:00:00Z,2026-03-01T00:00:00Z,10.00,CNY
        o2,south,T4,2,cn-west,2026-01-30T00:00:00Z,2026-03-01T00:00:00Z,3.333333333,CNY
        o3,north,T4,1.5,cn-east,2026-01-30T00:00:00Z,2026-03-01T00:00:00Z,3.333333333,CNY
        o4,west,Warp Nine,1,cn-east,2026-01-30T00:00:00Z,2026-01-31T00:00:00Z,0.10,CNY
        o5,west,A100-80GB-SXM4,1,cn-east,2026-01-30T00:00:00Z,2026-03-01T00:00:00Z,7.77,CNY
        """;

    /// <summary>Jobs of three buyers around the end of January in Shanghai, more than the offers can hold.</summary>
    public static string Jobs(int seed, int count = 40)
    {
        var random = new Random(seed);
        var jobs = new StringWriter(CultureInfo.InvariantCulture);
        jobs.WriteLine("job,buyer,cards,card,from,until");
        string[] cards = ["", "", "H100 SXM5 80GB", "h100-sxm5-80gb", "T4", "Warp Nine", "A100-80GB-SXM4"];
        string[] counts = ["1", "1", "2", "0.5", "0.125", "1.5"];
        for (var i = 0; i < count; i++)
        {
            // Half of them begin on the hour, and end on one: when another may begin.
            var from = Books.At("2026-01-30") + Duration.FromMinutes(random.Next(2) == 0 ? 60 * random.Next(60) : random.Next(3_600));
            var until = from
                + (random.Next(2) == 0 ? Duration.FromHours(1 + random.Next(12)) : Duration.FromMilliseconds(1 + random.Next(50_000_000)));
            jobs.WriteLine(
                $"job-{i},buyer-{1 + random.Next(3)},{counts[random.Next(counts.Length)]},{cards[random.Next(cards.Length)]},"
                + $"{InstantText.Format(from)},{InstantText.Format(until)}");
        }

        return jobs.ToString();
    }
}
