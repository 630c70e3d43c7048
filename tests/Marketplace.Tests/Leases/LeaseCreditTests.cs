using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What is credited reaches the document, the ledger and the reconciliation, and leaves nothing unexplained.</summary>
public sealed class LeaseCreditTests
{
    private static readonly YearMonth January = new(2026, 1);

    [Theory, EveryEngine]
    public async Task LessThanWasSoldInAvailability_IsCreditedWhenThePeriodCloses_AndLateUsageToo(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run(until: "2026-01-11");
        await run.Until("2026-01-05");
        await run.Market.Do(async session => await new LeaseInterruption(InterruptionReason.ForceMajeure, Note: "power").Begin(
            session, await run.Who(run.Provider), lease));
        await run.Until("2026-01-05T03:00");
        await run.Market.Do(async session => await LeaseInterruption.Resume(session, await run.Who(run.Provider), lease));
        await run.Until("2026-01-10");
        await run.Report(lease);
        await run.Until("2026-01-12");
        await run.Bill("2026-02-01");

        // 3 of 240 hours away: 98.75 %, below 99 %: 30 % of 9 days less 3 hours at 10.00.
        var invoice = Assert.Single(await run.Market.Books.Invoices());
        Assert.Equal(
            ("2130.00", "639.00", "1491.00"),
            (Used(invoice.Lines![0]), invoice.Lines[0].Credited.Amount, invoice.Net.Amount));
        await Explained(run, "1491.00", "639.00");
        await run.Until("2026-02-02");
        Assert.Equal(LeaseState.Settled, (await run.Market.Find(lease)).State);

        // The last day was reported late: it is charged and credited on the next document.
        await run.Report(lease);
        await run.Bill("2026-03-01");
        var late = (await run.Market.Books.Invoices())[1];
        Assert.Equal(("240.00", "72.00", "168.00"), (Used(late.Lines![0]), late.Lines[0].Credited.Amount, late.Net.Amount));
        await Explained(run, "1659.00", "711.00");
        Assert.Equal("-1576.05", await Payable(run));
    }

    [Theory, EveryEngine]
    public async Task AnInterruptionWithItsNotice_CostsTheProviderNothing(Engine engine)
    {
        await using var run = await RunningLease.Open(engine, "own_use_first = 1, notice_minutes = 60");
        var lease = await run.Run(until: "2026-01-03");
        await run.Market.Do(async session =>
        {
            var provider = await run.Who(run.Provider);
            var early = new LeaseInterruption(InterruptionReason.OwnUse, Books.At("2026-01-01T00:30"));
            Assert.Equal("from", (await Assert.ThrowsAsync<Refusal>(() => early.Begin(session, provider, lease))).Field);
            var other = new LeaseInterruption(InterruptionReason.Preempted);
            Assert.Equal("reason", (await Assert.ThrowsAsync<Refusal>(() => other.Begin(session, provider, lease))).Field);
            await new LeaseInterruption(InterruptionReason.OwnUse).Begin(session, provider, lease);
        });
        await run.Until("2026-01-04");
        await run.Report(lease);
        await run.Bill("2026-02-01");

        Assert.Equal("10.00", Assert.Single(await run.Market.Books.Invoices()).Net.Amount);
        Assert.Empty(await run.Market.Look(session => Credit.Of(session, lease)));
        await Explained(run, "10.00", "0.00");
    }

    [Theory, EveryEngine]
    public async Task AProviderThatGivesUp_OwesTheRestInAvailability(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run(until: "2026-01-03");
        await run.Until("2026-01-02");
        await run.Market.Do(async session => await LeaseBook.Fail(session, await run.Who(run.Provider), lease, "the node is gone"));
        await run.Report(lease);
        await run.Bill("2026-02-01");

        // Half of what was sold: all that was charged is credited.
        var line = Assert.Single(Assert.Single(await run.Market.Books.Invoices()).Lines!);
        Assert.Equal(("240.00", "240.00", "0.00"), (Used(line), line.Credited.Amount, line.Amount.Amount));
        await Explained(run, "0.00", "240.00");
    }

    [Theory, EveryEngine]
    public async Task ANoShow_IsPaidOut_EvenWhenNothingElseWasBought(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        await run.Market.Rent(run.Buyer, MarketBooks.Wish(until: "2026-01-03"));
        await run.Until("2026-01-04");
        await run.Bill("2026-02-01");

        Assert.Equal("-24.00", Assert.Single(await run.Market.Books.Invoices()).Gross.Amount);
        await Explained(run, "-24.00", "24.00");
        Assert.Equal("22.80", await Payable(run));
    }

