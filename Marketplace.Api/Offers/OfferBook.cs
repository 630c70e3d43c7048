using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The offers of all providers. Publishing, lowering and enlarging one wakes the bids that rest.</summary>
public static class OfferBook
{
    /// <summary>The columns of <see cref="Offer"/>; the caller gives From and Until, for which free cards are counted.</summary>
    internal static readonly string Columns =
        $"""
        o.offer_id, o.provider_id, g.name AS provider_name, o.name, o.card, o.card_name, o.cards, o.region, o.ask_nanos, o.currency,
        o.units, o.derate,
        REPLACE(o.tier, '_', '') AS tier,
        o.unit_version, o.card_version, o.unit_ask_nanos, o.available_from, o.available_until, o.state, o.notes, o.created_at, o.version,
        o.lot, o.min_minutes, o.max_minutes, o.rent_now_max_minutes, o.rent_now_ask_nanos, o.follows_cleared AS follows_cleared_flag,
        o.in_auction AS in_auction_flag, o.notice_minutes, o.drain_minutes, o.gang AS gang_word, o.link_gbs,
        o.interruptible AS interruptible_flag, o.own_use_first AS own_use_first_flag, o.residency, o.gated_by,
        CAST({Calendar.Free} AS BIGINT) AS free_millis
        """;

    private const string From = "FROM offer o JOIN organisation g ON g.organisation_id = o.provider_id";

    /// <exception cref="Refusal">A field cannot be, or the provider has an offer of that name.</exception>
    public static async Task<Offer> Publish(Session session, OrganisationId provider, OfferDraft draft)
    {
        draft = draft.Checked(session.Now);
        var resolution = (await CardBook.Registry(session)).Resolve(draft.Card, draft.MemoryGiB);
        var units = resolution.Card?.Scu;
        var (derate, tier, listed) = await Listing(session, provider, resolution.Card);
        var offerId = session.NewId<OfferId>();
        var isNew = await session.Execute(
            """
            INSERT INTO offer (offer_id, provider_id, name, card, card_name, cards, region, ask_nanos, currency, units, unit_version,
              card_version, derate, tier, listed_at, unit_ask_nanos, available_from, available_until, state, notes, created_at)
            VALUES (@offerId, @provider, @Name, @Card, @CardName, @Cards, @Region, @Ask, @Currency, @units, @Version,
              @CardVersion, @derate, @tier, @Now, @UnitAsk, @AvailableFrom, @AvailableUntil, 'open', @Notes, @Now)
            ON CONFLICT (provider_id, name) DO NOTHING
            """,
            new
            {
                offerId, provider, draft.Name, Card = resolution.Card?.Id, CardName = draft.Card, draft.Cards, draft.Region,
                Ask = draft.Ask.Nanos, draft.Ask.Currency, units, Version = units is null ? null : ScuFormula.FormulaVersion,
                CardVersion = (long?)resolution.Card?.Version,
                derate, tier, UnitAsk = Offer.UnitAskOf(draft.Ask, listed), draft.AvailableFrom, draft.AvailableUntil,
                Notes = string.Join("; ", draft.Notes.Concat(resolution.Assumptions).Distinct(StringComparer.Ordinal)), session.Now,
            });
        if (isNew == 0) throw Refusal.Conflict($"You have an offer called '{draft.Name}'; change that one or choose another name", "name");
        var terms = OfferTerms.Of(draft);
        await terms.Put(session, offerId);
        await Calendar.Open(
            session, offerId, draft.Cards, draft.AvailableFrom, draft.AvailableUntil, Duration.FromMinutes(terms.DrainMinutes));
        await Wake(session, offerId);
        return await OfferNews.Say(session, "published", (await Find(session, offerId))!);
    }

    /// <summary>One offer, with the cards that are free now.</summary>
    public static async Task<Offer?> Find(Session session, OfferId offerId) => await Known(session, await session.Find<Offer>(
        $"SELECT {Columns} {From} WHERE o.offer_id = @offerId",
        new { offerId, From = session.Now, Until = session.Now + Duration.FromMilliseconds(1) }));

    /// <summary>Every open offer that is not over, with the cards free over the window, by ask per card-hour and then age.</summary>
    public static async Task<IReadOnlyList<Offer>> Open(Session session, Instant from, Instant until) =>
        await Known(session, await session.Query<Offer>(
            $"SELECT {Columns} {From} WHERE o.state = 'open' AND o.available_until > @From ORDER BY o.ask_nanos, o.offer_id",
            new { From = from, Until = until }));

