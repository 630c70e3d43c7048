using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace.Billing;

public sealed class UsageLogTests
{
    /// <summary>
    /// One lease of two cards, agreed from the 10th to the 20th of January, started on the 11th, ended early on the 19th; another that was
    /// never started. Each row is sent alone, in this order; a row that is wrong in several ways names the reason that wins.
    /// </summary>
    private const string Answers =
        """
        id     | lease     | from             | until            | cards | answer      | reason
        a      | ours      | 2026-01-12T00:00 | 2026-01-12T06:00 | 1     | Accepted    |
        a      | ours      | 2026-01-12T00:00 | 2026-01-12T06:00 | 1     | Duplicate   |
        a      | ours      | 2026-01-12T00:00 | 2026-01-12T06:00 | 1.001 | Conflict    | says something else
        a      | ours      | 2026-01-12T00:00 | 2026-01-12T07:00 | 1     | Conflict    | says something else
        a      | ours      | 2026-01-11T23:00 | 2026-01-12T06:00 | 1     | Conflict    | says something else
        a      | nobody's  | 2026-01-12T00:00 | 2026-01-12T06:00 | 1     | Conflict    | says something else
        a      | foreign   | 2030-01-01T00:00 | 2030-01-02T00:00 | 99    | Conflict    | says something else
        b      | foreign   | 2026-01-12T00:00 | 2026-01-12T06:00 | 1     | Quarantined | no lease of yours
        b      | foreign   | 2030-01-01T00:00 | 2030-01-02T00:00 | 99    | Quarantined | no lease of yours
        b      | nobody's  | 2030-01-01T00:00 | 2030-01-02T00:00 | 99    | Quarantined | no lease of yours
        b      | unstarted | 2030-01-01T00:00 | 2030-01-02T00:00 | 99    | Quarantined | was not started
        c      | ours      | 2026-01-10T12:00 | 2026-01-11T06:00 | 99    | Quarantined | outside the lease
        c      | ours      | 2026-01-10T23:59 | 2026-01-11T06:00 | 1     | Quarantined | outside the lease
        c      | ours      | 2026-01-18T23:00 | 2026-01-19T00:01 | 1     | Quarantined | outside the lease
        c      | ours      | 2026-01-19T12:00 | 2026-01-19T13:00 | 1     | Quarantined | outside the lease
        c      | ours      | 2026-01-21T00:00 | 2026-01-22T00:00 | 1     | Quarantined | outside the lease
        d      | ours      | 2026-01-11T00:00 | 2026-01-11T01:00 | 2     | Accepted    |
        e      | ours      | 2026-01-18T23:00 | 2026-01-19T00:00 | 2     | Accepted    |
        f      | ours      | 2026-01-12T05:00 | 2026-01-12T08:00 | 1.001 | Quarantined | 2.001 cards at once, the lease has 2
        f      | ours      | 2026-01-12T05:00 | 2026-01-12T08:00 | 1     | Accepted    |
        g      | ours      | 2026-01-12T06:00 | 2026-01-12T07:00 | 0.6   | Accepted    |
        h      | ours      | 2026-01-12T07:00 | 2026-01-12T09:00 | 0.6   | Accepted    |
        i      | ours      | 2026-01-12T06:30 | 2026-01-12T07:30 | 0.4   | Accepted    |
        j      | ours      | 2026-01-12T04:00 | 2026-01-12T10:00 | 0.001 | Quarantined | 2.001 cards at once, the lease has 2
        j      | ours      | 2026-01-12T08:00 | 2026-01-12T09:00 | 1.401 | Quarantined | 2.001 cards at once, the lease has 2
        j      | ours      | 2026-01-12T08:00 | 2026-01-12T09:00 | 1.4   | Accepted    |
        k      | ours      | 2026-01-12T09:00 | 2026-01-12T10:00 | 2.001 | Quarantined | 2.001 cards at once, the lease has 2
        k      | ours      | 2026-01-12T09:00 | 2026-01-12T10:00 | 2.001 | Quarantined | 2.001 cards at once, the lease has 2
        """;

