namespace Marketplace;

public sealed class LeaseLifeTests
{
    [Fact]
    public void Edges_AreNamedByTheirStatesAndReason() =>
        Assert.Equal(LeaseLife.Edges.Count, LeaseLife.Edges.Select(e => (e.From, e.To, e.Reason)).Distinct().Count());

    [Fact]
    public void EveryState_IsReachedFromNothing()
    {
        var reached = new HashSet<LeaseState>();
        for (var before = -1; before < reached.Count;)
        {
            before = reached.Count;
            reached.UnionWith(LeaseLife.Edges.Where(e => e.From is not { } from || reached.Contains(from)).Select(e => e.To));
        }

        Assert.Equal(Enum.GetValues<LeaseState>(), reached.Order());
    }

    [Fact]
    public void Funds_AreHeldWhileALeaseMayStillCost_AndLetGoOnEveryWayOut()
    {
        LeaseState[] holding = [LeaseState.Awarded, LeaseState.Provisioning, LeaseState.Active, LeaseState.Interrupted];
        foreach (var edge in LeaseLife.Edges)
        {
            var leaves = edge.From is { } from && holding.Contains(from) && !holding.Contains(edge.To);
            Assert.True(leaves == edge.Effects.Contains(LeaseEffect.ReleaseFunds), $"{edge.From} to {edge.To}: {edge.Reason}");
            Assert.Equal(leaves, edge.Effects.Contains(LeaseEffect.EndMetering));
            Assert.Equal(leaves, edge.Effects.Contains(LeaseEffect.FreeCards));
        }
    }

    [Fact]
    public async Task Transitions_OverTheApi_AreTheTable()
    {
        await using var host = await ApiHost.Run();
        var answer = await host.Operator.Get("/v1/leases/transitions");

        Assert.Equal(200, answer.Status);
        Assert.Equal(LeaseLife.Edges.Count, answer.Json.GetArrayLength());
        Assert.Equal(
            ("awarded", "failed", "no_show", "market", "credit_no_show"),
            Enumerable.Range(0, answer.Json.GetArrayLength()).Where(i => answer.Text($"{i}.reason") == "no_show").Take(1).Select(i => (
                answer.Text($"{i}.from"), answer.Text($"{i}.to"), answer.Text($"{i}.reason"), answer.Text($"{i}.by.0"),
                answer.Text($"{i}.effects.3"))).Single());
    }

    [Fact]
    public void TheDocs_PrintTheTableAsItIs()
    {
        var docs = File.ReadAllText(Path.Combine(SharedFiles.Repository(), "docs", "leases.md"));

        Assert.True(
            docs.Contains(LeaseLife.Markdown(), StringComparison.Ordinal), $"docs/leases.md has to contain:\n{LeaseLife.Markdown()}");
    }
}
