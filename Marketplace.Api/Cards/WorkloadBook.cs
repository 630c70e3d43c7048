using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Workload profiles: those that ship, which are everybody's, and a buyer's own, which nobody else sees.</summary>
public static class WorkloadBook
{
    /// <summary>The most profiles of one buyer.</summary>
    public const int Most = 1_000;

    /// <summary>The profile of that id.</summary>
    /// <param name="buyer">Whose own ones count; null: only those that ship.</param>
    /// <exception cref="Refusal">Invalid: none that this buyer sees.</exception>
    public static async Task<Workload> Get(Session session, OrganisationId? buyer, string id, string field = "workload") =>
        await Find(session, buyer, id) ?? throw Refusal.Invalid(field, "there is no such workload; GET /v1/workloads lists them");

    /// <inheritdoc cref="Get"/>
    public static async Task<Workload?> Find(Session session, OrganisationId? buyer, string id)
    {
        if (Workload.Find(id) is { } shipped) return shipped;
        if (buyer is not { } own || !WorkloadId.TryParse(id, out var workloadId)) return null;
        return (await session.Find<Row>(
            "SELECT workload_id, profile FROM workload WHERE workload_id = @workloadId AND organisation_id = @own",
            new { workloadId, own }))?.ToWorkload();
    }

    /// <summary>A buyer's own profiles, oldest first.</summary>
    public static async Task<IReadOnlyList<Workload>> Own(Session session, OrganisationId buyer)
    {
        var rows = await session.Query<Row>(
            "SELECT workload_id, profile FROM workload WHERE organisation_id = @buyer ORDER BY workload_id", new { buyer });
        return [.. rows.Select(r => r.ToWorkload())];
    }

    /// <summary>Those that ship, then the buyer's own.</summary>
    public static async Task<IReadOnlyList<Workload>> All(Session session, OrganisationId? buyer) =>
        buyer is { } own ? [.. Workload.All, .. await Own(session, own)] : Workload.All;

    /// <exception cref="Refusal">A field cannot be, the name is taken, or there are too many.</exception>
    public static async Task<Workload> Add(Session session, OrganisationId buyer, WorkloadDraft draft)
    {
        var id = session.NewId<WorkloadId>();
        var workload = draft.ToWorkload(id);
        var count = await session.Scalar<long>("SELECT COUNT(*) FROM workload WHERE organisation_id = @buyer", new { buyer });
        if (count >= Most) throw Refusal.Conflict($"You have {Most} workloads, which is the most");
        var isNew = await session.Execute(
            """
            INSERT INTO workload (workload_id, organisation_id, name, profile, created_at) VALUES (@id, @buyer, @Name, @Profile, @Now)
            ON CONFLICT (organisation_id, name) DO NOTHING
            """,
            new { id, buyer, workload.Name, Profile = JsonSerializer.Serialize(draft, WireJson.Messages), session.Now });
        return isNew == 1
            ? workload
            : throw Refusal.Conflict($"You have a workload called '{workload.Name}'; it does not change, choose another name", "name");
    }

    private sealed record Row
    {
        public WorkloadId WorkloadId { get; init; }

        public string Profile { get; init; } = "";

        public Workload ToWorkload() => JsonSerializer.Deserialize<WorkloadDraft>(Profile, WireJson.Messages)!.ToWorkload(WorkloadId);
    }
}
