using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>For what a buyer is credited.</summary>
public enum CreditRule
{
    /// <summary>The cards were never handed over.</summary>
    NoShow,

    /// <summary>They were away for more than the service level allows.</summary>
    Availability,

    /// <summary>They did less than was sold.</summary>
    Throughput,

    /// <summary>They did less than was sold, and the buyer sent them back.</summary>
    Probe,

    /// <summary>The operator agreed with the buyer.</summary>
    Dispute,
}

/// <summary>What lowers the charges of a lease in one billing period of its buyer. Never changed.</summary>
public sealed record Credit
{
    public CreditId CreditId { get; init; }

    public LeaseId LeaseId { get; init; }

    public CreditRule Rule => Enum.Parse<CreditRule>(RuleWord.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    public Instant PeriodFrom { get; init; }

    public Instant PeriodUntil { get; init; }

    /// <summary>Of what the lease was charged in the period.</summary>
    public BasisPoints Part { get; init; }

    /// <summary>Beside the part, exact, before tax.</summary>
    public ExactAmount Amount => new(Nanos, Currency);

    /// <summary>The figures of the case.</summary>
    public required string Note { get; init; }

    public Instant GivenAt { get; init; }

    internal string RuleWord { get; init; } = "";

    internal long Nanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>The credits of a lease in the order in which they were given.</summary>
    public static Task<IReadOnlyList<Credit>> Of(Session session, LeaseId leaseId) => session.Query<Credit>(
        """
        SELECT credit_id, lease_id, rule AS rule_word, period_from, period_until, part, nanos, currency, note, given_at
        FROM credit WHERE lease_id = @leaseId ORDER BY credit_id
        """,
        new { leaseId });

    /// <summary>
    /// Gives it, once for the lease, the rule, its occasion and the billing period that holds an instant, and takes it off the charges. The
    /// caller holds the agreement.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="agreement">The lease's.</param>
    /// <param name="rule">For what.</param>
    /// <param name="at">Any instant of the period.</param>
    /// <param name="part">Of what the lease was charged in the period.</param>
    /// <param name="amount">Beside the part.</param>
    /// <param name="note">The figures of the case.</param>
    /// <param name="occasion">Tells apart what happens more than once in a period: the id of a dispute.</param>
    /// <returns>False when it was given before.</returns>
    public static async Task<bool> Give(
        Session session, Agreement agreement, CreditRule rule, Instant at, BasisPoints part, ExactAmount amount, string note,
        string occasion = "")
    {
        var account = await BillingAccount.Get(session, agreement.BuyerId);
        var period = account.PeriodOf(at);
        var isNew = await session.Execute(
            """
            INSERT INTO credit (credit_id, lease_id, rule, occasion, period_from, period_until, part, nanos, currency, note, given_at)
            VALUES (@Id, @LeaseId, @Rule, @occasion, @From, @Until, @part, @Nanos, @Currency, @note, @Now)
            ON CONFLICT (lease_id, rule, period_from, occasion) DO NOTHING
            """,
            new
            {
                Id = session.NewId<CreditId>(), agreement.LeaseId, Rule = WireJson.Word(rule), occasion, period.From, period.Until, part,
                amount.Nanos, agreement.Price.Currency, note, session.Now,
            });
        if (isNew == 0) return false;
        await ChargeBook.ApplyCredits(session, agreement);
        return true;
    }
}
