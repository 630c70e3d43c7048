using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// Writes down what came of an auction, all in one transaction that takes the auction's row: awards, cards, leases, bids, losses, prices,
/// and the gate opens. Nothing of it can be refused; what fails is a bug, and then nothing is kept and the gate stays shut.
/// </summary>
internal sealed class AuctionCommit(
    Session session, Auction auction, AuctionSnapshot snapshot, AuctionResult result, int commission, Action<AuctionStep>? after)
{
    /// <summary>Fewer sellers or buyers than this, and one of them may have set the price: such a trade is not for the index.</summary>
    private const int Thin = 3;

    private readonly Explanations _told = new(snapshot, result);
    private readonly List<AwardReceipt> _receipts = new(result.Awards.Count);
    private Dictionary<string, Bid> _bids = [];
    private Dictionary<string, Offer> _offers = [];
    private HashSet<AuctionPool> _thin = [];

    /// <summary>Writes it. The caller commits.</summary>
    /// <param name="millis">How long the search took.</param>
    /// <returns>False when another host has written it before; then there is nothing to commit.</returns>
    public async Task<bool> Write(long millis)
    {
        if (!await Claim(millis)) return false;
        after?.Invoke(AuctionStep.Claimed);
        var scope = new
        {
            Auction = auction.AuctionId.Value, From = snapshot.Gate, Until = snapshot.Gate + Duration.FromHours(1),
        };
        _offers = (await AuctionFacts.OffersOf(session, "o.gated_by = @Auction", scope))
            .ToDictionary(o => o.OfferId.Value, StringComparer.Ordinal);
        _bids = (await AuctionBids.Rows(session, "b.gated_by = @Auction", scope)).ToDictionary(b => b.BidId.Value, StringComparer.Ordinal);
        _thin = ThinPools();
        await Award();
        after?.Invoke(AuctionStep.Awarded);
        var filled = await SettleBids();
        after?.Invoke(AuctionStep.Settled);
        var lost = await WriteLosses(filled);
        await WritePrices();
        after?.Invoke(AuctionStep.Published);
        await Open();
        after?.Invoke(AuctionStep.Opened);
        await Say(lost);
        after?.Invoke(AuctionStep.Said);
        return true;
    }

    private async Task<bool> Claim(long millis) => await session.Execute(
        """
        UPDATE auction SET state = 'cleared', algorithm = @Algorithm, result_hash = @Hash, gain_nanos = @Gain, bound_nanos = @Bound,
          awards = @Awards, lanes = @Lanes, clear_millis = @millis, cleared_at = @Now
        WHERE auction_id = @AuctionId AND state = 'gated'
        """,
        new
        {
            auction.AuctionId, result.Algorithm, result.Hash, Gain = Wide.Text(result.GainNanos), Bound = Wide.Text(result.BoundNanos),
            Awards = (long)result.Awards.Count, millis, session.Now,
            Lanes = JsonSerializer.Serialize(
                result.Components.GroupBy(c => c.Lane).OrderBy(g => g.Key).ToDictionary(
                    g => WireJson.Word(g.Key), g => g.Count(), StringComparer.Ordinal),
                WireJson.Messages),
        }) == 1;

    private async Task Award()
    {
        foreach (var award in result.Awards) _receipts.Add(Receipt(award, BidOf(award)));
        await session.ExecuteEach(
            """
            INSERT INTO award (award_id, auction_id, unit, bid_id, part, class, pay_nanos, currency, receipt, awarded_at)
            VALUES (@AwardId, @AuctionId, @Unit, @BidId, @Part, @Class, @Pay, @Currency, @Receipt, @Now)
            """,
            result.Awards.Zip(_receipts, (award, receipt) => new
            {
                receipt.AwardId, auction.AuctionId, Unit = (long)award.Unit, receipt.BidId, Part = (long)receipt.Part,
                Class = WireJson.Word(award.Class), Pay = award.Pay.Nanos, auction.Currency,
                Receipt = JsonSerializer.Serialize(receipt, WireJson.Messages), session.Now,
            }));
        var sales = result.Awards.Zip(_receipts, Sales).SelectMany(s => s).ToList();
        await Calendar.TakeAwarded(session, auction.AuctionId, [.. sales.Select(s => (s.Offer, s.Cards, s.From, s.Until))]);
        await NewLeases.Of(session, sales);
    }

    /// <summary>An award's sales, one for each of its sellers.</summary>
    private IEnumerable<Sale> Sales(Award award, AwardReceipt receipt)
    {
        var bid = BidOf(award);
        var isForIndex = award.Class == SettlementClass.Uniform && !_thin.Contains(receipt.Pool);
        return receipt.Lines.Select(line => new Sale(
            _offers[line.OfferId!.Value.Value], bid.BuyerId, CardCount.Of(line.Cards), receipt.From, receipt.Until, line.Price, commission)
        {
            Reference = bid.Reference, AwardId = receipt.AwardId, Origin = isForIndex ? TradeOrigin.Auction : null,
        });
    }

    private Bid BidOf(Award award) => _bids[snapshot.Units[award.Unit].Options[award.Option].BidId];

    private AwardReceipt Receipt(Award award, Bid bid)
    {
        var shown = _told.Receipt(award);
        var hours = (long)(shown.Until - shown.From).TotalHours;
        return new()
        {
            AwardId = session.NewId<AwardId>(), AuctionId = auction.AuctionId, Auction = shown.Auction,
            InputHash = shown.InputHash, ResultHash = shown.ResultHash,
            AlgorithmVersion = shown.AlgorithmVersion, UnitVersion = shown.UnitVersion, BandVersion = shown.BandVersion,
            Lane = shown.Lane, IsExact = shown.IsExact,
            ComponentGain = Wide.Text(shown.ComponentGainNanos), ComponentBound = Wide.Text(shown.ComponentBoundNanos),
            BidId = bid.BidId, Part = snapshot.Units[award.Unit].Part, Pool = shown.Pool, From = shown.From, Until = shown.Until,
            Prices = shown.Prices, Class = shown.Class, AtPrice = Wide.Amount(shown.AtPriceNanos, auction.Currency),
            Difference = Wide.Amount(shown.DifferenceNanos, auction.Currency), Pay = shown.Pay, Bid = shown.Bid, Saving = shown.Saving,
            Lines =
            [
                .. award.Parts.Zip(shown.Lines, (part, line) =>
                {
                    var cardHours = line.Cards * hours;
                    var price = line.Pay.Nanos / cardHours; // asks are whole nanos, so it is never below the ask
                    return new AwardLine(
                        line.MaskedOffer, line.Cards, line.Pay, new(price, auction.Currency),
                        new(line.Pay.Nanos - (price * cardHours), auction.Currency))
                    {
                        OfferId = new(snapshot.Offers[part.Offer].Id),
                    };
                }),
            ],
            AwardedAt = session.Now,
        };
    }

    /// <summary>
    /// Counts the parts that were awarded; a bid that has all of them is matched, and the bids that it excludes are cancelled.
    /// </summary>
    /// <returns>The bids that want nothing more.</returns>
    private async Task<HashSet<string>> SettleBids()
    {
        var filled = _receipts.CountBy(r => r.BidId!.Value.Value, StringComparer.Ordinal)
            .Select(c => (Bid: _bids[c.Key], Awarded: c.Value))
            .Select(c => (c.Bid, Parts: c.Bid.XorGroup is null ? c.Bid.Filled + c.Awarded : c.Bid.Parts)) // a group: whole or nothing
            .ToList();
        await Fill(filled);
        var done = filled.Where(f => f.Parts >= f.Bid.Parts).Select(f => f.Bid.BidId.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var (bid, _) in filled.Where(f => f.Bid.XorGroup is not null))
        {
            foreach (var other in await CancelOthers(bid))
            {
                done.Add(other.Value);
                await LiveLog.Say(session, "bid.cancelled", other.Value, new { BidId = other }, bid.BuyerId);
            }

            await BidBook.SetHold(session, bid);
        }

        await BidBook.SetHolds(session, auction.AuctionId, filled.Where(f => f.Bid.XorGroup is null).Select(f => f.Bid.BidId).ToHashSet());
        return done;
    }

    private async Task Fill(IReadOnlyCollection<(Bid Bid, long Parts)> bids)
    {
        var open = await session.ExecuteEach(
            """
            UPDATE bid SET filled = @Parts, state = CASE WHEN @Parts >= parts THEN 'matched' ELSE state END, version = version + 1
            WHERE bid_id = @BidId AND state = 'open' AND filled = @Before AND gated_by = @AuctionId
            """,
            bids.Select(b => new { b.Bid.BidId, b.Parts, Before = b.Bid.Filled, auction.AuctionId }));
        if (open < bids.Count) throw new InvalidOperationException($"{auction.AuctionId} awarded bids that are not open");
    }

    private Task<IReadOnlyList<BidId>> CancelOthers(Bid bid) => session.Query<BidId>(
        """
        UPDATE bid SET state = 'cancelled', version = version + 1
        WHERE buyer_id = @BuyerId AND xor_group = @XorGroup AND state = 'open' AND bid_id <> @BidId RETURNING bid_id
        """,
        new { bid.BuyerId, bid.XorGroup, bid.BidId });

    /// <summary>Writes down which bids got nothing, or not all of it.</summary>
    private async Task<IReadOnlyList<(Bid Bid, LossClass Class)>> WriteLosses(HashSet<string> done)
    {
        var members = _bids.Values.ToLookup(b => AuctionBids.GroupOf(b) ?? b.BidId.Value, StringComparer.Ordinal);
        var lost = result.Losers.SelectMany(l => members[snapshot.Units[l.Unit].Id].Select(bid => (Bid: bid, l.Class)))
            .Where(l => !done.Contains(l.Bid.BidId.Value)).DistinctBy(l => l.Bid.BidId).ToList();
        await session.ExecuteEach(
            """
            INSERT INTO auction_loss (auction_id, bid_id, class, version)
            SELECT @AuctionId, b.bid_id, @Class, b.version FROM bid b WHERE b.bid_id = @BidId
            """,
            lost.Select(l => new { auction.AuctionId, l.Bid.BidId, Class = WireJson.Word(l.Class) }));
        return lost;
    }

    private Task WritePrices() => session.ExecuteEach(
        """
        INSERT INTO pool_price (auction_id, card, tier, region, band, from_at, until_at, state, price_nanos, cards)
        VALUES (@AuctionId, @Card, @Tier, @Region, @Band, @From, @Until, @State, @Nanos, @Cards)
        """,
        Prices().Select(p => new
        {
            auction.AuctionId, p.Pool.Card, p.Pool.Tier, p.Pool.Region, Band = (long)p.Pool.BandPercent,
            From = snapshot.Gate + Duration.FromHours(p.From), Until = snapshot.Gate + Duration.FromHours(p.Until),
            State = WireJson.Word(p.State), p.Price.Nanos, p.Cards,
        }));

    /// <summary>The pools' prices over runs of slots that say the same.</summary>
    private IEnumerable<(AuctionPool Pool, int From, int Until, SlotState State, UnitPrice Price, long Cards)> Prices()
    {
        var sold = new Dictionary<AuctionPool, long[]>();
        foreach (var award in result.Awards)
        {
            var option = snapshot.Units[award.Unit].Options[award.Option];
            if (!sold.TryGetValue(option.Pool, out var cards)) sold.Add(option.Pool, cards = new long[snapshot.Slots]);
            for (var t = award.Start; t < award.Start + option.Slots; t++) cards[t] += award.Cards;
        }

        foreach (var prices in result.Prices)
        {
            var cards = sold.GetValueOrDefault(prices.Pool);
            for (var from = 0; from < snapshot.Slots;)
            {
                var until = from + 1;
                while (until < snapshot.Slots && prices.Slots[until] == prices.Slots[from] && cards?[until] == cards?[from]) until++;
                if (prices.Slots[from] is { State: not SlotState.Closed, Price: { } price } slot)
                    yield return (prices.Pool, from, until, slot.State, price, cards?[from] ?? 0);
                from = until;
            }
        }
    }

    /// <summary>Offers and bids are anybody's again; bids that take posted asks had to wait and are tried.</summary>
    private async Task Open()
    {
        await session.Execute("UPDATE bid SET gated_by = NULL WHERE gated_by = @AuctionId", new { auction.AuctionId });
        await session.Execute("UPDATE offer SET gated_by = NULL, gate_at = NULL WHERE gated_by = @AuctionId", new { auction.AuctionId });
        var resting = await session.Scalar<long>(
            "SELECT COUNT(*) FROM bid WHERE execution = 'posted' AND state = 'open' AND currency = @Currency", new { auction.Currency });
        if (resting == 0) return;
        foreach (var offer in _offers.Values) await OfferBook.Wake(session, offer.OfferId);
    }

    private async Task Say(IReadOnlyList<(Bid Bid, LossClass Class)> lost)
    {
        await LiveLog.Say(session, "auction.cleared", auction.AuctionId.Value, new
        {
            auction.Number, Currency = auction.Currency.Code, auction.Gate, Awards = result.Awards.Count,
            Gain = Wide.Text(result.GainNanos),
        });
        await LiveLog.Say(session, result.Awards.Zip(_receipts, (award, receipt) => new Said(
            "bid.awarded", receipt.BidId!.Value.Value, new { receipt.AwardId, award.Cards, award.Pay, award.Class },
            BidOf(award).BuyerId)));
        await LiveLog.Say(session, lost.Select(l => new Said(
            "bid.lost", l.Bid.BidId.Value, new { auction.AuctionId, l.Class }, l.Bid.BuyerId)));
    }

    private HashSet<AuctionPool> ThinPools()
    {
        var sellers = snapshot.Offers.Where(o => o.Free.Count > 0).GroupBy(o => o.Pool)
            .ToDictionary(g => g.Key, g => g.Select(o => o.Owner).Distinct(StringComparer.Ordinal).Count());
        var buyers = snapshot.Units.SelectMany(u => u.Options.Select(o => (o.Pool, u.Owner))).Distinct().GroupBy(x => x.Pool)
            .ToDictionary(g => g.Key, g => g.Count());
        return [.. snapshot.Pools.Where(p => sellers.GetValueOrDefault(p) < Thin || buyers.GetValueOrDefault(p) < Thin)];
    }
}
