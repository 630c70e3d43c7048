using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// What a buyer and a provider agreed for one lease, as billing sees it: the terms that usage is checked and rated against.
/// The price and the unit version stay what they were when the lease was made.
/// </summary>
public sealed record Agreement
{
    public required LeaseId LeaseId { get; init; }

    public required OrganisationId BuyerId { get; init; }

    public required OrganisationId ProviderId { get; init; }

    /// <summary>The card's id in the registry, or the provider's own name of an unrated card.</summary>
    public required string Card { get; init; }

    public required string Region { get; init; }

    public required CardCount Cards { get; init; }

    /// <summary>Per card-hour.</summary>
    public UnitPrice Price
    {
        get => new(PriceNanos, Currency);
        init => (PriceNanos, Currency) = (value.Nanos, value.Currency);
    }

    /// <summary>What one card was worth in standard units when the lease was made; null for an unrated card.</summary>
    public StandardUnits? Units { get; init; }

    /// <summary>The version of the unit's formula that gave <see cref="Units"/>.</summary>
    public string? UnitVersion { get; init; }

    /// <summary>The market's share of what the buyer pays, in basis points.</summary>
    public int Commission { get; init; }

    public required Instant FromAt { get; init; }

    public required Instant UntilAt { get; init; }

    /// <summary>When the provider handed the cards over; before that nothing can be metered.</summary>
    public Instant? StartedAt { get; init; }

    public Instant? EndedAt { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    private const string Columns =
        """
        lease_id, buyer_id, provider_id, card, region, cards, price_nanos, currency, units, unit_version, commission, from_at, until_at,
        started_at, ended_at
        """;

    public static Task Open(Session session, params IEnumerable<Agreement> agreements) => session.ExecuteEach(
        $"""
        INSERT INTO agreement ({Columns})
        VALUES (@LeaseId, @BuyerId, @ProviderId, @Card, @Region, @Cards, @PriceNanos, @Currency, @Units, @UnitVersion, @Commission,
                @FromAt, @UntilAt, @StartedAt, @EndedAt)
        """,
        agreements.Select(agreement => new
        {
            agreement.LeaseId, agreement.BuyerId, agreement.ProviderId, agreement.Card, agreement.Region, agreement.Cards,
            agreement.PriceNanos, agreement.Currency, agreement.Units, agreement.UnitVersion, agreement.Commission,
            agreement.FromAt, agreement.UntilAt, agreement.StartedAt, agreement.EndedAt,
        }));

    /// <summary>
    /// The agreement, or null. While a session that took it with <paramref name="toWrite"/> lives, no other writes to this lease.
    /// </summary>
    public static Task<Agreement?> Find(Session session, LeaseId leaseId, bool toWrite = false) => session.Find<Agreement>(
        toWrite
            ? $"UPDATE agreement SET revision = revision + 1 WHERE lease_id = @leaseId RETURNING {Columns}"
            : $"SELECT {Columns} FROM agreement WHERE lease_id = @leaseId",
        new { leaseId });

    /// <summary>Takes the agreement's row: while the session lives, no other writes to this lease. False: there is none.</summary>
    public static async Task<bool> Hold(Session session, LeaseId leaseId) => await session.Execute(
        "UPDATE agreement SET revision = revision + 1 WHERE lease_id = @leaseId", new { leaseId }) == 1;

    public static Task Start(Session session, LeaseId leaseId, Instant at) => session.Execute(
        "UPDATE agreement SET started_at = @at WHERE lease_id = @leaseId AND started_at IS NULL", new { leaseId, at });

    /// <summary>Lets the window end earlier; what is used beyond it is no use of this lease.</summary>
    public static Task Shorten(Session session, LeaseId leaseId, Instant until) => session.Execute(
        "UPDATE agreement SET until_at = @until WHERE lease_id = @leaseId AND until_at > @until", new { leaseId, until });

    public static Task End(Session session, LeaseId leaseId, Instant at) => session.Execute(
        "UPDATE agreement SET ended_at = @at WHERE lease_id = @leaseId AND ended_at IS NULL", new { leaseId, at });
}
