using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// The bids of all buyers, from the day they are placed to their end. What a bid for the auction is awarded, the auctions say; what a
/// posted one takes, <see cref="PostedBids"/>.
/// </summary>
public static class BidBook
{
    internal const string Select =
        """
        SELECT b.bid_id, b.buyer_id, b.card, b.card_name, b.region, b.cards, b.from_at, b.until_at,
          CASE b.limit_basis WHEN 'scu_hour' THEN 'ScuHour' ELSE 'CardHour' END AS limit_basis, b.limit_nanos, b.currency,
          b.reference, b.state, b.placed_at, b.version, b.execution AS execution_word, b.terms AS terms_json, b.workload, b.xor_group,
          b.priority_at, b.parts, b.filled, b.unit_version, b.gated_by, b.starts_by,
          (SELECT l.lease_id FROM lease l WHERE l.bid_id = b.bid_id) AS lease_id,
          (SELECT h.amount FROM hold h WHERE h.subject = b.bid_id) AS held_minor
        FROM bid b
        """;

    /// <summary>Open bids whose time is over: a posted one's window has begun; an auction's can no longer hold its hours.</summary>
    internal const string Due =
        """
        state = 'open' AND gated_by IS NULL
          AND ((execution = 'posted' AND starts_by < @Now) OR (execution = 'auction' AND starts_by < @NextHour))
        """;

    /// <summary>SQL for how many parts of bid b may still be awarded.</summary>
    private const string Left = "CAST(CASE WHEN b.state = 'open' THEN b.parts - b.filled ELSE 0 END AS BIGINT)";

    /// <exception cref="Refusal">A field cannot be, the funds do not suffice, or the buyer has too many bids.</exception>
    public static async Task<Bid> Place(Session session, OrganisationId buyer, BidDraft draft, MarketplaceOptions options)
    {
        var account = await BillingAccount.Get(session, buyer);
        var claim = await Claim(session, account, draft);
        var bidId = session.NewId<BidId>();
        await session.Execute(
            """
            INSERT INTO bid (bid_id, buyer_id, card, card_name, region, cards, from_at, until_at, limit_basis, limit_nanos, currency,
              reference, state, placed_at, execution, terms, workload, xor_group, priority_at, parts, unit_version, starts_by,
              part_day_nanos)
            VALUES (@bidId, @buyer, @Card, @CardName, @Region, @Cards, @FromAt, @UntilAt, @Basis, @Nanos, @Currency,
              @Reference, 'open', @Now, @Execution, @Terms, @Workload, @XorGroup, @Now, @Parts, @UnitVersion, @StartsBy,
              @PartDay)
            """,
            new
            {
                bidId, buyer, claim.Card, claim.CardName, claim.Region, claim.Cards, claim.FromAt, claim.UntilAt,
                Basis = WireJson.Word(claim.Basis), claim.Limit.Nanos, claim.Limit.Currency, claim.Reference, session.Now,
                Execution = WireJson.Word(claim.Execution), Terms = claim.Terms?.Json, claim.Workload, XorGroup = claim.Group,
                Parts = (long)claim.Parts, UnitVersion = claim.Basis == LimitBasis.ScuHour ? ScuFormula.FormulaVersion : null,
                claim.StartsBy, PartDay = claim.PartFirstDay.Nanos,
            });
        var bid = (await Find(session, bidId))!;
        await SetHold(session, bid, mustFit: true);
        if (claim.Group is { } group) await CheckUnserved(session, buyer, group);
        await LiveLog.Say(session, "bid.placed", bidId.Value, Shown(bid), buyer);
        if (claim.Execution == BidExecution.Auction)
        {
            await BidVersion.Keep(session, bidId);
            await CheckCount(session, buyer, options.OpenBids);
        }
        else if (!await PostedBids.TryMatch(session, bid, options.CommissionBasisPoints))
        {
            session.Stage(new BidRested(bidId));
        }

        return (await Find(session, bidId))!;
    }

    public static Task<Bid?> Find(Session session, BidId bidId) => session.Find<Bid>($"{Select} WHERE b.bid_id = @bidId", new { bidId });

