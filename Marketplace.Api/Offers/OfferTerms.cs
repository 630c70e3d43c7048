using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime.TimeZones;

namespace Marketplace;

/// <summary>How an offer may be sold, complete: what a draft leaves out has its default here.</summary>
internal sealed record OfferTerms
{
    /// <summary>The longest that anything is leased: 366 days.</summary>
    public const long MostMinutes = 366 * 24 * 60;

    private const long Week = 7 * 24 * 60, Day = 24 * 60, FastestLink = 100_000;

    private static readonly HashSet<string> Countries =
        [.. TzdbDateTimeZoneSource.Default.ZoneLocations!.Select(location => location.CountryCode)];

    public required CardCount Lot { get; init; }

    public required long MinMinutes { get; init; }

    public required long? MaxMinutes { get; init; }

    public required long? RentNowMaxMinutes { get; init; }

    public required UnitPrice? RentNowAsk { get; init; }

    public required bool FollowsCleared { get; init; }

    public required bool InAuction { get; init; }

    public required long NoticeMinutes { get; init; }

    public required long DrainMinutes { get; init; }

    public required GangTier Gang { get; init; }

    public required long? LinkGBs { get; init; }

    public required bool Interruptible { get; init; }

    public required bool OwnUseFirst { get; init; }

    public required string? Residency { get; init; }

    public static OfferTerms Of(OfferDraft draft) => new()
    {
        Lot = draft.Lot ?? new(1), MinMinutes = draft.MinMinutes, MaxMinutes = draft.MaxMinutes,
        RentNowMaxMinutes = draft.RentNowMaxMinutes, RentNowAsk = draft.RentNowAsk, FollowsCleared = draft.FollowsCleared,
        InAuction = draft.InAuction, NoticeMinutes = draft.NoticeMinutes, DrainMinutes = draft.DrainMinutes,
        Gang = draft.Gang, LinkGBs = draft.LinkGBs, Interruptible = draft.Interruptible, OwnUseFirst = draft.OwnUseFirst,
        Residency = draft.Residency,
    };

    /// <summary>The terms that an offer has after a change.</summary>
    public static OfferTerms Of(Offer offer, OfferChange change) => new()
    {
        Lot = change.Lot ?? offer.Lot, MinMinutes = change.MinMinutes ?? offer.MinMinutes,
        MaxMinutes = change.MaxMinutes ?? offer.MaxMinutes, RentNowMaxMinutes = change.RentNowMaxMinutes ?? offer.RentNowMaxMinutes,
        RentNowAsk = change.RentNowAsk ?? offer.RentNowAsk, FollowsCleared = change.FollowsCleared ?? offer.FollowsCleared,
        InAuction = change.InAuction ?? offer.InAuction, NoticeMinutes = offer.NoticeMinutes, DrainMinutes = offer.DrainMinutes,
        Gang = offer.Gang, LinkGBs = offer.LinkGBs, Interruptible = offer.Interruptible, OwnUseFirst = offer.OwnUseFirst,
        Residency = offer.Residency,
    };

    /// <exception cref="Refusal">Names the first term that cannot be.</exception>
    public void Check(CardCount cards, UnitPrice ask)
    {
        if (Lot > cards) throw Refusal.Invalid("lot", $"is at most the {cards} cards of the offer");
        Within(MinMinutes, 0, MostMinutes, "minMinutes");
        Within(MaxMinutes, 1, MostMinutes, "maxMinutes");
        Within(RentNowMaxMinutes, 1, MostMinutes, "rentNowMaxMinutes");
        if (MaxMinutes < MinMinutes) throw Refusal.Invalid("maxMinutes", $"is at least minMinutes, {MinMinutes}");
        if (RentNowMaxMinutes < MinMinutes) throw Refusal.Invalid("rentNowMaxMinutes", $"is at least minMinutes, {MinMinutes}");
        if (RentNowAsk is { } now)
        {
            OfferDraft.CheckAsk(now, "rentNowAsk");
            if (now.Currency != ask.Currency) throw Refusal.Invalid("rentNowAsk.currency", $"is that of the ask: {ask.Currency}");
        }

        Within(NoticeMinutes, 0, Week, "noticeMinutes");
        Within(DrainMinutes, 0, Day, "drainMinutes");
        if (Gang != GangTier.MultiNode && LinkGBs is not null)
            throw Refusal.Invalid("linkGBs", $"is for the gang {WireJson.Word(GangTier.MultiNode)}; leave it out");
        if (Gang == GangTier.MultiNode && LinkGBs is null)
            throw Refusal.Invalid("linkGBs", "is needed for cards of several nodes: what a card exchanges with other nodes, GB/s");
        Within(LinkGBs, 1, FastestLink, "linkGBs");
        if (OwnUseFirst && !Interruptible)
            throw Refusal.Invalid("ownUseFirst", "takes cards back from leases, which buyers must know: set interruptible too");
        if (Residency is { } country && !Countries.Contains(country))
            throw Refusal.Invalid("residency", "is the ISO 3166 code of a country in two capital letters, such as CN");
    }

    /// <summary>Writes them down as the offer's.</summary>
    public Task Put(Session session, OfferId offerId) => session.Execute(
        """
        UPDATE offer SET lot = @Lot, min_minutes = @MinMinutes, max_minutes = @MaxMinutes, rent_now_max_minutes = @RentNowMaxMinutes,
          rent_now_ask_nanos = @RentNowAsk, follows_cleared = @FollowsCleared, in_auction = @InAuction, notice_minutes = @NoticeMinutes,
          drain_minutes = @DrainMinutes, gang = @Gang, link_gbs = @LinkGBs, interruptible = @Interruptible,
          own_use_first = @OwnUseFirst, residency = @Residency
        WHERE offer_id = @offerId
        """,
        new
        {
            offerId, Lot, MinMinutes, MaxMinutes, RentNowMaxMinutes, RentNowAsk = RentNowAsk?.Nanos, FollowsCleared = Flag(FollowsCleared),
            InAuction = Flag(InAuction), NoticeMinutes, DrainMinutes, Gang = WireJson.Word(Gang), LinkGBs,
            Interruptible = Flag(Interruptible), OwnUseFirst = Flag(OwnUseFirst), Residency,
        });

    private static long Flag(bool value) => value ? 1 : 0;

    private static void Within(long? value, long least, long most, string field)
    {
        if (value < least || value > most) throw Refusal.Invalid(field, $"is from {least} to {most}");
    }
}
