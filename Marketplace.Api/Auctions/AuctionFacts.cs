using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What the database says about one auction, as the clearing wants it: offers with whole free cards by the hour, and bids with what each
/// pool is worth to them.
/// </summary>
/// <param name="Gate">The beginning of slot 0.</param>
/// <param name="Offers">What is for sale.</param>
/// <param name="Units">What is wished for.</param>
internal sealed record AuctionFacts(Instant Gate, IReadOnlyList<AuctionOffer> Offers, IReadOnlyList<AuctionUnit> Units)
{
    public const int Slots = AuctionSnapshot.TwoWeeks;

    /// <summary>SQL of the offers o that an auction has.</summary>
    public const string ForSale =
        """
        o.state = 'open' AND o.in_auction = 1 AND o.currency = @Currency AND o.available_until > @Gate AND o.available_from < @End
        AND COALESCE(o.max_minutes, 60) >= 60
        """;

    /// <summary>SQL of the bids b that it has.</summary>
    public const string Wished =
        "b.execution = 'auction' AND b.state = 'open' AND b.currency = @Currency AND b.until_at > @Gate AND b.from_at < @End";

    /// <summary>The whole hours that hold so many minutes.</summary>
    public static int HoursOf(long minutes) => (int)((minutes + 59) / 60);

    public static Instant EndOf(Instant gate) => gate + Duration.FromHours(Slots);

    /// <summary>Reads what an auction has gated, or would gate now.</summary>
    /// <param name="auction">The auction whose gate is shut; null: nothing is gated, look only.</param>
    public static async Task<AuctionFacts> Read(Session session, Currency currency, Instant gate, AuctionId? auction)
    {
        var scope = new
        {
            Currency = currency, Gate = gate, End = EndOf(gate), Auction = auction?.Value,
            From = gate, Until = gate + Duration.FromHours(1), // the window for which an offer's row counts free cards
        };
        var condition = auction is null ? ForSale : "o.gated_by = @Auction";
        var offers = await OffersOf(session, condition, scope);
        var free = await FreeHours.Read(session, condition, gate, scope);
        var forSale = offers.Select(o => ForAuction(o, free.Of(o.OfferId))).OfType<AuctionOffer>().ToList();
        var bids = await AuctionBids.Read(
            session, MarketPool.All(offers), gate, auction is null ? Wished : "b.gated_by = @Auction", scope);
        return new(gate, forSale, bids.Units(forSale));
    }

    public AuctionSnapshot Snapshot(long number, Currency currency) =>
        AuctionSnapshot.Of(number, Gate, Slots, currency, new AuctionParameters(), Offers, Units);

    /// <summary>The offers o of a condition, with their cards.</summary>
    /// <param name="scope">The condition's parameters, and From and Until as <see cref="OfferBook.Columns"/> wants them.</param>
    public static async Task<IReadOnlyList<Offer>> OffersOf(Session session, string condition, object scope) =>
        await OfferBook.Known(session, await session.Query<Offer>(
            $"""
            SELECT {OfferBook.Columns}
            FROM offer o JOIN organisation g ON g.organisation_id = o.provider_id WHERE {condition} ORDER BY o.offer_id
            """,
            scope));

    /// <summary>
    /// Whole lots, durations rounded inward to hours, rest rounded up to them; null where nothing whole is left of a lot or of a duration.
    /// </summary>
    private static AuctionOffer? ForAuction(Offer offer, IReadOnlyList<CalendarRun> free)
    {
        var lot = WholeLot(offer.Lot);
        var shortest = Math.Max(HoursOf(offer.MinMinutes), 1);
        var longest = offer.MaxMinutes / 60 ?? Slots;
        return lot > CardCount.MaxCards || shortest > longest || shortest > Slots ? null : new()
        {
            Id = offer.OfferId.Value,
            Owner = offer.ProviderId.Value,
            Pool = Pools.Of(offer),
            Ask = offer.Ask,
            Lot = lot,
            MinSlots = shortest,
            MaxSlots = (int)Math.Min(longest, Slots),
            DrainSlots = HoursOf(offer.DrainMinutes),
            Free = free,
        };
    }

    /// <summary>The least number of whole cards that is a number of whole lots.</summary>
    private static int WholeLot(CardCount lot)
    {
        var (a, b) = (lot.Millis, CardCount.MillisPerCard);
        while (b != 0) (a, b) = (b, a % b);
        return lot.Millis / a;
    }
}