    /// <summary>A bid that this caller may see.</summary>
    /// <exception cref="Refusal">There is none, or it is another buyer's.</exception>
    public static async Task<Bid> Seen(Session session, Caller caller, BidId bidId) =>
        await Find(session, bidId) is { } bid && (caller.SeesAll || bid.BuyerId == caller.OrganisationId)
            ? bid
            : throw Refusal.NotFound("such bid");

    /// <summary>Bids of one buyer, or of all, newest first, before a cursor.</summary>
    public static Task<IReadOnlyList<Bid>> List(Session session, OrganisationId? buyer, BidState? state, string? before, int limit) =>
        session.Query<Bid>(
            $"""
            {Select}
            WHERE (CAST(@Buyer AS TEXT) IS NULL OR b.buyer_id = @Buyer) AND (CAST(@State AS TEXT) IS NULL OR b.state = @State)
              AND (CAST(@before AS TEXT) IS NULL OR b.bid_id < @before)
            ORDER BY b.bid_id DESC LIMIT @limit
            """,
            new { Buyer = buyer?.Value, State = state?.ToString().ToLowerInvariant(), before, limit });

    /// <summary>
    /// Words an open bid for the auction anew. It keeps its place among equals if it claims no more than before
    /// (<see cref="TimePriority"/>).
    /// </summary>
    /// <param name="version">The version that the buyer has seen.</param>
    /// <exception cref="Refusal">Not the buyer's, no longer open, changed since it was read, an auction is under way or due, a field cannot
    /// be, or the funds do not suffice.</exception>
    public static async Task<Bid> Change(
        Session session, OrganisationId buyer, BidId bidId, MarketplaceOptions options, long version, BidChange change)
    {
        var bid = await Own(session, buyer, bidId, options, version);
        if (bid.Terms is not { } before) throw Refusal.Conflict("A posted bid does not change; cancel it and place another");
        var claim = await Claim(session, await BillingAccount.Get(session, buyer), change.Of(bid, session.Now));
        if (bid.Filled > 0 && !claim.Terms!.IsAsMuchAs(before))
            throw Refusal.Conflict("Parts of the bid were awarded: its cards, hours and parts stay. Cancel the rest and place another");
        await session.Execute(
            """
            UPDATE bid SET card = @Card, card_name = @CardName, region = @Region, cards = @Cards, from_at = @FromAt, until_at = @UntilAt,
              limit_nanos = @Nanos, terms = @Terms, parts = @Parts, starts_by = @StartsBy, part_day_nanos = @PartDay,
              priority_at = @PriorityAt, version = version + 1
            WHERE bid_id = @bidId
            """,
            new
            {
                bidId, claim.Card, claim.CardName, claim.Region, claim.Cards, claim.FromAt, claim.UntilAt, claim.Limit.Nanos,
                Terms = claim.Terms!.Json, Parts = (long)claim.Parts, claim.StartsBy, PartDay = claim.PartFirstDay.Nanos,
                PriorityAt = TimePriority.Keeps(bid, claim) ? bid.PriorityAt : session.Now,
            });
        await SetHold(session, bid, mustFit: true);
        await BidVersion.Keep(session, bidId);
        var changed = (await Find(session, bidId))!;
        await LiveLog.Say(session, "bid.changed", bidId.Value, Shown(changed), buyer);
        return changed;
    }

    /// <summary>Takes the bid back and lets go of its hold.</summary>
    /// <param name="version">The version that the buyer has seen; null: whichever.</param>
    /// <exception cref="Refusal">Not the buyer's, no longer open, changed since it was read, or an auction is under way or due.</exception>
    public static async Task<Bid> Cancel(
        Session session, OrganisationId buyer, BidId bidId, MarketplaceOptions? options = null, long? version = null)
    {
        var bid = await Own(session, buyer, bidId, options, version);
        await Move(session, bid, BidState.Cancelled);
        await SetHold(session, bid);
        await LiveLog.Say(session, "bid.cancelled", bidId.Value, new { bidId }, buyer);
        return (await Find(session, bidId))!;
    }

