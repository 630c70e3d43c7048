using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum SealedState
{
    /// <summary>It stands. Until the tender closes nobody reads it but who gave it.</summary>
    Sealed,

    /// <summary>Taken back before the tender closed; nobody else ever reads it.</summary>
    Withdrawn,

    /// <summary>It became the lease.</summary>
    Won,

    /// <summary>Another one was awarded, or none.</summary>
    Lost,
}

/// <summary>A provider's answer to a tender: cards of one of its offers at a price of its own.</summary>
public sealed record SealedOffer
{
    public SealedOfferId SealedOfferId { get; init; }

    public TenderId TenderId { get; init; }

    public OrganisationId ProviderId { get; init; }

    public string ProviderName { get; init; } = "";

    public OfferId OfferId { get; init; }

    /// <summary>The cards that it brings: those that were asked for, or as many as the amount takes.</summary>
    public CardCount Cards { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    public string? Note { get; init; }

    public SealedState State { get; init; }

    /// <summary>When it was given, or last replaced.</summary>
    public Instant MadeAt { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;
}

/// <summary>What a provider says to answer a tender, or to answer it anew with the same offer.</summary>
/// <param name="OfferId">One of its own offers.</param>
/// <param name="Price">Per card-hour, whatever the offer asks.</param>
public sealed record SealedDraft(OfferId OfferId, UnitPrice Price, string? Note = null);

/// <summary>An answer as it stands beside the others.</summary>
/// <param name="Sealed">The answer.</param>
/// <param name="Card">The offer's card: its id, or the name of one that the registry does not know.</param>
/// <param name="Region">Where it stands.</param>
/// <param name="Units">Of one card: effective SCU of the workload in a gang of that many, or SCU, as listed; null: unrated.</param>
/// <param name="UnitPrice">Per (effective) SCU-hour, half-up to the nano; null: unrated.</param>
/// <param name="Total">What all of it costs before tax.</param>
/// <param name="Excluded">Why it cannot be awarded now; null: it can, or the tender is decided.</param>
public sealed record ComparedOffer(
    SealedOffer Sealed, string Card, string Region, StandardUnits? Units, UnitPrice? UnitPrice, ExactAmount Total, string? Excluded);

/// <summary>
/// A tender with the answers that its reader may see: after closing all for the buyer, cheapest unit first; for a provider its own.
/// </summary>
public sealed record TenderView(Tender Tender, IReadOnlyList<ComparedOffer> Offers);

/// <summary>Which answer to award.</summary>
public sealed record TenderChoice(SealedOfferId SealedOfferId);
