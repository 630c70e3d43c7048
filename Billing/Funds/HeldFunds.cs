using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>One thing for which a buyer's funds are set aside.</summary>
public sealed record HeldFunds
{
    /// <summary>The id of the bid or lease.</summary>
    public string Subject { get; init; } = "";

    public Money Amount => new(AmountMinor, Currency);

    /// <summary>Since when it has been this much.</summary>
    public Instant ChangedAt { get; init; }

    internal long AmountMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>What an account's funds are held for, after a cursor.</summary>
    public static Task<IReadOnlyList<HeldFunds>> Of(Session session, OrganisationId account, string after, int limit) =>
        session.Query<HeldFunds>(
            """
            SELECT subject, amount AS amount_minor, currency, changed_at FROM hold
            WHERE account_id = @account AND subject > @after ORDER BY subject LIMIT @limit
            """,
            new { account, after, limit });
}
