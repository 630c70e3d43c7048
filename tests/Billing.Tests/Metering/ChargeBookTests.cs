using Marketplace.Pricing;

namespace Marketplace.Billing;

public sealed class ChargeBookTests
{
    [Theory, EveryEngine]
    public async Task Rate_OneEvent_ChargesPriceTimesQuantityToTheNano(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "7.123456789", cards: "1.5");
        await books.Record(lease, books.Usage(lease, "2026-01-02T00:00", "2026-01-02T01:30", cards: "1.5"));

        await books.Rate(lease);

        var charge = Assert.Single(await books.Charges(lease));
        Assert.Equal("8100", charge.Quantity.ToString());
        // 7.123456789 x 2.25 = 16.02777777525
        Assert.Equal(16_027_777_775, charge.Amount.Nanos);
        Assert.Equal((Books.At("2026-01-02T00:00"), Books.At("2026-01-02T01:30")), (charge.FromAt, charge.UntilAt));
        Assert.Equal(new BillingPeriod(Books.At("2026-01-01"), Books.At("2026-02-01")), charge.Period);
    }

    [Theory, EveryEngine]
    public async Task Rate_ThreeThirdsOfANano_ChargeOneNanoTogether(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "0.000000001");
        for (var i = 0; i < 3; i++)
        {
            await books.Record(lease, books.Usage(lease, $"2026-01-02T0{i}:00", $"2026-01-02T0{i}:20"));
            await books.Rate(lease);
        }

        Assert.Equal([0L, 1L, 0L], (await books.Charges(lease)).Select(c => c.Amount.Nanos));
    }

    [Theory, EveryEngine]
    public async Task Rate_AnEventOverAMonthEnd_IsCutInTheBuyersZone(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("Asia/Shanghai"), price: "1");
        await books.Record(lease, books.Usage(lease, "2026-01-31T15:00", "2026-01-31T18:00"));

        await books.Rate(lease);

        var charges = await books.Charges(lease);
        Assert.Equal(["1.00", "2.00"], charges.Select(c => c.Amount.Amount));
        Assert.Equal(Books.At("2026-01-31T16:00"), charges[0].UntilAt);
        Assert.Equal(Books.At("2026-01-31T16:00"), charges[1].Period.From);
        Assert.Equal(charges[0].UsageId, charges[1].UsageId);
    }

    [Theory, EveryEngine]
    public async Task Rate_LateUsageOfAnEarlierPeriod_MovesTheNanoInARowOfItsOwn(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer("UTC"), price: "0.000000001");
        await books.Record(lease, books.Usage(lease, "2026-02-01T00:00", "2026-02-01T00:36"));
        await books.Rate(lease);
        Assert.Equal([1L], (await books.Charges(lease)).Select(c => c.Amount.Nanos));

        // 0.6 of a nano before 0.6: 1 in January, and 1.2 - 1 = 0 in February.
        await books.Record(lease, books.Usage(lease, "2026-01-31T00:00", "2026-01-31T00:36"));
        await books.Rate(lease);

        var charges = await books.Charges(lease);
        Assert.Equal([1L, 1L, -1L], charges.Select(c => c.Amount.Nanos));
        Assert.Equal([2, 1, 2], charges.Select(c => c.Period.From == Books.At("2026-01-01") ? 1 : 2));
        Assert.Equal((null, CardSeconds.Zero), (charges[2].UsageId, charges[2].Quantity));
    }

    [Theory, EveryEngine]
    public async Task Rate_Twice_ChargesOnce(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer());
        await books.Record(lease, books.Usage(lease, "2026-01-02", "2026-01-03"));

        await books.Rate(lease, lease);
        await books.Rate(lease);

        Assert.Equal(["240.00"], (await books.Charges(lease)).Select(c => c.Amount.Amount));
        Assert.Equal(0, (await books.Look(Backlog.Of)).Unrated);
    }

    [Theory, EveryEngine]
    public async Task Rate_EightHostsAtOnceWhileUsageArrives_ChargesEverythingOnce(Engine engine)
    {
        await using var books = await Books.Open(engine);
        await using var other = books.AnotherHost();
        var buyer = await books.Buyer();
        Agreement[] leases = [await books.Lease(buyer), await books.Lease(buyer), await books.Lease(buyer)];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var day = 1; day <= 3; day++)
            {
                var lease = leases[worker % 3];
                var from = $"2026-01-{(worker * 3) + day:00}";
                await books.Record(lease, books.Usage(lease, from + "T00:00", from + "T01:00"));
                await using var session = await (worker % 2 == 0 ? books.Database : other).Write();
                await ChargeBook.Rate(session, leases.Reverse().Select(l => l.LeaseId));
                await session.Commit();
            }
        })));

        var charges = (await Task.WhenAll(leases.Select(books.Charges))).SelectMany(c => c).ToList();
        Assert.Equal(24, charges.Count);
        Assert.Equal(24, charges.Select(c => c.UsageId).Distinct().Count());
        Assert.All(charges, c => Assert.Equal("10.00", c.Amount.Amount));
    }

    [Theory, EveryEngine]
    public async Task Rate_AFreeLease_ChargesNothingButKeepsTheQuantity(Engine engine)
    {
        await using var books = await Books.Open(engine);
        var lease = await books.Lease(await books.Buyer(), price: "0");
        await books.Record(lease, books.Usage(lease, "2026-01-02", "2026-01-03"));

        await books.Rate(lease);

        var charge = Assert.Single(await books.Charges(lease));
        Assert.Equal(("0.00", "86400"), (charge.Amount.Amount, charge.Quantity.ToString()));
    }
}
