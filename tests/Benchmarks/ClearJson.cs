using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Marketplace.Pricing;

namespace Marketplace.Benchmarks;

/// <summary>A clearing as JSON: amounts are strings, exact to the nano; slots are numbers from the gate; windows are half-open.</summary>
internal static class ClearJson
{
    internal static byte[] Of(AuctionSnapshot snapshot, AuctionResult result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("currency", snapshot.Currency.Code);
            json.WriteNumber("slots", snapshot.Slots);
            json.WriteString("input_hash", snapshot.Hash);
            json.WriteString("result_hash", result.Hash);
            json.WriteString("algorithm", result.Algorithm);
            json.WriteString("gain", Amount(result.GainNanos));
            json.WriteString("bound", Amount(result.BoundNanos));
            Each(json, "awards", result.Awards, award => Write(json, snapshot, award));
            Each(json, "prices", result.Prices, pool => Write(json, pool));
            Each(json, "payments", Payments(snapshot, result), payment =>
            {
                json.WriteString("party", payment.Party);
                json.WriteString("role", payment.Role);
                json.WriteString("amount", Amount(payment.Nanos));
            });
            Each(json, "losers", result.Losers, loser =>
            {
                var unit = snapshot.Units[loser.Unit];
                json.WriteString("unit", unit.Id);
                json.WriteNumber("part", unit.Part);
                json.WriteString("buyer", unit.Owner);
                json.WriteString("class", $"{loser.Class}");
            });
            Each(json, "components", result.Components, component =>
            {
                json.WriteStartArray("pools");
                foreach (var pool in component.Pools) json.WriteStringValue($"{snapshot.Pools[pool]}");
                json.WriteEndArray();
                json.WriteNumber("units", component.Units);
                json.WriteString("lane", $"{component.Lane}");
                json.WriteBoolean("exact", component.IsExact);
                json.WriteString("gain", Amount(component.GainNanos));
                json.WriteString("bound", Amount(component.BoundNanos));
            });
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), (byte)'\n'];
    }

    /// <summary>Nanos as a decimal number with at least two decimals.</summary>
    internal static string Amount(Int128 nanos)
    {
        var whole = Int128.Abs(nanos) / 1_000_000_000;
        var part = ((long)(Int128.Abs(nanos) % 1_000_000_000)).ToString("D9", CultureInfo.InvariantCulture);
        return $"{(nanos < 0 ? "-" : "")}{whole}.{part[..2]}{part[2..].TrimEnd('0')}";
    }

    private static void Write(Utf8JsonWriter json, AuctionSnapshot snapshot, Award award)
    {
        var unit = snapshot.Units[award.Unit];
        var option = unit.Options[award.Option];
        json.WriteString("bid", option.BidId);
        json.WriteString("unit", unit.Id);
        json.WriteNumber("part", unit.Part);
        json.WriteString("buyer", unit.Owner);
        WritePool(json, option.Pool);
        json.WriteNumber("start", award.Start);
        json.WriteNumber("until", award.Start + option.Slots);
        json.WriteNumber("hours", option.Slots);
        json.WriteNumber("cards", award.Cards);
        json.WriteString("value", Amount(option.Value.Nanos));
        json.WriteString("class", $"{award.Class}");
        json.WriteString("at_price", Amount(award.AtPrice));
        json.WriteString("pay", Amount(award.Pay.Nanos));
        Each(json, "parts", award.Parts, part =>
        {
            var offer = snapshot.Offers[part.Offer];
            json.WriteString("offer", offer.Id);
            json.WriteString("provider", offer.Owner);
            json.WriteNumber("cards", part.Cards);
            json.WriteString("ask", Amount(offer.Ask.Nanos));
            json.WriteString("pay", Amount(part.Pay.Nanos));
        });
    }

    private static void Write(Utf8JsonWriter json, PoolPrices prices)
    {
        WritePool(json, prices.Pool);
        Each(json, "slots", Runs(prices.Slots), run =>
        {
            json.WriteNumber("from", run.From);
            json.WriteNumber("until", run.Until);
            json.WriteString("state", $"{run.Slot.State}");
            if (run.Slot.Price is { } price) json.WriteString("price", Amount(price.Nanos));
            else json.WriteNull("price");
        });
    }

    private static void WritePool(Utf8JsonWriter json, AuctionPool pool)
    {
        json.WriteString("card", pool.Card);
        json.WriteString("tier", pool.Tier);
        json.WriteString("region", pool.Region);
        json.WriteNumber("band", pool.BandPercent);
    }

    private static IEnumerable<(int From, int Until, SlotPrice Slot)> Runs(IReadOnlyList<SlotPrice> slots)
    {
        var from = 0;
        for (var t = 1; t <= slots.Count; t++)
        {
            if (t < slots.Count && slots[t] == slots[from]) continue;
            yield return (from, t, slots[from]);
            from = t;
        }
    }

    /// <summary>What each buyer pays in all and each provider gets, by role and name.</summary>
    private static IEnumerable<(string Party, string Role, Int128 Nanos)> Payments(AuctionSnapshot snapshot, AuctionResult result) =>
        result.Awards.Select(a => (Party: snapshot.Units[a.Unit].Owner, Role: "buyer", a.Pay.Nanos))
            .Concat(result.Awards.SelectMany(a => a.Parts)
                .Select(p => (Party: snapshot.Offers[p.Offer].Owner, Role: "provider", p.Pay.Nanos)))
            .GroupBy(x => (x.Role, x.Party))
            .OrderBy(g => g.Key.Role, StringComparer.Ordinal).ThenBy(g => g.Key.Party, StringComparer.Ordinal)
            .Select(g => (g.Key.Party, g.Key.Role, g.Aggregate(Int128.Zero, (sum, x) => sum + x.Nanos)));

    private static void Each<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
