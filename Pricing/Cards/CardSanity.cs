namespace Marketplace.Pricing;

/// <summary>
/// Refuses figures that no card has: negative or infinite ones, claims far beyond the best card of the year, a unit too large or too small
/// by a thousand, and rates with 2:4 sparsity passed off as dense. Every card that ships passes. What passes is not therefore true: a card
/// whose every rate is doubled alike keeps its proportions, and only a measurement finds it out.
/// </summary>
public static class CardSanity
{
    /// <summary>
    /// How far a rate or a bandwidth may lie above the best shipped one of its year or before. The largest step of a shipped card since
    /// 2016 is 2.7 (the bf16 of TPU v3).
    /// </summary>
    public const double RateLeap = 4;

    /// <summary>The same for memory, link and power, where a new kind of thing has come in at 8 times the old (a CPU's memory).</summary>
    public const double SizeLeap = 8;

    /// <summary>The first year of introduction that is believed.</summary>
    public const int FirstYear = 2005;

    /// <summary>
    /// Operations per byte of memory at the 16-bit rate. Shipped cards have 6 to 1,460; a rate or bandwidth a thousand times wrong does
    /// not.
    /// </summary>
    private const double LeastBalance = 2, MostBalance = 4_000;

    /// <summary>GB/s per GiB of memory. Shipped cards have 0.37 (a CPU) to 56.</summary>
    private const double LeastTurnover = 0.1, MostTurnover = 200;

    /// <summary>A dense unit of half the width does twice as much, give or take what datasheets round.</summary>
    private const double Twice = 2.2;

    /// <summary>
    /// On cards whose 16-bit unit is a small multiple of the vector unit (consumer cards that accumulate in fp32 at half rate, cards made
    /// for int8) narrower units are honestly up to 4 times the 16-bit one.
    /// </summary>
    private const double SmallMultiple = 4.2;

    /// <summary>The first thing that cannot be; <c>null</c> if all can.</summary>
    /// <param name="card">The card as it would be.</param>
    /// <param name="lastYear">The last year of introduction that is believed.</param>
    /// <param name="known">What claims are held against: the shipped registry.</param>
    public static CardFault? Check(Card card, int lastYear, CardRegistry known) =>
        Numbers(card, lastYear) ?? Leaps(card, known) ?? Proportions(card) ?? Ladder(card);

    private static CardFault? Numbers(Card card, int lastYear)
    {
        foreach (var figure in CardFigure.All)
        {
            if (figure.Of(card) is not { } value) continue;
            if (!double.IsFinite(value)) return new(figure.Field, "is a finite number; leave it out if it is not known");
            if (value < 0) return new(figure.Field, "is zero (not supported) or more; leave it out if it is not known");
        }

        if (card.Rates.BandwidthGBs == 0) return new("bandwidthGBs", "is above zero; leave it out if it is not known");
        if (card.PowerWatts == 0) return new("powerWatts", "is above zero; leave it out if it is not known");
        if (card.Cores is < 1 or > 4096) return new("cores", "is from 1 to 4096");
        return card.Year is { } year && (year < FirstYear || year > lastYear)
            ? new("year", $"is from {FirstYear} to {lastYear}")
            : null;
    }

    private static CardFault? Leaps(Card card, CardRegistry known)
    {
        foreach (var figure in CardFigure.All)
        {
            // On-chip memory is faster than any other and is told apart by there being no other.
            if (figure.Name == "bandwidth" && card.MemoryGiB == 0) continue;
            if (figure.Of(card) is not { } value || Best(figure, card.Year, known) is not { } best) continue;
            var most = best.Value * (figure.Name is "memory" or "link" or "power" ? SizeLeap : RateLeap);
            if (value > most)
            {
                return new(figure.Field, $"{Text(value)} {figure.Unit} is more than {Text(most)}, which is "
                    + $"{Text(most / best.Value)} times the best known until then, {best.Card.Model}; check the unit");
            }
        }

        return null;
    }

    private static (double Value, Card Card)? Best(CardFigure figure, int? year, CardRegistry known)
    {
        (double Value, Card Card)? until = null, ever = null;
        foreach (var card in known.Cards)
        {
            if (figure.Of(card) is not ({ } value and > 0)) continue;
            if (ever is null || value > ever.Value.Value) ever = (value, card);
            if (card.Year <= year && (until is null || value > until.Value.Value)) until = (value, card);
        }

        return until ?? ever;
    }

