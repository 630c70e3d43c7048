using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>Cards that an operator registers and changes, and what becomes of offers, bids and leases.</summary>
public sealed class CardBookTests
{
    private static readonly OrganisationId Operator = Organisation.FirstOperator;

    private static readonly CardDraft New = new()
    {
        Id = "nova-1-96gb", Vendor = "Nova", Model = "Nova 1", Board = Board.Ai, MemoryGiB = 96, Year = 2025, Source = "its maker",
        Aliases = ["N1"],
    };

    [Theory, EveryEngine]
    public async Task ANewCard_IsUnratedUntilItHasRates_AndThenItsOpenOffersAreRated(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        await market.Do(session => CardBook.Register(session, Operator, New));
        var offer = await market.Publish(provider, market.Draft("NOVA N1", ask: "10.00"));
        Assert.Equal((New.Id, null, 1, "no 16-bit rate"), (offer.Card, offer.Units, offer.CardVersion, offer.UnratedReason));
        var bid = await market.Place(buyer, MarketBooks.Bid("any", perUnit: "20.00"));
        await market.Settle();
        Assert.Equal(BidState.Open, (await market.Find(bid)).State);

        var card = await market.Do(session => CardBook.Change(session, Operator, New.Id, 1, new()
        {
            BandwidthGBs = 4000, Bf16Tflops = 640, Int8Tops = 1280, Fp32Tflops = 40, Source = "its datasheet", Reason = "rates published",
        }));

        // Twice R0 in everything.
        Assert.Equal((2, 2_000_000), (card.Version, card.Scu!.Value.Micros));
        var rated = await market.Find(offer);
        Assert.Equal((2_000_000, "2026.1", 2, 2), (rated.Units!.Value.Micros, rated.UnitVersion, rated.CardVersion, rated.Version));
        Assert.Equal(Offer.UnitAskOf(rated.Ask, rated.ListedUnits), rated.UnitAsk!.Value.Nanos);
        Assert.True(rated.ListedUnits < rated.Units); // nobody has measured it
        await market.Settle();
        var matched = await market.Find(bid);
        Assert.Equal(BidState.Matched, matched.State);
        var lease = await market.Find(matched.LeaseId);
        Assert.Equal((rated.ListedUnits, 2L), (lease.Units, lease.CardVersion));
    }

    [Theory, EveryEngine]
    public async Task AChange_NeverTouchesWhatWasSold(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var (provider, buyer) = (await market.Provider(), await market.Buyer());
        var offer = await market.Publish(provider, market.Draft(ask: "10.00"));
        var other = await market.Publish(provider, market.Draft("T4", ask: "10.00"));
        var gone = await market.Publish(provider, market.Draft(ask: "10.00"));
        gone = await market.Do(session => OfferBook.Withdraw(session, provider, gone.OfferId, gone.Version));
        var lease = await market.Rent(buyer, MarketBooks.Wish(offer: offer.OfferId));
        var quote = await market.Quote(buyer, MarketBooks.Wish(offer: offer.OfferId));

        await market.Do(session => CardBook.Change(session, Operator, MarketBooks.H100, 1, Slower));

        Assert.True((await market.Find(offer)).Units < MarketBooks.H100Units);
        Assert.Equal((lease.Units, lease.UnitVersion, 1L), await Terms(lease));
        Assert.Equal(other, await market.Find(other));
        Assert.Equal((gone.Units, gone.Version), ((await market.Find(gone)).Units, (await market.Find(gone)).Version));

        // The quoted cards are worth less now than when they were quoted: that is told, and nothing is rented.
        var moved = await market.Refused(session => QuoteBook.Accept(session, buyer, quote.QuoteId, MarketBooks.Commission));
        Assert.Equal("listed_units", moved.Moved!.What);

        async Task<(StandardUnits?, string?, long?)> Terms(Lease sold)
        {
            var now = await market.Find(sold.LeaseId);
            return (now.Units, now.UnitVersion, now.CardVersion);
        }
    }

    [Theory, EveryEngine]
    public async Task Versions_AreKept_AndTheShippedOneIsTheFirst(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await market.Do(session => CardBook.Change(session, Operator, MarketBooks.H100, 1, Slower));
        await market.Do(session => CardBook.Change(session, Operator, MarketBooks.H100, 2, Slower with
        {
            BandwidthGBs = 3350,
            Unknown = ["fp8"],
            Reason = "back again",
            Doubts = "a table says 3000",
        }));

        var versions = await market.Look(session => CardBook.Versions(session, MarketBooks.H100));

        Assert.Equal([3, 2, 1], versions.Select(v => v.Version));
        Assert.Equal(["back again", "a slower bin", ""], versions.Select(v => v.Reason));
        Assert.Equal([3350, 3000, 3350], versions.Select(v => v.Card.Rates.BandwidthGBs!.Value));
        Assert.Equal([null, 1979, 1979], versions.Select(v => v.Card.Rates.Fp8Tflops));
        Assert.Null(versions[2].CreatedAt);
        Assert.Same(CardRegistry.Default.Find(MarketBooks.H100), versions[2].Card);
        Assert.Equal("a table says 3000", versions[0].Card.Doubts);
        Assert.Equal(989.4, versions[0].Card.Rates.Bf16Tflops);
    }

