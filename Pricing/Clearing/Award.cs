namespace Marketplace.Pricing;

/// <summary>How a package's pay relates to the pool's price.</summary>
public enum SettlementClass
{
    /// <summary>The buyer pays the price.</summary>
    Uniform,

    /// <summary>One of its own sellers asks more than the price; the buyer pays that ask for those cards and hours, never more.</summary>
    Supplement,

    /// <summary>The bid is below the price; it has room that nobody at the price could use, and pays its bid.</summary>
    PaidAsBid,
}

/// <summary>A package that a bid was given: final, settled to the nano.</summary>
/// <param name="Unit">The unit's number in the snapshot.</param>
/// <param name="Option">The option's number in the unit.</param>
/// <param name="Start">The first slot; the option says how many follow.</param>
/// <param name="Parts">Who hands over how many cards, by offer id.</param>
/// <param name="Class">How the pay came about.</param>
/// <param name="AtPrice">The cards at the pool's price; equals <paramref name="Pay"/> if uniform.</param>
/// <param name="Pay">What the buyer pays: at most the option's value, and exactly what the sellers get.</param>
public sealed record Award(
    int Unit, int Option, int Start, IReadOnlyList<AwardPart> Parts, SettlementClass Class, Int128 AtPrice, ExactAmount Pay)
{
    /// <summary>All cards handed over; more than the bid's where lots round up.</summary>
    public int Cards => Parts.Sum(p => p.Cards);
}

/// <summary>One seller's part of an award.</summary>
/// <param name="Offer">The offer's number in the snapshot.</param>
/// <param name="Cards">Whole lots.</param>
/// <param name="Pay">What the seller gets, before commission; never less than its ask.</param>
public sealed record AwardPart(int Offer, int Cards, ExactAmount Pay);
