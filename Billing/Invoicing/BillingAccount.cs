using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// How a buyer is billed: by calendar month in its own time zone, in one currency, with one tax. Fixed when it is opened, but
/// for its credit limit.
/// </summary>
public sealed record BillingAccount
{
    /// <summary>The organisation's id: an organisation has one account.</summary>
    public required OrganisationId AccountId { get; init; }

    public required string Name { get; init; }

    /// <summary>An IANA name that NodaTime's own tzdb knows, such as <c>Asia/Shanghai</c>.</summary>
    public required string Zone { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>Whose tax it is, such as <c>CN</c>: the ledger keeps one tax account for each.</summary>
    public required string Jurisdiction { get; init; }

    /// <summary>In basis points, on the document's net.</summary>
    public required int TaxRate { get; init; }

    public Instant OpenedAt { get; init; }

    /// <summary>What the market lets it owe, zero or more, in its currency; null: no limit. The one thing that changes.</summary>
    public Money? CreditLimit
    {
        get => CreditLimitMinor is { } minor ? new Money(minor, Currency) : null;
        init => CreditLimitMinor = value?.Minor;
    }

    internal long? CreditLimitMinor { get; init; }

    private DateTimeZone Calendar => DateTimeZoneProviders.Tzdb[Zone];

    private const string Columns =
        "account_id, name, zone, currency, jurisdiction, tax_rate, opened_at, credit_limit AS credit_limit_minor";

    public BillingPeriod PeriodOf(Instant at) => BillingPeriod.Containing(at, Calendar);

    /// <summary>The periods that have ended by the cutoff, from the one in which the account was opened.</summary>
    public IEnumerable<BillingPeriod> PeriodsUntil(Instant cutoff) => BillingPeriod.Ended(OpenedAt, cutoff, Calendar);

    public string Label(BillingPeriod period) => period.Label(Calendar);

    public static Task Open(Session session, BillingAccount account) => session.Execute(
        """
        INSERT INTO account (account_id, name, zone, currency, jurisdiction, tax_rate, opened_at, credit_limit)
        VALUES (@AccountId, @Name, @Zone, @Currency, @Jurisdiction, @TaxRate, @Now, @CreditLimitMinor)
        """,
        new
        {
            account.AccountId, account.Name, account.Zone, account.Currency, account.Jurisdiction, account.TaxRate, session.Now,
            account.CreditLimitMinor,
        });

    /// <summary>Sets what the market lets the account owe; null: no limit. What is held already stays held.</summary>
    public static Task Limit(Session session, OrganisationId accountId, Money? creditLimit) => session.Execute(
        "UPDATE account SET credit_limit = @Minor, revision = revision + 1 WHERE account_id = @accountId",
        new { accountId, creditLimit?.Minor });

    /// <exception cref="InvalidOperationException">The organisation has no account: nothing can be sold to it.</exception>
    public static async Task<BillingAccount> Get(Session session, OrganisationId accountId) =>
        await Find(session, accountId) ?? throw new InvalidOperationException($"{accountId} has no billing account");

    public static Task<BillingAccount?> Find(Session session, OrganisationId accountId) =>
        session.Find<BillingAccount>($"SELECT {Columns} FROM account WHERE account_id = @accountId", new { accountId });

    public static Task<IReadOnlyList<BillingAccount>> All(Session session) =>
        session.Query<BillingAccount>($"SELECT {Columns} FROM account ORDER BY account_id");
}