    /// <summary>The regions in which something is on offer, in order of name.</summary>
    public static Task<IReadOnlyList<string>> Regions(Session session) =>
        session.Query<string>("SELECT DISTINCT region FROM offer WHERE state = 'open' ORDER BY region");

    /// <summary>The currencies in which something is on offer, in order of code.</summary>
    public static async Task<IReadOnlyList<Currency>> Currencies(Session session)
    {
        var codes = await session.Query<string>("SELECT DISTINCT currency FROM offer WHERE state = 'open' ORDER BY currency");
        return [.. codes.Select(Currency.Of)];
    }

    /// <summary>A provider's own offers, newest first, before a cursor.</summary>
    public static async Task<IReadOnlyList<Offer>> Of(Session session, OrganisationId provider, string? before, int limit) =>
        await Known(session, await session.Query<Offer>(
        $"""
        SELECT {Columns} {From}
        WHERE o.provider_id = @provider AND (CAST(@before AS TEXT) IS NULL OR o.offer_id < @before)
        ORDER BY o.offer_id DESC LIMIT @limit
        """,
        new { provider, before, limit, From = session.Now, Until = session.Now + Duration.FromMilliseconds(1) }));

    /// <summary>Changes the ask, the number of cards, the end or the terms of sale. Leases that exist keep their price.</summary>
    /// <exception cref="Refusal">
    /// Not the provider's, withdrawn, in an auction that is being cleared, changed since it was read, or more is sold than would be left.
    /// </exception>
    public static async Task<Offer> Change(Session session, OrganisationId provider, OfferId offerId, long version, OfferChange change)
    {
        var offer = await Own(session, provider, offerId, version);
        var ask = change.Ask ?? offer.Ask;
        OfferDraft.CheckAsk(ask);
        if (ask.Currency != offer.Ask.Currency)
            throw Refusal.Invalid("ask.currency", $"stays {offer.Ask.Currency}; publish another offer for another currency");
        var until = change.AvailableUntil ?? offer.AvailableUntil;
        if (until <= offer.AvailableFrom || until <= session.Now)
            throw Refusal.Invalid("availableUntil", "is in the future and after availableFrom");
        var cards = change.Cards ?? offer.Cards;
        var terms = OfferTerms.Of(offer, change);
        terms.Check(cards, ask);
        var from = Instant.Max(session.Now, offer.AvailableFrom);
        if (!await Calendar.Resize(session, offerId, cards.Millis - offer.Cards.Millis, from, offer.AvailableUntil))
            throw Refusal.Conflict($"More cards are sold than the {cards} that would be left", "cards");
        if (until != offer.AvailableUntil && !await Calendar.Extend(session, offerId, cards, offer.AvailableUntil, until))
            throw Refusal.Conflict("Cards are sold beyond that end", "availableUntil");
        await session.Execute(
            """
            UPDATE offer SET ask_nanos = @Ask, unit_ask_nanos = @UnitAsk, cards = @cards, available_until = @until, version = version + 1
            WHERE offer_id = @offerId
            """,
            new { offerId, Ask = ask.Nanos, UnitAsk = Offer.UnitAskOf(ask, offer.ListedUnits), cards, until });
        await terms.Put(session, offerId);
        var isWider = ask.Nanos < offer.Ask.Nanos || cards > offer.Cards || until > offer.AvailableUntil;
        if (isWider || terms != OfferTerms.Of(offer, new())) await Wake(session, offerId);
        return await OfferNews.Say(session, "changed", (await Find(session, offerId))!);
    }

    /// <summary>Takes the offer off the market. Leases that exist go on.</summary>
    /// <exception cref="Refusal">Not the provider's, withdrawn before, or changed since it was read.</exception>
    public static async Task<Offer> Withdraw(Session session, OrganisationId provider, OfferId offerId, long version)
    {
        await Own(session, provider, offerId, version);
        await session.Execute("UPDATE offer SET state = 'withdrawn', version = version + 1 WHERE offer_id = @offerId", new { offerId });
        return await OfferNews.Say(session, "withdrawn", (await Find(session, offerId))!);
    }

