using Marketplace.Contracts;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>An order to close every billing period that has ended by the cutoff, for every buyer.</summary>
public sealed record BillingRun
{
    public BillingRunId RunId { get; init; }

    public Instant Cutoff { get; init; }

    public OrganisationId RequestedBy { get; init; }

    public Instant RequestedAt { get; init; }

    /// <summary>How many accounts it has to bill, and how many of them it has billed.</summary>
    public long Accounts { get; init; }

    public long Done { get; init; }

    public long Invoices { get; init; }

    /// <summary>Writes the run down and sends every account on its way. A cutoff that was run before finds nothing left to close.</summary>
    /// <exception cref="Refusal">The cutoff is in the future, when usage may still come.</exception>
    public static async Task<BillingRunId> Start(Session session, Instant cutoff, OrganisationId requestedBy)
    {
        if (cutoff > session.Now)
            throw Refusal.Invalid("cutoff", $"is after now ({InstantText.Format(session.Now)}); bill what has ended");
        var runId = session.NewId<BillingRunId>();
        await session.Execute(
            "INSERT INTO billing_run (run_id, cutoff, requested_by, requested_at) VALUES (@runId, @cutoff, @requestedBy, @Now)",
            new { runId, cutoff, requestedBy, session.Now });
        foreach (var account in await BillingAccount.All(session))
        {
            await session.Execute(
                "INSERT INTO billing_task (run_id, account_id) VALUES (@runId, @AccountId)", new { runId, account.AccountId });
            session.Stage(new BillAccount(runId, account.AccountId));
        }

        return runId;
    }

    public static Task<BillingRun?> Find(Session session, BillingRunId runId) =>
        session.Find<BillingRun>($"{Select} WHERE r.run_id = @runId", new { runId });

    /// <summary>The latest runs, the newest first.</summary>
    public static Task<IReadOnlyList<BillingRun>> Recent(Session session, int limit) =>
        session.Query<BillingRun>($"{Select} ORDER BY r.run_id DESC LIMIT @limit", new { limit });

    private const string Select =
        """
        SELECT r.run_id, r.cutoff, r.requested_by, r.requested_at,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM billing_task t WHERE t.run_id = r.run_id) AS accounts,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM billing_task t WHERE t.run_id = r.run_id AND t.done_at IS NOT NULL) AS done,
          (SELECT CAST(COUNT(*) AS BIGINT) FROM invoice i WHERE i.run_id = r.run_id) AS invoices
        FROM billing_run r
        """;
}
