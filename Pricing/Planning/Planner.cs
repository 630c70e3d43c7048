namespace Marketplace.Pricing;

/// <summary>How many of one card a demand takes, or why none can do it.</summary>
/// <param name="Card">The card's id.</param>
/// <param name="Model">The card's name.</param>
/// <param name="Cards">Cards; zero if it cannot be.</param>
/// <param name="CardsPerCopy">Cards that share one copy of the work.</param>
/// <param name="CardSeconds">Use: in all, or per hour of a service.</param>
/// <param name="EffectiveScu">Effective SCU of one of them within the group, for the mix of this work; listed, if derates were
/// given.</param>
/// <param name="Efficiency">Of the group: what is left of one card's worth when it waits for others, above 0 to 1.</param>
/// <param name="Hours">The time that the work takes on them; null for a service.</param>
/// <param name="Cost">Before tax, if a price per SCU-hour was given and the card has SCU: in all, or per hour of a service.</param>
/// <param name="Limit">What decides the count: what binds the work, or <see cref="Bound.Capacity"/>; null without.</param>
/// <param name="Reason">Why it cannot be; null if it can.</param>
public sealed record PlannedCard(
    string Card, string Model, int Cards, int CardsPerCopy, CardSeconds CardSeconds, StandardUnits? EffectiveScu, double Efficiency,
    double? Hours, ExactAmount? Cost, Bound? Limit, string? Reason);

/// <summary>What a demand takes: standard units, and cards of every model.</summary>
/// <param name="EffectiveScuHours">In all, or per hour of a service.</param>
/// <param name="IsService">The figures are per hour.</param>
/// <param name="MemoryGiB">That one copy of the work holds.</param>
/// <param name="Streams">Served at a time; zero if it is not about streams.</param>
/// <param name="Cards">Those that can, cheapest first if a price was given, else fewest first; then those that cannot.</param>
/// <param name="Assumptions">Everything that was taken for granted.</param>
public sealed record Plan(
    StandardUnits EffectiveScuHours, bool IsService, double MemoryGiB, double Streams, IReadOnlyList<PlannedCard> Cards,
    IReadOnlyList<Assumption> Assumptions);

/// <summary>Turns a demand into cards: the fewest of each model that hold it and finish in time. Pure; writes nothing.</summary>
public static class Planner
{
    internal const double GiB = 1_073_741_824;

    /// <summary>The part of a card's memory that work may fill.</summary>
    private const double Usable = 0.92;

    /// <summary>The plan over all those cards.</summary>
    /// <param name="demand">What is needed.</param>
    /// <param name="cards">What there is.</param>
    /// <param name="pricePerScuHour">What a standard unit-hour costs; null: not known.</param>
    /// <param name="derate">The part of its claim that a card is listed at, for a class of work; null: all of it.</param>
    public static Plan Of(
        Demand demand, IEnumerable<Card> cards, UnitPrice? pricePerScuHour = null, Func<Card, WorkClass, BasisPoints>? derate = null)
    {
        var units = demand.EffectiveScuHours;
        var planned = cards
            .Select(card => Of(demand, card, pricePerScuHour, work => derate?.Invoke(card, work) ?? new(BasisPoints.Whole)))
            .OrderBy(p => p.Reason is not null)
            .ThenBy(p => p.Cost is { } cost ? (Int128)cost.Nanos : Int128.MaxValue)
            .ThenBy(p => p.Cards)
            .ThenByDescending(p => p.EffectiveScu?.Micros ?? 0)
            .ThenBy(p => p.Card, StringComparer.Ordinal);
        List<Assumption> assumptions =
        [
            .. demand.Assumptions,
            derate is null
                ? new("rates", "as claimed, not measured", "the registry of cards")
                : new(
                    "rates", "as listed: what is claimed, times the derate of a card that nobody has measured", "the evidence of its tier"),
            new("node", $"{Group.UsualNode} cards with a common link, {Group.R0ScaleOutGBs} GB/s a card beyond it", "R0"),
            new("memory of a card", "92 % of it can be filled", "the unit's formula"),
        ];
        var exchanged = demand.Work.Select(w => w.Workload.Traffic.Assumed).Where(a => a.Length > 0);
        foreach (var traffic in exchanged.Distinct(StringComparer.Ordinal))
            assumptions.Add(new("exchange between cards", traffic, "the workload's profile"));
        return new(units, demand.Hours is null, Told(demand.CopyGiB), demand.Streams, [.. planned], assumptions);
    }

