using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What Slurm's tools print, as 22.05 printed it, and what is made of it.</summary>
public sealed class SlurmRecordsTests
{
    // Two tasks of an array, one of them cancelled; a job that was requeued, and its second life; one that never began; one that runs.
    private const string Sacct =
        """
        test|3|1|1795377271|1795377274|billing=1,cpu=1,gres/gpu=1,node=1
        test|4|1|1795377268|1795377270|billing=1,cpu=1,gres/gpu=1,node=1
        test|5|3|1795377299|1795377301|billing=2,cpu=2,gres/gpu=2,gres/gpu:a100=2,node=1
        test|5|3|1795377422|Unknown|billing=2,cpu=2,gres/gpu=2,node=1
        test|7||None|1795377305|
        test|9|4|Unknown|Unknown|
        """;

    private static readonly SlurmSite Site = new() { Partition = "market", LoginHost = "host", LoginProgram = "login", Gres = "gpu" };

    [Fact]
    public void Sacct_IsReadLineByLine()
    {
        var records = SacctRecord.Parse(Sacct + "\n");

        Assert.Equal([3, 4, 5, 5, 7, 9], records.Select(r => r.JobId));
        Assert.Equal([1, 1, 3, 3, null, 4], records.Select(r => r.ReservationId));
        Assert.Equal(
            [1795377271, 1795377268, 1795377299, 1795377422, null, null], records.Select(r => r.Start?.ToUnixTimeSeconds()));
        Assert.Equal(
            [1795377274, 1795377270, 1795377301, null, 1795377305, null], records.Select(r => r.End?.ToUnixTimeSeconds()));
        Assert.Equal([1, 1, 2, 2, 0, 0], records.Select(r => r.Tres("gres/gpu")));
        Assert.Equal(0, records[0].Tres("gpu"));
        Assert.Empty(SacctRecord.Parse(""));
    }

    [Theory]
    [InlineData("test|3|1|1795377271|1795377274")]
    [InlineData("test|3.batch|1|1795377271|1795377274|cpu=1")]
    [InlineData("sacct: error: slurm_persist_conn_open_without_init")]
    public void Sacct_AnotherLine_IsAFault(string line) => Assert.Throws<SlurmFault>(() => SacctRecord.Parse(line));

    [Theory]
    [InlineData("gpu", 1, "2")]
    [InlineData("npu", 1, null)]
    [InlineData(null, 1, "4")]
    [InlineData(null, 4, "1")]
    [InlineData(null, 32, "0.125")]
    public void Cards_AreCountedAsTheSiteSays(string? gres, int cpusPerCard, string? cards)
    {
        var job = new SacctRecord("test", 1, 1, null, null, "billing=4,cpu=4,gres/gpu=2,node=1");

        Assert.Equal(cards, (Site with { Gres = gres, CpusPerCard = cpusPerCard }).CardsOf(job)?.ToString());
    }

    [Theory]
    [InlineData("2", 4, null, "TRES=cpu=8", "gres/gpu=2")]
    [InlineData("0.5", 4, null, "TRES=cpu=2", "gres/gpu=1")]
    [InlineData("0.1", 4, null, "TRES=cpu=1", "gres/gpu=1")]
    [InlineData("16", 4, 8, "NodeCnt=2", "gres/gpu=16")]
    [InlineData("9", 4, 8, "NodeCnt=2", "gres/gpu=9")]
    public void Room_IsForAllTheCards(string cards, int cpusPerCard, int? cardsPerNode, string room, string limit)
    {
        var site = Site with { CpusPerCard = cpusPerCard, CardsPerNode = cardsPerNode };

        Assert.Equal((room, limit), (site.Room(CardCount.Parse(cards)), site.Limit(CardCount.Parse(cards))));
        Assert.Null((site with { Gres = null }).Limit(CardCount.Parse(cards)));
    }

    [Fact]
    public void Reservation_IsNamedForItsLease()
    {
        const string Shown =
            """
            ReservationName=mkt_lease_01 StartTime=1795377464 EndTime=1795377764 Duration=00:05:00 Nodes=node1 State=ACTIVE
            ReservationName=maintenance StartTime=1795377464 EndTime=1795377764 Duration=00:05:00 Nodes=node1 State=ACTIVE
            ReservationName=mkt_else StartTime=1795377464 EndTime=1795377764 Duration=00:05:00 Nodes=node1 State=ACTIVE
            """;

        var names = Reservation.Names(Shown).ToList();

        Assert.Equal(["mkt_lease_01", "maintenance", "mkt_else"], names);
        Assert.Equal([new LeaseId("lease_01"), null, null], names.Select(name => Reservation.LeaseOf(Site, name)));
        Assert.Equal(names[0], Reservation.NameOf(Site, new LeaseId("lease_01")));
        Assert.Empty(Reservation.Names("No reservations in the system\n"));
    }

    [Fact]
    public void Reservation_ThatWasChanged_IsOne() => Assert.Equal(
        [(1L, "mkt_lease_01"), (4L, "mkt_lease_02")],
        Reservation.ById("1|mkt_lease_01\n4|mkt_lease_02\n4|mkt_lease_02\n").Select(pair => (pair.Key, pair.Value)));

    [Fact]
    public void Account_HasItsMembersAndItsLimit()
    {
        var rows = BuyerAccount.Rows("|gres/gpu=2\ngames|\n");

        Assert.Equal(("gres/gpu=2", ""), (rows[""], rows["games"]));
        Assert.Empty(BuyerAccount.Rows(""));
    }
}