    [Theory, EveryEngine]
    public async Task Record_EveryKindOfEvent_IsAnsweredByTheFirstReasonThatApplies(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var buyer = await books.Buyer();
        var ours = await books.Lease(buyer, cards: "2", from: "2026-01-10", until: "2026-01-20");
        var unstarted = ours with { LeaseId = new("lease_unstarted"), StartedAt = null };
        var foreign = await books.Lease(buyer, cards: "2");
        await books.Do(async session =>
        {
            await session.Execute("UPDATE agreement SET started_at = NULL WHERE lease_id = @LeaseId", new { ours.LeaseId });
            await Agreement.Start(session, ours.LeaseId, Books.At("2026-01-11"));
            await Agreement.Start(session, ours.LeaseId, Books.At("2026-01-15"));
            await Agreement.End(session, ours.LeaseId, Books.At("2026-01-19"));
            await Agreement.End(session, ours.LeaseId, Books.At("2026-01-20"));
            await Agreement.Open(session, unstarted);
        });
        var leases = new Dictionary<string, LeaseId>
        {
            ["ours"] = ours.LeaseId, ["foreign"] = foreign.LeaseId, ["unstarted"] = unstarted.LeaseId, ["nobody's"] = new("lease_nobody"),
        };

        foreach (var row in Answers.Split('\n').Skip(1).Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
        {
            var usage = books.Usage(ours, row[2], row[3], row[4], row[0]) with { LeaseId = leases[row[1]] };
            var outcome = Assert.Single(await books.Do(session => UsageLog.Record(session, ours.ProviderId, [usage])));
            Assert.True(
                (usage.Source, usage.EventId, row[5]) == (outcome.Source, outcome.Id, outcome.Status.ToString())
                    && (row[6].Length == 0 ? outcome.Reason is null : outcome.Reason!.Contains(row[6], StringComparison.Ordinal)),
                $"{string.Join(" | ", row)}: {outcome}");
        }

        var accepted = await books.Look(session => UsageLog.List(session, ours.LeaseId, reader: null, after: "", limit: 100));
        Assert.Equal(["a", "d", "e", "f", "g", "h", "i", "j"], accepted.Select(u => u.EventId));
        var aside = await books.Look(session => UsageLog.Quarantine(session, ours.ProviderId, limit: 100));
        Assert.Equal(
            Answers.Split('\n')
                .Where(l => l.Contains("Conflict", StringComparison.Ordinal) || l.Contains("Quarantined", StringComparison.Ordinal))
                .Distinct().Count(),
            aside.Count);
        Assert.All(aside, u => Assert.NotNull(u.Reason));
        Assert.Empty(await books.Look(session => UsageLog.Quarantine(session, foreign.ProviderId, limit: 100)));
    }

    [Theory, EveryEngine]
    public async Task Record_ABatch_AnswersEachEventAndStagesOneMessageForTheLeasesThatGotSome(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        var good = books.Usage(lease, "2026-01-01", "2026-01-02");

        var outcomes = await books.Do(session => UsageLog.Record(
            session, lease.ProviderId, [good, good, good with { Cards = new(1) }, books.Usage(lease, "2026-01-01", "2026-01-02")]));
        var refused = await books.Do(session => UsageLog.Record(session, lease.ProviderId, [good]));

        Assert.Equal(
            [UsageStatus.Accepted, UsageStatus.Duplicate, UsageStatus.Conflict, UsageStatus.Quarantined], outcomes.Select(o => o.Status));
        Assert.Equal(UsageStatus.Duplicate, Assert.Single(refused).Status);
        var body = Assert.Single(await books.Look(session => session.Query<string>("SELECT body FROM outbox")));
        Assert.Contains($"\"leaseIds\":[\"{lease.LeaseId}\"]", body, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task Record_TheSameIdOfAnotherSourceOrProvider_IsAnotherEvent(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var buyer = await books.Buyer();
        var lease = await books.Lease(buyer, cards: "2");
        var other = await books.Lease(buyer);

        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02", id: "1"));
        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02", id: "1") with { Source = "/meters/2" });
        await books.Record(other, books.Usage(other, "2026-01-01", "2026-01-02", id: "1"));

        Assert.Equal(3, (await books.Look(session => UsageLog.List(session, lease: null, buyer.AccountId, after: "", limit: 10))).Count);
    }

    [Theory, EveryEngine]
    public async Task Record_TheSameEventFromEightTasks_IsAcceptedOnce(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var lease = await books.Lease(await books.Buyer());
        var usage = books.Usage(lease, "2026-01-01", "2026-01-02");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await using var session = await (i % 2 == 0 ? books.Database : other).Write();
            var outcome = Assert.Single(await UsageLog.Record(session, lease.ProviderId, [usage]));
            await session.Commit();
            return outcome.Status;
        })));