    /// <summary>Lets go the bids whose time is over. Returns how many.</summary>
    public static async Task<int> ExpireDue(Session session)
    {
        var due = await session.Query<Bid>(
            $"{Select} WHERE b.bid_id IN (SELECT bid_id FROM bid WHERE {Due}) ORDER BY b.bid_id LIMIT 1000",
            new { session.Now, NextHour = HourGrid.Up(session.Now) });
        var expired = 0;
        foreach (var bid in due)
        {
            if (!await TryMove(session, bid, BidState.Expired)) continue;
            await SetHold(session, bid);
            await LiveLog.Say(session, "bid.expired", bid.BidId.Value, new { bid.BidId }, bid.BuyerId);
            expired++;
        }

        return expired;
    }

    /// <summary>
    /// Sets aside what the rest of the bid can cost in its first 24 hours at its limit, with tax, in place of what was: nothing once it is
    /// not open. Of bids that exclude each other only the dearest holds. It goes by the rows as they are now.
    /// </summary>
    /// <param name="mustFit">Refuse to set aside more than before if the buyer has not that much available.</param>
    /// <exception cref="Refusal">The buyer has not that much available.</exception>
    internal static async Task SetHold(Session session, Bid bid, bool mustFit = false)
    {
        var account = await BillingAccount.Get(session, bid.BuyerId);
        await Funds.Take(session, account);
        var rivals = await session.Query<(string BidId, long Left, long PartDay, string? Terms, long Held)>(
            $"""
            SELECT b.bid_id, {Left} AS parts_left, b.part_day_nanos, b.terms, COALESCE(h.amount, 0) AS held
            FROM bid b LEFT JOIN hold h ON h.subject = b.bid_id
            WHERE b.bid_id = @BidId
              OR (b.buyer_id = @BuyerId AND b.xor_group = @XorGroup AND (b.state = 'open' OR h.subject IS NOT NULL))
            ORDER BY b.bid_id
            """,
            new { bid.BidId, bid.BuyerId, bid.XorGroup });
        var costs = rivals.Select(r => (r.BidId, r.Held, Cost: FirstDay(r.Terms, new(r.PartDay, account.Currency), r.Left))).ToList();
        var dearest = costs.MaxBy(c => c.Cost.Nanos);
        var before = new Money(costs.Sum(c => c.Held), account.Currency);
        var needed = Funds.WithTax(dearest.Cost, account);
        foreach (var rival in costs.Where(c => c.Held > 0 && c.BidId != dearest.BidId)) await Funds.Release(session, rival.BidId);
        await Funds.Hold(session, account, dearest.BidId, needed, mustFit && needed > before);
    }

    /// <summary>The same for some of the bids that an auction has, none of which excludes another.</summary>
    internal static async Task SetHolds(Session session, AuctionId auction, IReadOnlySet<BidId> bids)
    {
        var rests = await session.Query<(BidId BidId, OrganisationId Buyer, long Left, long PartDay, string? Terms)>(
            $"""
            SELECT b.bid_id, b.buyer_id, {Left} AS parts_left, b.part_day_nanos, b.terms FROM bid b
            WHERE b.gated_by = @auction ORDER BY b.buyer_id, b.bid_id
            """,
            new { auction });
        foreach (var rest in rests.Where(r => bids.Contains(r.BidId)).GroupBy(r => r.Buyer))
        {
            var account = await BillingAccount.Get(session, rest.Key);
            var needed = rest.Select(r =>
                (r.BidId.Value, Funds.WithTax(FirstDay(r.Terms, new(r.PartDay, account.Currency), r.Left), account)));
            await Funds.Hold(session, account, [.. needed], mustFit: false);
        }
    }

    private static ExactAmount FirstDay(string? terms, ExactAmount largest, long left) =>
        left == 0 ? ExactAmount.Zero(largest.Currency) : terms is null ? largest : BidTerms.Read(terms).FirstDay(largest, left);

    /// <exception cref="Refusal">The bid is not open, or an auction has it.</exception>
    internal static async Task Move(Session session, Bid bid, BidState to)
    {
        if (!await TryMove(session, bid, to)) throw NotOpen((await Find(session, bid.BidId))!);
    }

    private static async Task<bool> TryMove(Session session, Bid bid, BidState to) => await session.Execute(
        "UPDATE bid SET state = @To, version = version + 1 WHERE bid_id = @BidId AND state = 'open' AND gated_by IS NULL",
        new { bid.BidId, To = to.ToString().ToLowerInvariant() }) == 1;

