using FsCheck;
using FsCheck.Fluent;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>The calendar against the simplest thing that could be right: a number for every hour.</summary>
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
    }

    /// <summary>What is tried: with two numbers that say when, and one that says how much or which lease.</summary>
    private sealed record Act(Kind Kind, int One, int Other, int Much);

    [Theory, EveryEngine]
    public async Task TakeAndGive_Any_AgreeWithANumberForEveryHour(Engine engine)
    {
        await using var market = await MarketBooks.Open(engine);
        var provider = await market.Provider();
        var acts = (
            from kind in Gen.Elements(Kind.Take, Kind.Take, Kind.Take, Kind.Take, Kind.Give, Kind.Give, Kind.Resize, Kind.Extend)
            from one in Gen.Choose(0, Hours)
            from other in Gen.Choose(0, Hours)
            from much in Gen.Choose(1, Cards)
            select new Act(kind, one, other, much)).ListOf();
        var config = Config.QuickThrowOnFailure.WithMaxTest(engine == Engine.Sqlite ? 60 : 25).WithEndSize(30);

        Prop.ForAll(acts.ToArbitrary(), list => Agree(market, provider, [.. list]).GetAwaiter().GetResult()).Check(config);
    }

    private static async Task<bool> Agree(MarketBooks market, OrganisationId provider, IReadOnlyList<Act> acts)
    {
        await using var session = await market.Database.Write();
        var offerId = (await OfferBook.Publish(session, provider, market.Draft(until: "2026-01-02"))).OfferId;
        var model = new Model();
        foreach (var act in acts)
        {
            Assert.Equal(model.Try(act, out var effect), await effect(session, offerId));
            var steps = await session.Query<(Instant At, long Free)>(
                "SELECT at, free FROM calendar WHERE offer_id = @offerId ORDER BY at", new { offerId });
            var seen = Enumerable.Range(0, Hours + 1).Select(h => steps.LastOrDefault(s => s.At <= At(h)).Free);
            Assert.Equal(model.Free.Select(f => (long)f).Append(0), seen);
        }

        return true;
    }

    private static Instant At(int hour) => Start + Duration.FromHours(hour);

    /// <summary>Whether an act is possible, and how it is done for real.</summary>
    private sealed class Model
    {
        private readonly List<(int Cards, int From, int Until)> _leases = [];
        private readonly int[] _count = Enumerable.Repeat(Cards, Hours).ToArray();
        private int _end = Hours;

        public int[] Free { get; } = Enumerable.Repeat(Cards, Hours).ToArray();

        public bool Try(Act act, out Func<Session, OfferId, Task<bool>> effect)
        {
            var (from, until) = (Math.Min(act.One, act.Other), Math.Max(act.One, act.Other));
            var done = act.Kind switch
            {
                Kind.Take => Take(act.Much, from, until, out effect),
                Kind.Give => Give(act, out effect),
                Kind.Resize => Resize((act.Much % 4_000) - 2_000, from, out effect),
                _ => Extend(act.One, out effect),
            };
            Assert.All(Enumerable.Range(0, Hours), h => Assert.InRange(Free[h], 0, _count[h]));
            return done;
        }

        private bool Take(int cards, int from, int until, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (from == until) return Nothing(out effect);
            effect = (session, offerId) => Calendar.Take(session, offerId, new(cards), At(from), At(until));
            if (until > _end || Free[from..until].Min() < cards) return false;
            _leases.Add((cards, from, until));
            Add(-cards, from, until);
            return true;
        }

        /// <summary>Ends a lease at some hour inside it.</summary>
        private bool Give(Act act, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (_leases.Count == 0) return Nothing(out effect);
            var which = act.Much % _leases.Count;
            var (cards, from, until) = _leases[which];
            var at = from + (act.One % (until - from));
            _leases.RemoveAt(which);
            if (at > from) _leases.Add((cards, from, at));
            Add(cards, at, until);
            effect = async (session, offerId) =>
            {
                await Calendar.Give(session, offerId, new(cards), At(at), At(until));
                return true;
            };
            return true;
        }

        private bool Resize(int by, int from, out Func<Session, OfferId, Task<bool>> effect)
        {
            if (from >= _end || _count[_end - 1] + by <= 0) return Nothing(out effect);
            var end = _end;
            effect = (session, offerId) => Calendar.Resize(session, offerId, by, At(from), At(end));
            if (Free[from..end].Min() + by < 0) return false;
            Add(by, from, end);
            for (var h = from; h < end; h++) _count[h] += by;
            return true;
        }

        private bool Extend(int until, out Func<Session, OfferId, Task<bool>> effect)
        {
            var (end, cards) = (_end, _count[_end - 1]);
            if (until == 0 || until == end) return Nothing(out effect);
            effect = (session, offerId) => Calendar.Extend(session, offerId, new(cards), At(end), At(until));
            if (until < end && Free[until..end].Min() < cards) return false;
            for (var h = Math.Min(until, end); h < Math.Max(until, end); h++) _count[h] = Free[h] = until > end ? cards : 0;
            _end = until;
            return true;
        }

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
