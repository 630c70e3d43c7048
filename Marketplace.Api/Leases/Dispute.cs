using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Where a dispute stands.</summary>
public enum DisputeState
{
    /// <summary>The operator has not answered.</summary>
    Open,

    /// <summary>The buyer was credited.</summary>
    Upheld,

    /// <summary>The buyer was not credited.</summary>
    Dismissed,
}

/// <summary>A buyer's objection to a lease that is over, and what became of it.</summary>
public sealed record Dispute
{
    public DisputeId DisputeId { get; init; }

    public LeaseId LeaseId { get; init; }

    /// <summary>What the buyer says.</summary>
    public required string Said { get; init; }

    public Instant OpenedAt { get; init; }

    public DisputeState State { get; init; }

    /// <summary>What the operator says.</summary>
    public string? Answer { get; init; }

    /// <summary>What was credited, before tax; null: nothing.</summary>
    public Money? Credit => CreditMinor is { } minor ? new Money(minor, Currency) : null;

    public Instant? ResolvedAt { get; init; }

    internal long? CreditMinor { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    /// <summary>The disputes of a lease, oldest first.</summary>
    public static Task<IReadOnlyList<Dispute>> Of(Session session, LeaseId leaseId) => session.Query<Dispute>(
        """
        SELECT d.dispute_id, d.lease_id, d.said, d.opened_at, d.state, d.answer, d.credit AS credit_minor, a.currency, d.resolved_at
        FROM dispute d JOIN agreement a ON a.lease_id = d.lease_id WHERE d.lease_id = @leaseId ORDER BY d.dispute_id
        """,
        new { leaseId });

    /// <exception cref="Refusal">Not this buyer's lease, or not over.</exception>
    public static async Task<Dispute> Open(Session session, OrganisationId buyer, LeaseId leaseId, string text)
    {
        var said = TextField.Of(text, "text", 2_000, lines: true);
        var lease = await LeaseBook.Hold(session, leaseId);
        if (lease is null || lease.BuyerId != buyer) throw Refusal.NotFound("such lease of yours");
        if (lease.IsRunning) throw Refusal.Conflict("The lease runs; end it first, then say what was wrong with it");
        await LeaseBook.Move(session, lease, LeaseState.Disputed, "dispute", LeaseActor.Buyer, note: said);
        await session.Execute(
            "INSERT INTO dispute (dispute_id, lease_id, said, opened_at, state) VALUES (@Id, @leaseId, @said, @Now, 'open')",
            new { Id = session.NewId<DisputeId>(), leaseId, said, session.Now });
        return (await Of(session, leaseId))[^1];
    }

    /// <summary>Ends the dispute, with a credit or without one.</summary>
    /// <exception cref="Refusal">No lease in dispute, or more than what it was charged and not credited yet.</exception>
    public static async Task<Dispute> Resolve(Session session, LeaseId leaseId, string text, Money? credit)
    {
        var answer = TextField.Of(text, "answer", 2_000, lines: true);
        if (credit is { Minor: <= 0 }) throw Refusal.Invalid("credit", "is above zero; leave it out to dismiss the dispute");
        var lease = await LeaseBook.Hold(session, leaseId) ?? throw Refusal.NotFound("such lease");
        if (credit is { } money)
        {
            if (money.Currency != lease.Price.Currency) throw Refusal.Invalid("credit.currency", $"is the lease's: {lease.Price.Currency}");
            if (ExactAmount.Of(money).Nanos > lease.Spent.Nanos)
                throw Refusal.Conflict($"The lease was charged {lease.Spent}; more than that cannot be credited", "credit");
        }

        var state = credit is null ? DisputeState.Dismissed : DisputeState.Upheld;
        await LeaseBook.Move(session, lease, LeaseState.Ended, WireJson.Word(state), LeaseActor.Operator, note: answer);
        var disputeId = (await Of(session, leaseId)).Single(d => d.State == DisputeState.Open).DisputeId;
        await session.Execute(
            "UPDATE dispute SET state = @State, answer = @answer, credit = @Credit, resolved_at = @Now WHERE dispute_id = @disputeId",
            new { disputeId, answer, State = WireJson.Word(state), Credit = credit?.Minor, session.Now });
        if (credit is { } given) await LeaseCredits.Disputed(session, lease, disputeId, given);
        return (await Of(session, leaseId)).Single(d => d.DisputeId == disputeId);
    }
}