        Assert.Equal(
            [UsageStatus.Accepted, .. Enumerable.Repeat(UsageStatus.Duplicate, 7)], answers.Order());
        Assert.Single(await books.Look(session => UsageLog.List(session, lease.LeaseId, reader: null, after: "", limit: 10)));
    }

    [Theory, EveryEngine]
    public async Task Record_DifferentEventsFromEightTasks_NeverExceedTheCards(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var lease = await books.Lease(await books.Buyer(), cards: "1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            await using var session = await (i % 2 == 0 ? books.Database : other).Write();
            var outcome = Assert.Single(await UsageLog.Record(
                session, lease.ProviderId, [books.Usage(lease, "2026-01-01", "2026-01-02", cards: "0.3")]));
            await session.Commit();
            return outcome.Status;
        })));

        Assert.Equal((3, 5), (answers.Count(a => a == UsageStatus.Accepted), answers.Count(a => a == UsageStatus.Quarantined)));
    }

    [Fact]
    public async Task Record_TheSameNameForTwoLeasesAtOnce_AcceptsOneAndKeepsTheOtherAside()
    {
        await using var books = await Books.Open(Engine.PostgreSql);
        var lease = await books.Lease(await books.Buyer());
        var second = lease with { LeaseId = new("lease_second") };
        await books.Do(session => Agreement.Open(session, second));
        var usage = books.Usage(lease, "2026-01-01", "2026-01-02", id: "1");
        await using var first = await books.Database.Write();
        await UsageLog.Record(first, lease.ProviderId, [usage]);

        var waiting = Task.Run(() => books.Do(session => UsageLog.Record(
            session, lease.ProviderId, [books.Usage(second, "2026-01-01", "2026-01-02", id: "1")])));
        await Eventually.True(
            () => books.Look(async session => await session.Scalar<long>(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1),
            "the second waits for the first");
        await first.Commit();

        Assert.Equal(UsageStatus.Conflict, Assert.Single(await waiting).Status);
        var aside = Assert.Single(await books.Look(session => UsageLog.Quarantine(session, lease.ProviderId, limit: 10)));
        Assert.Equal(second.LeaseId, aside.LeaseId);
    }

    [Theory, EveryEngine]
    public async Task List_ByReader_ShowsBuyerAndProviderTheirOwnAndNobodyElse(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        var other = await books.Lease(await books.Buyer());
        await books.Record(lease, books.Usage(lease, "2026-01-01", "2026-01-02", id: "mine"));
        await books.Record(other, books.Usage(other, "2026-01-01", "2026-01-02", id: "other"));

        foreach (var reader in new[] { lease.BuyerId, lease.ProviderId })
        {
            var seen = await books.Look(session => UsageLog.List(session, lease: null, reader, after: "", limit: 10));
            Assert.Equal("mine", Assert.Single(seen).EventId);
        }

        Assert.Empty(await books.Look(session => UsageLog.List(session, lease.LeaseId, other.BuyerId, after: "", limit: 10)));
        var all = await books.Look(session => UsageLog.List(session, lease: null, reader: null, after: "", limit: 1));
        var rest = await books.Look(session => UsageLog.List(session, lease: null, reader: null, all[0].UsageId.Value, limit: 10));
        Assert.Equal(["mine", "other"], all.Concat(rest).Select(u => u.EventId));
        Assert.Equal(CardCount.Of(1).For(NodaTime.Duration.FromDays(1)), all[0].Quantity);
    }
}
