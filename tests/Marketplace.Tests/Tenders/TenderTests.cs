using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>Tenders as their parties see them: over the API, on both engines.</summary>
public sealed class TenderTests
{
    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Answer_UntilTheTenderCloses_IsReadByItsMakerAlone(Engine engine)
    {
        await using var desk = await TenderDesk.Open(engine);
        var accountant = await desk.Host.Open("Ledger", "accountant");
        var tender = await desk.Ask();
        var north = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        var south = await TenderDesk.Replied(desk.South, tender, desk.SouthOffer, "18.00");
        var told = await desk.Buyer.Get("/v1/events?kinds=tender.");

        await desk.Host.MoveTo("2026-01-02T11:59:59Z");
        foreach (var reader in new[] { desk.Buyer, desk.Host.Operator, accountant }) Assert.Empty(await TenderDesk.Seen(reader, tender));
        Assert.Equal([north], await TenderDesk.Seen(desk.North, tender));
        Assert.Equal([south], await TenderDesk.Seen(desk.South, tender));
        Assert.Equal(1, told.At("items").GetArrayLength());
        Assert.Equal(409, (await desk.Award(tender, south)).Status);

        await desk.Host.MoveTo(TenderDesk.Closes);
        foreach (var reader in new[] { desk.Buyer, desk.Host.Operator, accountant })
            Assert.Equal([south, north], await TenderDesk.Seen(reader, tender));
        Assert.Equal([north], await TenderDesk.Seen(desk.North, tender));
        Assert.Equal(409, (await TenderDesk.Reply(desk.North, tender, desk.NorthOffer, "10.00")).Status);
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Award_MakesOneLeaseAtTheSealedPrice_AndTellsTheLoserNoPrice(Engine engine)
    {
        await using var desk = await TenderDesk.Open(engine);
        var tender = await desk.Ask();
        await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        var south = await TenderDesk.Replied(desk.South, tender, desk.SouthOffer, "18.50");
        await desk.Host.MoveTo(TenderDesk.Closes);

        var awarded = await desk.Award(tender, south);

        Assert.Equal((200, "awarded"), (awarded.Status, awarded.Text("state")));
        var lease = await desk.Buyer.Get($"/v1/leases/{awarded.Text("leaseId")}");
        Assert.Equal(("18.50", "4", "t-1"), (lease.Text("price.amount"), lease.Text("cards"), lease.Text("reference")));
        Assert.Equal((TenderDesk.From, TenderDesk.Until), (lease.Text("fromAt"), lease.Text("untilAt")));
        Assert.Equal((1, 0), (await desk.Count("lease"), await desk.Count("trade")));
        Assert.Equal("1882.56", (await Held(desk, awarded.Text("leaseId"))).Amount);
        Assert.Equal("4", await Free(desk, desk.SouthOffer));

        var winner = await desk.South.Get($"/v1/tenders/{tender}");
        var loser = await desk.North.Get($"/v1/tenders/{tender}");
        Assert.Equal(("Blue Heron", "won"), (winner.Text("tender.buyerName"), winner.Text("offers.0.sealed.state")));
        Assert.Equal(("null", "lost"), (loser.Text("tender.buyerName"), loser.Text("offers.0.sealed.state")));
        Assert.DoesNotContain("18.5", loser.Body, StringComparison.Ordinal);
        var news = await desk.North.Get("/v1/events?kinds=tender.awarded");
        Assert.Equal("null", news.Text("items.0.body.leaseId"));
        Assert.DoesNotContain("18.5", news.Body, StringComparison.Ordinal);
        Assert.Equal(awarded.Text("leaseId"), (await desk.South.Get("/v1/events?kinds=tender.awarded")).Text("items.0.body.leaseId"));
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Award_TwiceAtOnce_MakesOneLease(Engine engine)
    {
        await using var desk = await TenderDesk.Open(engine);
        for (var round = 1; round <= 5; round++)
        {
            var tender = await desk.Ask("\"cards\":1");
            var north = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
            var south = await TenderDesk.Replied(desk.South, tender, desk.SouthOffer, "18.50");
            await using (var session = await desk.Host.Database.Write())
            {
                // Each round's tender closes at once, so that the clock need not move.
                await session.Execute(
                    "UPDATE tender SET closes_at = @Now, opened_at = @Before WHERE tender_id = @tender",
                    new { tender, session.Now, Before = session.Now - Duration.FromHours(1) });
                await session.Commit();
            }

            var answers = await Task.WhenAll(desk.Award(tender, north), desk.Award(tender, south), desk.Award(tender, north));

            Assert.Equal([200, 409, 409], answers.Select(a => a.Status).Order());
            Assert.Equal(round, await desk.Count("lease"));
        }
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Award_OfCardsThatAreGone_IsRefusedWithTheRemedy_AndAnotherCanBeAwarded(Engine engine)
    {
        await using var desk = await TenderDesk.Open(engine);
        var tender = await desk.Ask();
        var north = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        var south = await TenderDesk.Replied(desk.South, tender, desk.SouthOffer, "18.00");
        await using (var session = await desk.Host.Database.Write())
        {
            var (from, until) = (Books.At("2026-01-10T05:00"), Books.At("2026-01-10T06:00"));
            Assert.True(await Calendar.Take(session, new(desk.SouthOffer), CardCount.Of(5), from, until));
            await session.Commit();
        }

        await desk.Host.MoveTo(TenderDesk.Closes);
        var shown = await desk.Buyer.Get($"/v1/tenders/{tender}");
        var refused = await desk.Award(tender, south);

        Assert.Equal((north, "null"), (shown.Text("offers.0.sealed.sealedOfferId"), shown.Text("offers.0.excluded")));
        Assert.Equal((south, "no_room"), (shown.Text("offers.1.sealed.sealedOfferId"), shown.Text("offers.1.excluded")));
        Assert.Equal((409, "sealedOfferId"), (refused.Status, refused.Fields[0]));
        Assert.Contains("award another answer", refused.Body, StringComparison.Ordinal);
        Assert.Equal("closed", await desk.State(tender));
        Assert.Equal(200, (await desk.Award(tender, north)).Status);
    }

    [Fact]
    public async Task Award_BeyondTheBuyersFunds_IsRefused_AndKeepsNothing()
    {
        await using var desk = await TenderDesk.Open();
        var tender = await desk.Ask();
        var north = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        await using (var session = await desk.Host.Database.Write())
        {
            await session.Execute("UPDATE account SET credit_limit = 100000 WHERE account_id = @Id", new { desk.Buyer.Id });
            await session.Commit();
        }

        await desk.Host.MoveTo(TenderDesk.Closes);
        var refused = await desk.Award(tender, north);

        Assert.Equal(409, refused.Status);
        Assert.Contains("1933.44 CNY", refused.Body, StringComparison.Ordinal);
        Assert.Equal(("closed", "8", 0), (await desk.State(tender), await Free(desk, desk.NorthOffer), await desk.Count("lease")));
    }

    [Fact]
    public async Task Answers_AreComparedByWhatAUnitOfTheWorkCosts_AndNotByTheCard()
    {
        await using var desk = await TenderDesk.Open();
        var h20 = await desk.Publish(desk.South, "H20 96GB", 16, "9.00");
        var tender = await desk.Ask("\"cards\":4,\"workload\":\"llm-prefill\"");
        var dear = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        var cheap = await TenderDesk.Replied(desk.South, tender, h20, "9.00");
        await desk.Host.MoveTo(TenderDesk.Closes);

        var view = await desk.Buyer.Get($"/v1/tenders/{tender}");

        // A card at less than half the price that does a seventh of the work.
        Assert.Equal((dear, cheap), (view.Text("offers.0.sealed.sealedOfferId"), view.Text("offers.1.sealed.sealedOfferId")));
        for (var i = 0; i < 2; i++)
        {
            var price = UnitPrice.Parse(view.Text($"offers.{i}.sealed.price.amount"), Currency.Cny);
            var units = StandardUnits.Parse(view.Text($"offers.{i}.units"));
            Assert.Equal(price.PerStandardUnit(units).Amount, view.Text($"offers.{i}.unitPrice.amount"));
        }

        Assert.Equal("1824.00", view.Text("offers.0.total.amount"));
    }

    [Fact]
    public async Task Amount_IsBroughtByAsManyCardsAsItTakes()
    {
        await using var desk = await TenderDesk.Open();
        var tender = await desk.Ask("\"amount\":100");
        var answer = await TenderDesk.Reply(desk.North, tender, desk.NorthOffer, "19.00");

        // 100 SCU-hours in 24 hours at 1.675 SCU a card: 2.49 cards.
        Assert.Equal((200, "3"), (answer.Status, answer.Text("sealed.cards")));
        var tooMuch = await desk.Ask("\"amount\":400");
        Assert.Equal(409, (await TenderDesk.Reply(desk.North, tooMuch, desk.NorthOffer, "19.00")).Status);
    }

    [Fact]
    public async Task Answer_IsReplaced_AndTakenBack_AndThenNobodyElseEverReadsIt()
    {
        await using var desk = await TenderDesk.Open();
        var tender = await desk.Ask();
        var first = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        Assert.Equal(first, await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "17.00"));
        var south = await TenderDesk.Replied(desk.South, tender, desk.SouthOffer, "18.00");
        Assert.Equal(404, (await desk.South.Delete($"/v1/tenders/{tender}/offers/{first}")).Status);
        Assert.Equal("withdrawn", (await desk.South.Delete($"/v1/tenders/{tender}/offers/{south}")).Text("state"));

        await desk.Host.MoveTo(TenderDesk.Closes);

        Assert.Equal([first], await TenderDesk.Seen(desk.Buyer, tender));
        Assert.Equal("17.00", (await desk.Buyer.Get($"/v1/tenders/{tender}")).Text("offers.0.sealed.price.amount"));
        Assert.Equal(400, (await desk.Award(tender, south)).Status);
        Assert.Equal(409, (await desk.North.Delete($"/v1/tenders/{tender}/offers/{first}")).Status);
    }

    [Fact]
    public async Task Tender_ExistsOnlyForItsBuyerAndThoseItInvites()
    {
        await using var desk = await TenderDesk.Open();
        var (stranger, rival) = (await desk.Host.Open("East Wind", "provider"), await desk.Host.Open("Red Crane", "buyer"));
        var offer = await desk.Publish(stranger);
        var tender = await desk.Ask();
        var north = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        await desk.Host.MoveTo(TenderDesk.Closes);

        foreach (var who in new[] { stranger, rival })
        {
            Assert.Equal(404, (await who.Get($"/v1/tenders/{tender}")).Status);
            Assert.Equal(0, (await who.Get("/v1/tenders")).At("items").GetArrayLength());
            Assert.Equal(0, (await who.Get("/v1/events?kinds=tender.")).At("items").GetArrayLength());
        }

        Assert.Equal(404, (await TenderDesk.Reply(stranger, tender, offer, "1.00")).Status);
        Assert.Equal(404, (await rival.Post($"/v1/tenders/{tender}/award", $$"""{"sealedOfferId":"{{north}}"}""")).Status);
        Assert.Equal(404, (await rival.Post($"/v1/tenders/{tender}/cancel", "")).Status);
        Assert.Equal(403, (await desk.North.Post($"/v1/tenders/{tender}/cancel", "")).Status);
        var seen = await desk.North.Get($"/v1/tenders/{tender}");
        Assert.Equal(("null", "null"), (seen.Text("tender.buyerId"), seen.Text("tender.invited")));
    }

    [Theory]
    [InlineData("\"cards\":4,\"region\":\"cn-west\"", 409, "another region")]
    [InlineData("\"cards\":4,\"models\":[\"H20 96GB\"]", 409, "another card")]
    [InlineData("\"cards\":4,\"vendor\":\"Huawei\"", 409, "another maker")]
    [InlineData("\"cards\":4,\"domesticOnly\":true", 409, "Chinese maker")]
    [InlineData("\"cards\":4,\"minMemoryGiB\":96", 409, "too little memory")]
    [InlineData("\"cards\":4,\"residency\":\"CN\"", 409, "data stays")]
    [InlineData("\"cards\":4,\"tiers\":[\"multi_node\"]", 409, "stand together")]
    [InlineData("\"cards\":9", 409, "too few cards")]
    [InlineData("\"cards\":8,\"models\":[\"h100-sxm5-80gb\"],\"region\":\"CN-East\"", 200, "sealed")]
    public async Task Answer_OfAnOfferThatDoesNotFit_IsRefusedWithTheReason(string what, int status, string says)
    {
        await using var desk = await TenderDesk.Open();

        var answer = await TenderDesk.Reply(desk.North, await desk.Ask(what), desk.NorthOffer, "19.00");

        Assert.Equal(status, answer.Status);
        Assert.Contains(says, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_AtAPriceThatNoBillCanSay_IsRefused()
    {
        await using var desk = await TenderDesk.Open();
        var offer = await desk.Publish(desk.North, cards: 1_000);
        var tender = await desk.Ask("\"cards\":1000");

        var answer = await TenderDesk.Reply(desk.North, tender, offer, "1000000");

        Assert.Equal((400, "price.amount"), (answer.Status, Assert.Single(answer.Fields)));
        await TenderDesk.Replied(desk.North, tender, offer, "380000");
    }

    [Fact]
    public async Task Answer_WithAnOfferOfSomebodyElse_OrInAnotherCurrency_IsRefused()
    {
        await using var desk = await TenderDesk.Open();
        var tender = await desk.Ask();

        var others = await TenderDesk.Reply(desk.North, tender, desk.SouthOffer, "19.00");
        var dollars = await TenderDesk.Reply(desk.North, tender, desk.NorthOffer, "19.00", "USD");

        Assert.Equal((400, "offerId"), (others.Status, others.Fields[0]));
        Assert.Equal((400, "price.currency"), (dollars.Status, dollars.Fields[0]));
    }

    [Theory]
    [MemberData(nameof(ApiHost.Engines), MemberType = typeof(ApiHost))]
    public async Task Tender_ThatIsNotAwarded_LapsesADayAfterClosing_AndTellsThoseConcerned(Engine engine)
    {
        await using var desk = await TenderDesk.Open(engine);
        var tender = await desk.Ask();
        var north = await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");
        await desk.Host.MoveTo(TenderDesk.Closes);
        await desk.Host.MoveTo("2026-01-03T11:59:59Z");
        Assert.Equal("closed", await desk.State(tender));

        await desk.Host.MoveTo(TenderDesk.Lapses);

        Assert.Equal("lapsed", await desk.State(tender));
        Assert.Equal(409, (await desk.Award(tender, north)).Status);
        Assert.Equal("lost", (await desk.North.Get($"/v1/tenders/{tender}")).Text("offers.0.sealed.state"));
        Assert.Equal(
            ["tender.opened", "tender.closed", "tender.lapsed"],
            (await desk.South.Get("/v1/events?kinds=tender.")).At("items").EnumerateArray().Select(e => e.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Cancel_BeforeClosing_LeavesAnswersUnread_AndAfterItDeclinesThem()
    {
        await using var desk = await TenderDesk.Open();
        var (taken, declined) = (await desk.Ask(), await desk.Ask("\"cards\":2"));
        foreach (var tender in new[] { taken, declined }) await TenderDesk.Replied(desk.North, tender, desk.NorthOffer, "19.00");

        Assert.Equal("cancelled", (await desk.Buyer.Post($"/v1/tenders/{taken}/cancel", "")).Text("state"));
        await desk.Host.MoveTo(TenderDesk.Closes);
        Assert.Equal("cancelled", (await desk.Buyer.Post($"/v1/tenders/{declined}/cancel", "")).Text("state"));

        Assert.Empty(await TenderDesk.Seen(desk.Buyer, taken));
        Assert.Equal("lost", (await desk.North.Get($"/v1/tenders/{declined}")).Text("offers.0.sealed.state"));
        Assert.Equal(409, (await desk.Buyer.Post($"/v1/tenders/{declined}/cancel", "")).Status);
    }

    [Fact]
    public async Task OpenTender_IsToldToProvidersWithAnOfferThatFits_AndSeenByAll()
    {
        await using var desk = await TenderDesk.Open();
        var other = await desk.Host.Open("East Wind", "provider");
        await desk.Publish(other, "H20 96GB");
        var tender = await desk.Ask("\"cards\":4,\"models\":[\"h100-sxm5-80gb\"]", isOpen: true);

        Assert.Equal(1, (await desk.North.Get("/v1/events?kinds=tender.opened")).At("items").GetArrayLength());
        Assert.Equal(0, (await other.Get("/v1/events?kinds=tender.opened")).At("items").GetArrayLength());
        Assert.Equal(200, (await other.Get($"/v1/tenders/{tender}")).Status);
        var invited = (await desk.Buyer.Get($"/v1/tenders/{tender}")).At("tender.invited").EnumerateArray().Select(i => i.GetString());
        Assert.Equal(new[] { desk.North.Id, desk.South.Id }.Order(StringComparer.Ordinal), invited);
    }

    [Theory]
    [InlineData("\"cards\":4,\"amount\":1", "cards")]
    [InlineData("\"cards\":0", "cards")]
    [InlineData("\"amount\":0", "amount")]
    [InlineData("\"cards\":4,\"workload\":\"nothing\"", "workload")]
    [InlineData("\"cards\":4,\"floor\":\"bf16\"", "floor")]
    [InlineData("\"cards\":4,\"residency\":\"china\"", "residency")]
    public async Task Tender_ThatContradictsItself_IsRefusedByField(string what, string field)
    {
        await using var desk = await TenderDesk.Open();

        var refused = await desk.TryAsk(what);

        Assert.Equal((400, field), (refused.Status, refused.Fields[0]));
    }

    private static async Task<string> Free(TenderDesk desk, string offer)
    {
        await using var session = await desk.Host.Database.Read();
        var (from, until) = (Books.At("2026-01-10"), Books.At("2026-01-11"));
        return (await OfferBook.Open(session, from, until)).Single(o => o.OfferId.Value == offer).Free.ToString();
    }

    private static async Task<Money> Held(TenderDesk desk, string lease)
    {
        await using var session = await desk.Host.Database.Read();
        return (await Funds.HeldFor(session, lease))!.Value;
    }
}
