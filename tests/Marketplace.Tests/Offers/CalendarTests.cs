using FsCheck;
using FsCheck.Fluent;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The calendar against the simplest thing that could be right: a number for every hour, and the list of what is held. With and without
/// time to drain; own use is held as leases are.
/// </summary>
public sealed class CalendarTests
{
    private const int Hours = 24;

    private const int Cards = 8_000;

    private static readonly Instant Start = Books.At("2026-01-01");

    private enum Kind
    {
        Take,
        Give,
        Resize,
        Extend,
        OwnUse,
        Release,
    }

    /// <summary>What is tried: with two numbers that say when, and one that says how much or which lease.</summary>
    private sealed record Act(Kind Kind, int One, int Other, int Much);

    [Theory]
    [InlineData(Engine.Sqlite, 0)]
    [InlineData(Engine.Sqlite, 1)]
    [InlineData(Engine.Sqlite, 5)]
    [InlineData(Engine.PostgreSql, 0)]
    [InlineData(Engine.PostgreSql, 2)]
    public async Task TakeAndGive_Any_AgreeWithANumberForEveryHour(Engine engine, int drain)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var acts = (
            from kind in Gen.Elements(
                Kind.Take, Kind.Take, Kind.Take, Kind.Take, Kind.Give, Kind.Give, Kind.Resize, Kind.Extend, Kind.OwnUse, Kind.Release)
            from one in Gen.Choose(0, Hours)
            from other in Gen.Choose(0, Hours)
            from much in Gen.Choose(1, Cards)
            select new Act(kind, one, other, much)).ListOf();
        var config = Config.QuickThrowOnFailure.WithMaxTest(engine == Engine.Sqlite ? 60 : 25).WithEndSize(30);