    private static CardFault? Proportions(Card card)
    {
        if (card.Rates.BandwidthGBs is not { } bandwidth) return null;
        if (card.MemoryGiB is { } memory and > 0 && (bandwidth / memory) is < LeastTurnover or > MostTurnover)
        {
            return new("bandwidthGBs", $"{Text(bandwidth)} GB/s for {memory} GiB is out of proportion "
                + $"({Text(LeastTurnover)} to {Text(MostTurnover)} GB/s per GiB); 1 TB/s is 1000 GB/s");
        }

        if (Sixteen(card.Rates) is not { } rate) return null;
        return (rate * 1000 / bandwidth) is < LeastBalance or > MostBalance
            ? new("bandwidthGBs", $"{Text(bandwidth)} GB/s beside {Text(rate)} TFLOPS in 16 bits is out of proportion "
                + $"({Text(LeastBalance)} to {Text(MostBalance)} operations per byte); 1 TB/s is 1000 GB/s, 1 PFLOPS is 1000 TFLOPS")
            : null;
    }

    private static CardFault? Ladder(Card card)
    {
        var r = card.Rates;
        var sixteen = Sixteen(r);

        // Vector units that do 8-bit work in steps, and AMX beside AVX, have proportions of their own.
        if (card.Board == Board.Cpu) return null;
        var narrow = Above(sixteen, r.Fp32Tflops, SmallMultiple) ? Twice : SmallMultiple;
        if (Above(r.Bf16Tflops, r.Fp16Tflops, 1.1))
            return Sparse("bf16Tflops", r.Bf16Tflops, "the fp16 rate", r.Fp16Tflops, 1);

        // The first bf16 units ran at half the rate of fp16 (MI100, 2020); since then the two are one unit.
        if (card.Year is > 2020 or null && Above(r.Fp16Tflops, r.Bf16Tflops, 1.1))
            return Sparse("fp16Tflops", r.Fp16Tflops, "the bf16 rate", r.Bf16Tflops, 1);
        if (Above(r.Fp8Tflops, sixteen, Twice)) return Sparse("fp8Tflops", r.Fp8Tflops, "the 16-bit rate", sixteen, 2);
        if (Above(r.Int8Tops, sixteen, Math.Max(narrow, 3.5))) return Sparse("int8Tops", r.Int8Tops, "the 16-bit rate", sixteen, 2);
        if (Above(r.Int8Tops, r.Fp8Tflops, 2.3)) return Sparse("int8Tops", r.Int8Tops, "the fp8 rate", r.Fp8Tflops, 1);
        if (Above(r.Fp4Tflops, r.Fp8Tflops, Math.Max(narrow, 3.2)))
            return Sparse("fp4Tflops", r.Fp4Tflops, "the fp8 rate", r.Fp8Tflops, 2);
        if (Above(r.Int4Tops, r.Int8Tops, Twice)) return Sparse("int4Tops", r.Int4Tops, "the int8 rate", r.Int8Tops, 2);
        if (Above(r.Tf32Tflops, sixteen, 1.1)) return Sparse("tf32Tflops", r.Tf32Tflops, "the 16-bit rate", sixteen, 1);
        if (Above(r.Fp64TensorTflops, r.Fp64Tflops, Twice))
            return Sparse("fp64TensorTflops", r.Fp64TensorTflops, "the vector rate", r.Fp64Tflops, 2);
        if (Above(r.Fp32Tflops, sixteen, 1.1)) return Sparse("fp32Tflops", r.Fp32Tflops, "the 16-bit rate", sixteen, 1);
        return Above(r.Fp64Tflops, r.Fp32Tflops, 1.1) ? Sparse("fp64Tflops", r.Fp64Tflops, "the fp32 rate", r.Fp32Tflops, 1) : null;
    }

    private static bool Above(double? figure, double? beside, double times) => figure > 0 && beside > 0 && figure > beside * times;

    private static CardFault Sparse(string field, double? figure, string besideName, double? beside, int dense) => new(field,
        $"{Text(figure!.Value)} is {Text(figure.Value / beside!.Value)} times {besideName}, a dense one is about {dense}; "
        + "give the rate without sparsity");

    private static double? Sixteen(CardRates rates) => CardRates.Best(rates.Bf16Tflops, rates.Fp16Tflops) is { } rate and > 0 ? rate : null;

    private static string Text(double value) => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
}
