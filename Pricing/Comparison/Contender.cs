namespace Marketplace.Pricing;

/// <summary>One side of a comparison.</summary>
/// <param name="Card">The card.</param>
/// <param name="Ask">What a card-hour costs where it is an offer, with what was asked to be added to it; <c>null</c>: a card alone.</param>
public sealed record Contender(Card Card, UnitPrice? Ask = null)
{
    /// <summary>What its machines are listed at, one for each class of work; <c>null</c>: claims are compared.</summary>
    public IReadOnlyList<Derate>? Derates { get; init; }

    /// <summary>Those units as they are listed for such work.</summary>
    internal StandardUnits? Listed(StandardUnits? claimed, WorkClass work) =>
        claimed is { } units && Derates?.FirstOrDefault(d => d.Work == work) is { } derate ? derate.Of(units) : claimed;
}

/// <summary>Who is ahead.</summary>
public enum Winner
{
    /// <summary>Neither can be told to be: both cannot, or something is not known.</summary>
    Nobody,

    Left,

    Right,

    /// <summary>Equal to the last digit.</summary>
    Even,
}

/// <summary>One side at one workload, or at one of the standard units.</summary>
/// <param name="Units">Of one card; zero: it cannot do the work; <c>null</c>: unrated.</param>
/// <param name="Reason">Why there are none; <c>null</c> if there are.</param>
/// <param name="Binds">What holds it back; <c>null</c> without units.</param>
/// <param name="Price">Per unit-hour, half-up to the nano; <c>null</c> without units or ask.</param>
/// <param name="WattHours">Board power over units; <c>null</c> without units or when the card's power is not known.</param>
public sealed record Showing(StandardUnits? Units, string? Reason, string? Binds, UnitPrice? Price, Energy? WattHours)
{
    internal static Showing Of(Contender side, StandardUnits? units, string? reason, string? binds) => units is { Micros: > 0 } worth
        ? new(
            units, null, binds, side.Ask?.PerStandardUnit(worth),
            Power.Of(side.Card) is { } power ? new Energy(power.Milliwatts).PerStandardUnit(worth) : null)
        : new(units, reason, null, null, null);
}
