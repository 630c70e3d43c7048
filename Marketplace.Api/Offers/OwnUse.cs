using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum OwnUseState
{
    /// <summary>The cards are the provider's over the window.</summary>
    Held,

    /// <summary>Given back before the window was over.</summary>
    Released,
}

/// <summary>Cards of an offer that its provider uses itself: out of the calendar as a lease's are, and nobody pays for them.</summary>
public sealed record OwnUse
{
    public OwnUseId OwnUseId { get; init; }

    public OfferId OfferId { get; init; }

    public CardCount Cards { get; init; }

    public Instant FromAt { get; init; }

    public Instant UntilAt { get; init; }

    public OwnUseState State { get; init; }

    public Instant CreatedAt { get; init; }
}

/// <summary>What a provider says to use cards of its own offer.</summary>
/// <param name="Cards">How many; lots do not matter to it.</param>
/// <param name="FromAt">The window, within the offer's and not in the past.</param>
/// <param name="UntilAt">The end of the window.</param>
public sealed record OwnUseDraft(CardCount Cards, Instant FromAt, Instant UntilAt)
{
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal void Check(Offer offer, Instant now)
    {
        if (Cards > offer.Cards) throw Refusal.Invalid("cards", $"is at most the {offer.Cards} cards of the offer");
        var earliest = Instant.Max(now, offer.AvailableFrom);
        if (FromAt < earliest) throw Refusal.Invalid("fromAt", $"is {InstantText.Format(earliest)} or later");
        if (UntilAt <= FromAt) throw Refusal.Invalid("untilAt", "is after fromAt");
        if (UntilAt > offer.AvailableUntil)
            throw Refusal.Invalid("untilAt", $"is at most the end of the offer, {InstantText.Format(offer.AvailableUntil)}");
    }
}