    [Theory, EveryEngine]
    public async Task ADispute_IsUpheldUpToWhatWasCharged_AndLandsOnTheNextDocument(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run(until: "2026-01-02");
        await run.Until("2026-01-01T12:00");
        var early = await run.Market.Refused(s => Dispute.Open(s, run.Buyer, lease, "slow"));
        Assert.Contains("end it first", early.Message, StringComparison.Ordinal);
        await run.Until("2026-01-03");
        await run.Report(lease);
        await run.Bill("2026-02-01");
        await run.Until("2026-02-02");
        Assert.Equal(LeaseState.Settled, (await run.Market.Find(lease)).State);

        await run.Market.Do(session => Dispute.Open(session, run.Buyer, lease, "two hours were lost"));
        var tooMuch = await run.Market.Refused(s => Dispute.Resolve(s, lease, "no", Money.Parse("240.01", Currency.Cny)));
        Assert.Equal("credit", tooMuch.Field);
        var done = await run.Market.Do(s => Dispute.Resolve(s, lease, "agreed", Money.Parse("20.00", Currency.Cny)));
        Assert.Equal((DisputeState.Upheld, "20.00"), (done.State, done.Credit!.Value.Amount));
        await run.Bill("2026-03-01");

        Assert.Equal(["240.00", "-20.00"], (await run.Market.Books.Invoices()).Select(i => i.Net.Amount));
        await Explained(run, "220.00", "20.00");
        await run.Until("2026-03-02");
        Assert.Equal(LeaseState.Settled, (await run.Market.Find(lease)).State);
    }

    [Theory, EveryEngine]
    public async Task UsageThatAllCameAfterThePeriodWasClosed_IsCreditedNoLess(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run(until: "2026-01-11");
        await run.Until("2026-01-05");
        var provider = await run.Who(run.Provider);
        await run.Market.Do(s => new LeaseInterruption(InterruptionReason.ForceMajeure).Begin(s, provider, lease));
        await run.Until("2026-01-05T03:00");
        await run.Market.Do(s => LeaseInterruption.Resume(s, provider, lease));
        await run.Until("2026-01-12");
        await run.Bill("2026-02-01");
        Assert.Empty(await run.Market.Books.Invoices());

        await run.Report(lease);
        await run.Bill("2026-03-01");

        var line = Assert.Single(Assert.Single(await run.Market.Books.Invoices()).Lines!);
        Assert.Equal(("2370.00", "711.00"), (Used(line), line.Credited.Amount));
        await Explained(run, "1659.00", "711.00");
    }

    [Theory, EveryEngine]
    public async Task ASecondDispute_IsCreditedToo_UpToWhatIsLeft(Engine engine)
    {
        await using var run = await RunningLease.Open(engine);
        var lease = await run.Run(until: "2026-01-02");
        await run.Until("2026-01-03");
        await run.Report(lease);
        await run.Bill("2026-02-01");
        foreach (var credit in new[] { "20.00", "30.00" })
        {
            await run.Market.Do(session => Dispute.Open(session, run.Buyer, lease, "hours were lost"));
            await run.Market.Do(s => Dispute.Resolve(s, lease, "agreed", Money.Parse(credit, Currency.Cny)));
        }

        Assert.Equal("50.00", (await run.Market.Find(lease)).Credited.Amount);
        await run.Market.Do(session => Dispute.Open(session, run.Buyer, lease, "and more"));
        var tooMuch = await run.Market.Refused(s => Dispute.Resolve(s, lease, "no", Money.Parse("190.01", Currency.Cny)));
        Assert.Equal("credit", tooMuch.Field);
        await run.Market.Do(s => Dispute.Resolve(s, lease, "all", Money.Parse("190.00", Currency.Cny)));
        await run.Bill("2026-03-01");

        var said = await run.Market.Look(s => LeaseEvent.List(s, lease));
        Assert.Equal(["and more", "all"], said.Where(e => e.Reason is "dispute" or "upheld").TakeLast(2).Select(e => e.Note));
        Assert.Equal(["240.00", "-240.00"], (await run.Market.Books.Invoices()).Select(i => i.Net.Amount));
        await Explained(run, "0.00", "240.00");
    }