    /// <summary>Rates an open offer by the figures that its card has now; bids that rest are tried again.</summary>
    internal static async Task Rate(Session session, OfferId offerId)
    {
        // The update takes the row, so that the ask does not move while it is rated.
        await session.Execute("UPDATE offer SET revision = revision + 1 WHERE offer_id = @offerId", new { offerId });
        if (await Find(session, offerId) is not { State: OfferState.Open, Registered: { } card } offer) return;
        var (derate, tier, listed) = await Listing(session, offer.ProviderId, card);
        await session.Execute(
            """
            UPDATE offer SET units = @units, unit_version = @Formula, card_version = @Version, derate = @derate, tier = @tier,
              listed_at = @Now, unit_ask_nanos = @UnitAsk, version = version + 1
            WHERE offer_id = @offerId
            """,
            new
            {
                offerId, units = card.Scu, Formula = card.Scu is null ? null : ScuFormula.FormulaVersion, Version = (long)card.Version,
                derate, tier, session.Now, UnitAsk = Offer.UnitAskOf(offer.Ask, listed),
            });
        await Wake(session, offerId);
    }

    /// <summary>What a provider's machines of a card are listed at in standard units; none of an unrated card.</summary>
    private static async Task<(BasisPoints Derate, string Tier, StandardUnits? Units)> Listing(
        Session session, OrganisationId provider, Card? card)
    {
        if (card?.Scu is not { } claimed) return (new(BasisPoints.Whole), WireJson.Word(EvidenceTier.Claim), null);
        var derate = await ListingBook.Of(session, provider, card, WorkClass.Standard);
        return (derate.Listed, WireJson.Word(derate.Tier), derate.Of(claimed));
    }

    /// <summary>The offers, each with its card as the market knows it now.</summary>
    internal static async Task<IReadOnlyList<Offer>> Known(Session session, IReadOnlyList<Offer> offers)
    {
        var cards = await CardBook.Registry(session);
        foreach (var offer in offers) offer.Registered = offer.Card is { } card ? cards.Find(card) : null;
        return offers;
    }

    /// <inheritdoc cref="Known(Session, IReadOnlyList{Offer})"/>
    internal static async Task<Offer?> Known(Session session, Offer? offer)
    {
        if (offer is not null) await Known(session, [offer]);
        return offer;
    }

    /// <summary>
    /// Lists a provider's open offers of a card at that derate. Their version rises and bids are woken only where it differs from before.
    /// </summary>
    internal static async Task Relist(Session session, OrganisationId provider, Card card, Derate derate)
    {
        var offers = await session.Query<Offer>(
            $"SELECT {Columns} {From} WHERE o.provider_id = @provider AND o.card = @Id AND o.state = 'open' AND o.units IS NOT NULL",
            new { provider, card.Id, From = session.Now, Until = session.Now + Duration.FromMilliseconds(1) });
        foreach (var offer in offers)
        {
            var unitAsk = Offer.UnitAskOf(offer.Ask, derate.Of(offer.Units!.Value));
            await session.Execute(
                """
                UPDATE offer SET derate = @Listed, tier = @Tier, unit_ask_nanos = @unitAsk, listed_at = @Now,
                  version = version + CASE WHEN derate = @Listed AND tier = @Tier THEN 0 ELSE 1 END
                WHERE offer_id = @OfferId
                """,
                new { offer.OfferId, derate.Listed, Tier = WireJson.Word(derate.Tier), unitAsk, session.Now });
            if (unitAsk < offer.UnitAskNanos) await Wake(session, offer.OfferId);
        }
    }

    /// <summary>Sends word that there may be room for bids that rest.</summary>
    internal static async Task Wake(Session session, OfferId offerId)
    {
        await session.Execute("UPDATE offer SET opened = opened + 1 WHERE offer_id = @offerId AND state = 'open'", new { offerId });
        session.Stage(new CapacityOpened(offerId));
    }

    private static async Task<Offer> Own(Session session, OrganisationId provider, OfferId offerId, long version)
    {
        // The update takes the row before it is read, so that what is checked below is what is changed.
        await session.Execute("UPDATE offer SET revision = revision + 1 WHERE offer_id = @offerId", new { offerId });
        var offer = await Find(session, offerId);
        if (offer is null || offer.ProviderId != provider) throw Refusal.NotFound("such offer of yours");
        if (offer.State == OfferState.Withdrawn) throw Refusal.Conflict("The offer was withdrawn; publish another");
        if (offer.Version != version) throw new Refusal(RefusalCode.Stale, $"The offer is at version {offer.Version}; read it again");

        // What the auction has seen stays as it was until it has awarded.
        return offer.GatedBy is null ? offer : throw Calendar.Gated();
    }
}