        Prop.ForAll(acts.ToArbitrary(), list => Agree(market, provider, drain, [.. list]).GetAwaiter().GetResult()).Check(config);
    }

    [Theory, EveryEngine]
    public async Task Take_ManyWritersAtOnceWithDrain_NeverOversellsAndGivesAllBack(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var draft = market.Draft(until: "2026-01-02") with { DrainMinutes = 60 };
        var offer = await market.Publish(provider, draft);
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");

        var held = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => Write(new Random(seed + writer)))));

        var used = new int[Hours + 1];
        foreach (var (cards, from, until) in held.SelectMany(h => h))
        {
            for (var h = from; h < Math.Min(until + 1, Hours + 1); h++) used[h] += cards;
        }

        Assert.All(used, u => Assert.InRange(u, 0, Cards));
        Assert.Contains(used, u => u > Cards / 2);
        Assert.Equal(used.Select(u => (long)(Cards - u)), (await market.Look(s => Steps(s, offer.OfferId, Hours + 1))).SkipLast(1));
        foreach (var (cards, from, until) in held.SelectMany(h => h))
            await market.Do(session => Calendar.Give(session, offer.OfferId, new(cards), At(from), At(until), used: false));
        Assert.All((await market.Look(s => Steps(s, offer.OfferId, Hours + 1))).SkipLast(1), free => Assert.Equal(Cards, free));

        // A lease or own use: who takes, gives half of it back before its end.
        async Task<List<(int Cards, int From, int Until)>> Write(Random random)
        {
            var mine = new List<(int Cards, int From, int Until)>();
            for (var i = 0; i < 12; i++)
            {
                var (from, cards) = (random.Next(Hours), 1 + random.Next(Cards / 2));
                var until = from + 1 + random.Next(Hours - from);
                if (random.Next(3) == 0 && mine.Count > 0)
                {
                    var (had, begun, end) = mine[^1];
                    mine.RemoveAt(mine.Count - 1);
                    var at = begun + ((end - begun) / 2);
                    await market.Do(session => Calendar.Give(session, offer.OfferId, new(had), At(at), At(end), used: at > begun));
                    if (at > begun) mine.Add((had, begun, at));
                }
                else if (random.Next(2) == 0)
                {
                    if (await market.Do(session => Calendar.Take(session, offer.OfferId, new(cards), At(from), At(until))))
                        mine.Add((cards, from, until));
                }
                else if (await OwnUse(market, provider, offer.OfferId, cards, from, until))
                {
                    mine.Add((cards, from, until));
                }
            }

            return mine;
        }
    }

    [Theory]
    [InlineData(Engine.Sqlite, 0)]
    [InlineData(Engine.Sqlite, 2)]
    [InlineData(Engine.PostgreSql, 0)]
    [InlineData(Engine.PostgreSql, 2)]
    public async Task TakeAwarded_WhatFits_TakesAllOfItAtOnce(Engine engine, int drain)
    {
        await using var market = await MarketBooks.Open(engine);
        var (one, other) = (await Gated(market, "one", drain), await Gated(market, "other", drain));

        await market.Do(session => Calendar.TakeAwarded(
            session, Auction,
            [Awarded(one, 5, 2, 8), Awarded(other, 8, 0, 24), Awarded(one, 3, 4, 6), Awarded(one, 8, 10, 12), Awarded(one, 1, 20, 21)]));

        var used = new int[Hours + drain + 1];
        foreach (var (cards, from, until) in new[] { (5, 2, 8), (3, 4, 6), (8, 10, 12), (1, 20, 21) })
        {
            for (var h = from; h < until + drain; h++) used[h] += 1_000 * cards;
        }

        used[Hours + drain] = Cards;
        Assert.Equal(used.Select(u => (long)(Cards - u)), await market.Look(s => Steps(s, one.OfferId, Hours + drain)));
        Assert.All(await market.Look(s => Steps(s, other.OfferId, Hours + drain)), free => Assert.Equal(0, free));
    }

    [Theory, EveryEngine]
    public async Task TakeAwarded_WhatCannotBe_IsRefusedByTheDatabaseAndKeepsNothing(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var offer = await Gated(market, "one", 0);
        var free = await market.Calendar(offer);

        // More than is free, though each alone would fit.
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Take(Auction, Awarded(offer, 5, 2, 8), Awarded(offer, 4, 7, 9)));

        // Beyond its window, of another auction, with another time to drain, and withdrawn.
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(Auction, Awarded(offer, 1, 23, 25)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(Auction, Awarded(offer, 1, -1, 2)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(new("auction_2"), Awarded(offer, 1, 2, 3)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(Auction, Awarded(offer with { DrainMinutes = 5 }, 1, 2, 3)));
        await market.Do(session => session.Execute("UPDATE offer SET state = 'withdrawn'"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(Auction, Awarded(offer, 1, 2, 3)));

        Assert.Equal(free, await market.Calendar(offer));

        Task Take(AuctionId auction, params (Offer, CardCount, Instant, Instant)[] awarded) =>
            market.Do(session => Calendar.TakeAwarded(session, auction, awarded));
    }

    private static AuctionId Auction => new("auction_1");

    private static async Task<Offer> Gated(MarketBooks market, string name, int drain)
    {
        var draft = market.Draft(until: "2026-01-02") with { Name = name, DrainMinutes = drain * 60 };
        var offer = await market.Publish(await market.Provider($"{name}'s provider"), draft);
        await market.Do(session => session.Execute(
            "UPDATE offer SET gated_by = @Auction, gate_at = @Start WHERE offer_id = @OfferId", new { Auction, Start, offer.OfferId }));
        return offer;
    }

    private static (Offer Offer, CardCount Cards, Instant From, Instant Until) Awarded(Offer offer, int cards, int from, int until) =>
        (offer, CardCount.Of(cards), At(from), At(until));

    private static async Task<bool> OwnUse(MarketBooks market, OrganisationId provider, OfferId offerId, int cards, int from, int until)
    {
        try
        {
            await market.Do(session => OwnUseBook.Take(session, provider, offerId, new(new(cards), At(from), At(until))));
            return true;
        }
        catch (Refusal none) when (none.Code == RefusalCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>What is free in every hour.</summary>
    private static async Task<IReadOnlyList<long>> Steps(Session session, OfferId offerId, int hours)
    {
        var steps = await session.Query<(Instant At, long Free)>(
            "SELECT at, free FROM calendar WHERE offer_id = @offerId ORDER BY at", new { offerId });
        return [.. Enumerable.Range(0, hours + 1).Select(h => steps.LastOrDefault(s => s.At <= At(h)).Free)];
    }

    private static async Task<bool> Agree(MarketBooks market, OrganisationId provider, int drain, IReadOnlyList<Act> acts)
    {
        await using var session = await market.Database.Write();
        var draft = market.Draft(until: "2026-01-02") with { DrainMinutes = drain * 60 };
        var offerId = (await OfferBook.Publish(session, provider, draft)).OfferId;
        var model = new Model(provider, drain);
        foreach (var act in acts)
        {
            Assert.Equal(model.Try(act, out var effect), await effect(session, offerId));
            Assert.Equal(model.Free.Select(f => (long)f).Append(0), await Steps(session, offerId, Hours + drain));
        }

        return true;
    }

    private static Instant At(int hour) => Start + Duration.FromHours(hour);

    /// <summary>
    /// Whether an act is possible, and how it is done for real. The hours reach as far beyond the offer as cards may drain.
    /// </summary>
    private sealed class Model(OrganisationId provider, int drain)
    {
        private readonly List<(int Cards, int From, int Until)> _leases = [];
        private readonly List<(OwnUseId Id, int Cards, int From, int Until)> _own = [];
        private readonly int[] _count = Enumerable.Repeat(Cards, Hours + drain).ToArray();
        private int _end = Hours;

        public int[] Free { get; } = Enumerable.Repeat(Cards, Hours + drain).ToArray();

        public bool Try(Act act, out Func<Session, OfferId, Task<bool>> effect)
        {
            var (from, until) = (Math.Min(act.One, act.Other), Math.Max(act.One, act.Other));
            var done = act.Kind switch
            {
                Kind.Take => Take(act.Much, from, until, out effect),
                Kind.Give => Give(act, out effect),
                Kind.Resize => Resize((act.Much % 4_000) - 2_000, from, out effect),
                Kind.OwnUse => Own(act.Much, from, until, out effect),
                Kind.Release => Release(act, out effect),
                _ => Extend(act.One, out effect),
            };
            Assert.All(Enumerable.Range(0, Free.Length), h => Assert.InRange(Free[h], 0, _count[h]));
            return done;
        }

        private bool Take(int cards, int from, int until, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (from == until) return Nothing(out effect);
            effect = (session, offerId) => Calendar.Take(session, offerId, new(cards), At(from), At(until));
            if (!Fits(cards, from, until)) return false;
            _leases.Add((cards, from, until));
            Add(-cards, from, until + drain);
            return true;
        }

        /// <summary>Ends a lease at some hour inside it; what was used rests, what never began does not.</summary>
        private bool Give(Act act, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (_leases.Count == 0) return Nothing(out effect);
            var which = act.Much % _leases.Count;
            var (cards, from, until) = _leases[which];
            var at = from + (act.One % (until - from));
            _leases.RemoveAt(which);
            if (at > from) _leases.Add((cards, from, at));
            Add(cards, at > from ? at + drain : at, until + drain);
            effect = async (session, offerId) =>
            {
                await Calendar.Give(session, offerId, new(cards), At(at), At(until), used: at > from);
                return true;
            };
            return true;
        }

        private bool Own(int cards, int from, int until, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (from == until || until > _end || cards > _count[_end - 1]) return Nothing(out effect);
            var fits = Fits(cards, from, until);
            if (fits) Add(-cards, from, until + drain);
            effect = async (session, offerId) =>
            {
                try
                {
                    var use = await OwnUseBook.Take(session, provider, offerId, new(new(cards), At(from), At(until)));
                    _own.Add((use.OwnUseId, cards, from, until));
                    return true;
                }
                catch (Refusal refusal) when (refusal.Code == RefusalCode.Conflict)
                {
                    return false;
                }
            };
            return fits;
        }

        private bool Release(Act act, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (_own.Count == 0) return Nothing(out effect);
            var which = act.Much % _own.Count;
            var (id, cards, from, until) = _own[which];
            _own.RemoveAt(which);

            // The clock stands at the first hour: nothing of it has been used.
            Add(cards, from, until + drain);
            effect = async (session, offerId) =>
            {
                await OwnUseBook.Release(session, provider, offerId, id);
                return true;
            };
            return true;
        }

        /// <summary>The drain of what was sold before goes on behind the offer's end, so the count changes there as well.</summary>
        private bool Resize(int by, int from, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (from >= _end || _count[_end - 1] + by <= 0) return Nothing(out effect);
            var end = _end;
            effect = async (session, offerId) =>
            {
                if (!await Calendar.Resize(session, offerId, by, At(from), At(end))) return false;
                await session.Execute("UPDATE offer SET cards = cards + @by WHERE offer_id = @offerId", new { offerId, by = (long)by });
                return true;
            };
            if (Free[from..(end + drain)].Min() + by < 0) return false;
            Add(by, from, end + drain);
            for (var h = from; h < end + drain; h++) _count[h] += by;
            return true;
        }

        private bool Extend(int until, out Func<Session, OfferId, Task<bool>> effect)
        {
            var (end, cards) = (_end, _count[_end - 1]);
            if (until == 0 || until == end) return Nothing(out effect);
            effect = async (session, offerId) =>
            {
                if (!await Calendar.Extend(session, offerId, new(cards), At(end), At(until))) return false;
                await session.Execute("UPDATE offer SET available_until = @At WHERE offer_id = @offerId", new { offerId, At = At(until) });
                return true;
            };
            if (until < end && Free[(until + drain)..(end + drain)].Min() < cards) return false;
            for (var h = Math.Min(until, end) + drain; h < Math.Max(until, end) + drain; h++)
                _count[h] = Free[h] = until > end ? cards : 0;
            _end = until;
            return true;
        }

        private bool Fits(int cards, int from, int until) => until <= _end && Free[from..(until + drain)].Min() >= cards;

        private void Add(int cards, int from, int until)
        {
            for (var h = from; h < until; h++) Free[h] += cards;
        }

        private static bool Nothing(out Func<Session, OfferId, Task<bool>> effect)
        {
            effect = (_, _) => Task.FromResult(true);
            return true;
        }
    }
}