    [Theory]
    [InlineData(0.62, true)]
    [InlineData(0.64, false)]
    public async Task AProbeBelowNineTenthsOfWhatWasSold_IsCredited_AndTheCardsCanGoBack(double part, bool isShort)
    {
        await using var run = await RunningLease.Open(Engine.Sqlite);
        var lease = await run.Run(until: "2026-01-03");
        await run.Until("2026-01-01T10:00");
        var unmeasured = await run.Market.Refused(s => LeaseBook.Reject(s, run.Buyer, lease));
        Assert.Contains("measure it", unmeasured.Message, StringComparison.Ordinal);

        // Sold at 70 % of the claim: 0.62 is 88.57 % of that, 0.64 is 91.42 %.
        await run.Market.Do(session => LeaseProbe.Judge(session, lease, part));
        await run.Market.Do(session => LeaseProbe.Judge(session, lease, part));
        await run.Report(lease);
        var measured = await run.Market.Find(lease);
        if (!isShort)
        {
            Assert.Equal((9_142, "0.00"), (measured.Measured!.Value.Value, measured.Credited.Amount));
            Assert.Equal(RefusalCode.Conflict, (await run.Market.Refused(s => LeaseBook.Reject(s, run.Buyer, lease))).Code);
            return;
        }

        Assert.Equal((8_857, "11.43", "88.57"), (measured.Measured!.Value.Value, measured.Credited.Amount, measured.Spent.Amount));
        var failed = await run.Market.Do(session => LeaseBook.Reject(session, run.Buyer, lease));
        Assert.Equal((LeaseState.Failed, "probe", "0.00"), (failed.State, failed.Reason, failed.Spent.Amount));
        await run.Bill("2026-02-01");
        await Explained(run, "0.00", "100.00");
    }

    [Fact]
    public async Task AProbeAfterTheFirstDay_IsCreditedButTheCardsStay()
    {
        await using var run = await RunningLease.Open(Engine.Sqlite);
        var lease = await run.Run(until: "2026-01-05");
        await run.Until("2026-01-02");
        await run.Market.Do(session => LeaseProbe.Judge(session, lease, 0.35));

        var late = await run.Market.Refused(s => LeaseBook.Reject(s, run.Buyer, lease));
        Assert.Contains("are over", late.Message, StringComparison.Ordinal);
        await run.Report(lease);
        Assert.Equal("120.00", (await run.Market.Find(lease)).Credited.Amount);
    }

    /// <summary>A credit that nobody gave, or that was changed, is not explained away.</summary>
    [Theory]
    [InlineData("UPDATE credit SET part = part + 1")]
    [InlineData("DELETE FROM credit")]
    [InlineData("DELETE FROM charge WHERE cause = 'credit'")]
    [InlineData("UPDATE charge SET nanos = nanos - 1 WHERE cause = 'credit'")]
    public async Task ACreditThatWasTamperedWith_IsUnexplained(string sql)
    {
        await using var run = await RunningLease.Open(Engine.Sqlite);
        var lease = await run.Run(until: "2026-01-03");
        await run.Until("2026-01-01T10:00");
        await run.Market.Do(session => LeaseProbe.Judge(session, lease, 0.5));
        await run.Report(lease);
        await run.Until("2026-01-04");
        await run.Bill("2026-02-01");
        Assert.Equal(DifferenceCause.None, Assert.Single(await Rows(run)).Cause);

        await run.Market.Do(session => session.Execute(sql));

        Assert.Equal(DifferenceCause.Unexplained, Assert.Single(await Rows(run)).Cause);
    }

    private static string Used(InvoiceLine line) => (line.Charged + line.Credited).Amount;

    private static async Task Explained(RunningLease run, string charged, string credited)
    {
        var row = Assert.Single(await Rows(run));
        Assert.Equal(
            (DifferenceCause.None, charged, credited, charged, charged),
            (row.Cause, row.Charged.Amount, row.Credited.Amount, row.Invoiced.Amount, row.Posted.Amount));
        Assert.Equal(0, (await run.Market.Look(session => Totals.Of(session, Currency.Cny))).Imbalance);
    }

    private static Task<IReadOnlyList<ReconciliationRow>> Rows(RunningLease run) =>
        run.Market.Look(session => Reconciliation.Of(session, January));

    private static async Task<string> Payable(RunningLease run) =>
        (await run.Market.Look(Ledger.Balances)).Single(b => b.Account == $"payable:{run.Provider}").Balance.Amount;
}