    private static PlannedCard Of(Demand demand, Card card, UnitPrice? price, Func<WorkClass, BasisPoints> derate)
    {
        if (card.MemoryGiB is not > 0) return No("its memory is not known");
        var room = (card.MemoryGiB.Value * Usable) - demand.CardGiB;
        if (room <= 0) return No("its memory does not hold the work of one card");
        var stream = demand.Streams > 0 ? demand.StreamGiB : 0;
        var copy = Math.Max(1, Math.Ceiling((demand.CopyGiB + stream) / room));
        if (copy > CardCount.MaxCards) return No("its memory is too small");
        var perCopy = demand.IsSharded ? 1 : (int)copy;
        if (perCopy > Group.UsualNode) return No($"a copy takes {perCopy} cards, a node holds {Group.UsualNode}");
        var perStreams = stream > 0 ? Math.Max(1, Math.Floor(((perCopy * room) - demand.CopyGiB) / stream)) : double.PositiveInfinity;
        var least = demand.IsSharded ? copy : perCopy * Math.Max(1, Math.Ceiling(demand.Streams / perStreams));
        if (least > CardCount.MaxCards) return No("its memory is too small");
        if (TimeOn(demand, card, Together(perCopy), derate) is not { } alone) return No(WhyNot(demand, card));
        var cards = (int)least;
        var time = 0.0;

        // More cards may wait longer for each other, so the count is found step by step; it settles because the wait has two values.
        for (var needed = least; ; needed = Math.Ceiling(needed * time / (demand.Hours ?? 1) / perCopy) * perCopy)
        {
            if (needed > CardCount.MaxCards) return No($"more than {CardCount.MaxCards} cards");
            cards = (int)needed;
            if (TimeOn(demand, card, Together(cards), derate) is not { } hours) return No(WhyNot(demand, card));
            time = hours;
            if (time <= (demand.Hours ?? 1)) break;
        }

        // If one copy less would still be in time, it is the memory that asks for this many.
        var limit = cards == (int)least && time * cards <= (demand.Hours ?? 1) * (cards - perCopy) ? Bound.Capacity : Binding(demand, card);
        var duration = demand.Hours is null ? 1 : time;
        var use = new CardSeconds((long)Math.Ceiling(cards * duration * 3_600) * CardSeconds.MicrosPerCardSecond);
        return new(card.Id, card.Model, cards, perCopy, use,
            ScuFormula.Micros(demand.Work.Sum(demand.HoursOnR0) / (time * cards)), Told(Math.Min(1, alone * perCopy / (time * cards))),
            demand.Hours is null ? null : Told(time),
            price is { } each && card.Scu is { } scu
                ? Rating.Charge(each.TimesStandardUnits(Derate.Of(scu, derate(WorkClass.Standard))), use)
                : null,
            limit, null);

        Group Together(int count) => new(count, TensorCards: perCopy, IsSharded: demand.IsSharded);

        PlannedCard No(string reason) => new(card.Id, card.Model, 0, 0, default, null, 0, null, null, null, reason);
    }

    /// <summary>No more digits than anybody can mean.</summary>
    private static double Told(double figure) => Math.Round(figure, 6);

    /// <summary>Hours that a group needs for all the work, or for an hour's of a service; null if it cannot do it.</summary>
    private static double? TimeOn(Demand demand, Card card, Group group, Func<WorkClass, BasisPoints> derate)
    {
        var hours = 0.0;
        foreach (var work in demand.Work)
        {
            var units = GroupUnits.Of(card, work.Workload, group, demand.Floor);
            if (units.Reason is not null) return null;
            var part = derate(WorkClasses.Of(work.Workload)).Value / (double)BasisPoints.Whole;
            hours += demand.HoursOnR0(work) * (units.TimeMs / work.Workload.ReferenceMs) / (units.TensorCards * units.Copies * part);
        }

        return hours;
    }

    private static string WhyNot(Demand demand, Card card) => demand.Work
        .Select(w => GroupUnits.Of(card, w.Workload, new Group(1), demand.Floor).Reason)
        .FirstOrDefault(reason => reason is not null) ?? "the link to the other cards is not known";

    private static Bound? Binding(Demand demand, Card card) =>
        EffectiveUnits.Of(card, demand.Work.MaxBy(demand.HoursOnR0)!.Workload, demand.Floor).Bound;
}