    [Theory, EveryEngine]
    public async Task AChange_OfAnotherVersion_OrUndone_LeavesNothing(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);

        Assert.Equal(RefusalCode.Stale, (await market.Refused(s => CardBook.Change(s, Operator, MarketBooks.H100, 2, Slower))).Code);
        Assert.Equal(RefusalCode.NotFound, (await market.Refused(s => CardBook.Change(s, Operator, "h101", 1, Slower))).Code);
        await using (var undone = await market.Database.Write())
        {
            await CardBook.Change(undone, Operator, MarketBooks.H100, 1, Slower);
            Assert.Equal(2, (await CardBook.Get(undone, MarketBooks.H100)).Version);
        }

        var card = await market.Look(session => CardBook.Get(session, MarketBooks.H100));
        Assert.Same(CardRegistry.Default.Find(MarketBooks.H100), card);
        await market.Do(session => CardBook.Change(session, Operator, MarketBooks.H100, 1, Slower with { BandwidthGBs = 2900 }));
        Assert.Equal(2900, (await market.Look(session => CardBook.Get(session, MarketBooks.H100))).Rates.BandwidthGBs);
    }

    [Theory, EveryEngine]
    public async Task TwoHosts_OfOneDatabase_SeeEachOthersCards_AndOthersDoNot(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        await using var stranger = await MarketBooks.Open(engine);
        Assert.Null(await Find(market));
        Assert.Null(await Find(stranger));

        await market.Do(session => CardBook.Register(session, Operator, New));

        Assert.Equal("Nova 1", (await Find(market))?.Model);
        Assert.Null(await Find(stranger));
        Assert.Null(CardRegistry.Default.Find(New.Id));

        static Task<Card?> Find(MarketBooks books) =>
            books.Look(async session => (await CardBook.Registry(session)).Resolve("N1").Card);
    }

    [Theory, EveryEngine]
    public async Task AnOffer_PublishedWhileItsCardChanged_IsRatedByTheSteward(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var offer = await market.Publish(await market.Provider(), market.Draft());
        await market.Do(session => CardBook.Change(session, Operator, MarketBooks.H100, 1, Slower));

        // As if it had been rated by what its host knew a moment before.
        await market.Do(session => session.Execute("UPDATE offer SET units = 1, unit_ask_nanos = 1, card_version = 1"));
        await Steward.Tend(market.Database);

        var rated = await market.Find(offer);
        Assert.Equal(2, rated.CardVersion);
        Assert.Equal((await market.Look(session => CardBook.Get(session, MarketBooks.H100))).Scu, rated.Units);
        Assert.Equal(0, await market.Do(CardBook.Rerate));
    }

    [Theory, EveryEngine]
    public async Task ASlice_IsSoldLikeACard(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var slice = await market.Do(session => CardBook.Cut(session, Operator, MarketBooks.H100, new("1g.10gb")));

        var offer = await market.Publish(await market.Provider(), market.Draft("h100-sxm5-80gb-1g", cards: "7", ask: "2.00"));

        Assert.Equal((slice.Id, slice.Scu), (offer.Card, offer.Units));
        Assert.Equal(RefusalCode.Conflict, (await market.Refused(s => CardBook.Cut(s, Operator, MarketBooks.H100, new("1g")))).Code);
        Assert.Equal("share", (await market.Refused(s => CardBook.Cut(s, Operator, slice.Id, new("1/2")))).Field);
    }

    public static TheoryData<CardDraft, string> Refused => new()
    {
        { New with { Id = "H100" }, "id" },
        { New with { Id = "-x" }, "id" },
        { New with { Id = MarketBooks.H100 }, "id" },
        { New with { Vendor = " " }, "vendor" },
        { New with { Model = "a\nb" }, "model" },
        { New with { Source = "" }, "source" },
        { New with { Assumed = ["everything"] }, "assumed" },
        { New with { Bf16Tflops = -1 }, "bf16Tflops" },
        { New with { Bf16Tflops = double.PositiveInfinity }, "bf16Tflops" },
        { New with { Bf16Tflops = 1_000_000 }, "bf16Tflops" },
        { New with { Bf16Tflops = 500, Fp8Tflops = 2000 }, "fp8Tflops" },
        { New with { BandwidthGBs = 3.35, Bf16Tflops = 500 }, "bandwidthGBs" },
        { New with { PowerWatts = 0 }, "powerWatts" },
        { New with { Year = 2029 }, "year" },
        { New with { Cores = 0 }, "cores" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task ADraftThatCannotBe_NamesItsField(CardDraft draft, string field)
    {
        await using var market = await MarketBooks.Open(Engine.Sqlite);

        Assert.Equal(field, (await market.Refused(session => CardBook.Register(session, Operator, draft))).Field);
    }

    private static CardChange Slower => new() { BandwidthGBs = 3000, Source = "its maker", Reason = "a slower bin" };
}