    /// <summary>The draft, checked against this market: its cards, the buyer's workloads and currency, and what cleared last.</summary>
    internal static async Task<BidClaim> Claim(Session session, BillingAccount account, BidDraft draft)
    {
        draft = draft.Tidy();
        var workload = draft.Workload is null ? null : await WorkloadBook.Get(session, account.AccountId, draft.Workload);
        var claim = draft.Check(session.Now, await CardBook.Registry(session), workload);
        if (claim.Limit.Currency != account.Currency)
            throw Refusal.Invalid($"{draft.LimitField}.currency", $"is your account's: {account.Currency}");
        if (!draft.Confirm && claim.Execution == BidExecution.Auction) await LastPrice.AskIfFarAbove(session, claim, draft.LimitField);
        return claim;
    }

    /// <summary>Called with the account's row taken, so that two at once cannot both be the last.</summary>
    private static async Task CheckCount(Session session, OrganisationId buyer, int most)
    {
        var open = await session.Scalar<long>(
            "SELECT COUNT(*) FROM bid WHERE buyer_id = @buyer AND state = 'open' AND execution = 'auction'", new { buyer });
        if (open > most) throw Refusal.Conflict($"You have {most} open bids, which is the most; cancel one, or ask for more in one bid");
    }

    /// <summary>
    /// Called with the account's row taken, as an award takes it before it looks who else is in the group: of a bid that joins a group
    /// while another of it is awarded, either this or that sees the other.
    /// </summary>
    private static async Task CheckUnserved(Session session, OrganisationId buyer, string group)
    {
        var served = await session.Find<string>(
            "SELECT MIN(bid_id) FROM bid WHERE buyer_id = @buyer AND xor_group = @group AND state = 'matched'", new { buyer, group });
        if (served is not null)
            throw Refusal.Conflict($"is of {served}, which was served, and of a group at most one bid is; take another name", "group");
    }

    /// <summary>What is set aside for a bid, or for the group that it is of.</summary>
    internal static Task<long> HeldMinor(Session session, BidId bidId) => session.Scalar<long>(
        """
        SELECT CAST(COALESCE(SUM(h.amount), 0) AS BIGINT)
        FROM bid b JOIN bid r ON r.buyer_id = b.buyer_id AND (r.bid_id = b.bid_id OR r.xor_group = b.xor_group)
        JOIN hold h ON h.subject = r.bid_id
        WHERE b.bid_id = @bidId
        """,
        new { bidId });

    /// <summary>The buyer's bid with its row taken, if it may be changed or cancelled now.</summary>
    private static async Task<Bid> Own(
        Session session, OrganisationId buyer, BidId bidId, MarketplaceOptions? options, long? version)
    {
        // The update takes the row before it is read, so that what is checked below is what is changed.
        await session.Execute("UPDATE bid SET version = version WHERE bid_id = @bidId AND buyer_id = @buyer", new { bidId, buyer });
        var bid = await Find(session, bidId);
        if (bid is null || bid.BuyerId != buyer) throw Refusal.NotFound("such bid of yours");
        if (bid.State != BidState.Open || bid.GatedBy is not null) throw NotOpen(bid);
        if (version is { } seen && seen != bid.Version) throw ETags.Stale();
        if (options is not null && bid.Execution == BidExecution.Auction
            && new AuctionSchedule(options.AuctionMinutes).Next(session.Now) is { } due
            && due - session.Now <= HourGrid.Quiet)
        {
            throw Refusal.Conflict(
                $"An auction is due at {InstantText.Format(due)}: in the last minute before it bids stay as they are. Try again after it");
        }

        return bid;
    }

    private static Refusal NotOpen(Bid bid) => bid.State == BidState.Open
        ? Refusal.Conflict("An auction has the bid and is about to clear it; look again in a moment")
        : Refusal.Conflict($"The bid is {bid.State.ToString().ToLowerInvariant()}");

    /// <summary>What those who watch are shown of a bid.</summary>
    private static object Shown(Bid bid) =>
        new { bid.BidId, bid.Execution, bid.Limit, bid.LimitBasis, bid.FromAt, bid.UntilAt, bid.Version };
}
