using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The published index. A day's values come in vintages: provisional when the day is over, final some days later, corrections when the
/// operator asks for them. Rows are only added.
/// </summary>
internal static class IndexBook
{
    private const string Select =
        """
        SELECT i.index_id, i.board, i.tier, i.region AS region_name, i.currency, i.day, i.vintage, i.kind, i.price_nanos,
          i.volume AS volume_millis, i.trades, i.sellers, i.buyers, i.method, i.published_at
        FROM index_value i
        """;

    private const string IsNewest =
        """
        NOT EXISTS (SELECT 1 FROM index_value n WHERE n.board = i.board AND n.tier = i.tier AND n.region = i.region
          AND n.currency = i.currency AND n.day = i.day AND n.vintage > i.vintage)
        """;

    /// <summary>As in <c>2026-01-31</c>.</summary>
    private const int DayLength = 10;

    /// <summary>The earliest day whose values are due, and as what; null when all is published.</summary>
    /// <param name="finalDays">So many whole days after its end a day becomes final.</param>
    public static async Task<(string Day, IndexKind Kind)?> Due(Session session, int finalDays)
    {
        var yesterday = session.Now.InUtc().Date.PlusDays(-1);
        var final = await session.Scalar<string?>(
            "SELECT MIN(day) FROM trade_day WHERE final_at IS NULL AND day <= @Until",
            new { Until = TradeBook.Day(yesterday.PlusDays(-finalDays)) });
        if (final is not null) return (final, IndexKind.Final);
        var provisional = await session.Scalar<string?>(
            "SELECT MIN(day) FROM trade_day WHERE provisional_at IS NULL AND final_at IS NULL AND day <= @Until",
            new { Until = TradeBook.Day(yesterday) });
        return provisional is null ? null : (provisional, IndexKind.Provisional);
    }

    /// <summary>Publishes what is due of a day, unless another host has. Returns the values that are new.</summary>
    public static async Task<IReadOnlyList<IndexValue>> PublishDue(Session session, string day, IndexKind kind)
    {
        var column = kind == IndexKind.Final ? "final_at" : "provisional_at";
        var mine = await session.Execute(
            $"UPDATE trade_day SET {column} = @Now WHERE day = @day AND {column} IS NULL AND final_at IS NULL", new { day, session.Now });
        if (mine == 0) return [];
        await FairBandBook.Publish(session, day);
        return await Publish(session, day, kind);
    }

    /// <summary>
    /// Publishes a day on demand: as provisional or final if that is due and has not been done, else what has changed since, as a further
    /// vintage. Where nothing has changed nothing is written.
    /// </summary>
    /// <exception cref="Refusal">The day is not over, or nothing was traded on it.</exception>
    public static async Task<IReadOnlyList<IndexValue>> PublishAgain(Session session, LocalDate date, int finalDays)
    {
        var today = session.Now.InUtc().Date;
        if (date >= today) throw Refusal.Invalid("day", $"is over; today is {TradeBook.Day(today)} (UTC)");
        var day = TradeBook.Day(date);
        var known = await session.Query<(long? ProvisionalAt, long? FinalAt)>(
            "SELECT provisional_at, final_at FROM trade_day WHERE day = @day", new { day });
        if (known.Count == 0) throw Refusal.Invalid("day", "has no trades");
        var due = date <= today.PlusDays(-1 - finalDays) ? IndexKind.Final : IndexKind.Provisional;
        var done = due == IndexKind.Final ? known[0].FinalAt : known[0].FinalAt ?? known[0].ProvisionalAt;
        if (done is null) return await PublishDue(session, day, due);
        return await Publish(session, day, known[0].FinalAt is null ? IndexKind.Provisional : IndexKind.Correction, onlyChanges: true);
    }

    public static Task<IndexValue?> Find(Session session, IndexId indexId) =>
        session.Find<IndexValue>($"{Select} WHERE i.index_id = @indexId", new { indexId });

    /// <summary>Values by a filter, the latest day first and of a day what was published last, before a <see cref="Cursor"/>.</summary>
    public static Task<IReadOnlyList<IndexValue>> List(Session session, IndexFilter filter, string? before, int limit)
    {
        var (seenDay, seenId) = before is { Length: > DayLength } ? (before[..DayLength], before[DayLength..]) : (before, "");
        return session.Query<IndexValue>(
            $"""
            {Select}
            WHERE (CAST(@Board AS TEXT) IS NULL OR i.board = @Board) AND (CAST(@Tier AS TEXT) IS NULL OR i.tier = @Tier)
              AND (CAST(@Region AS TEXT) IS NULL OR i.region = @Region) AND (CAST(@Code AS TEXT) IS NULL OR i.currency = @Code)
              AND (CAST(@From AS TEXT) IS NULL OR i.day >= @From) AND (CAST(@Until AS TEXT) IS NULL OR i.day < @Until)
              AND (@All = 1 OR {IsNewest})
              AND (CAST(@seenDay AS TEXT) IS NULL OR i.day < @seenDay OR (i.day = @seenDay AND i.index_id < @seenId))
            ORDER BY i.day DESC, i.index_id DESC LIMIT @limit
            """,
            new
            {
                Board = filter.Board is { } board ? TradeBook.Word(board) : null,
                Tier = filter.Tier is { } tier ? TradeBook.Word(tier) : null, filter.Region, Code = filter.Currency?.Code,
                From = filter.From is { } from ? TradeBook.Day(from) : null,
                Until = filter.Until is { } until ? TradeBook.Day(until) : null,
                All = filter.AllVintages ? 1L : 0L, seenDay, seenId, limit,
            });
    }

    /// <summary>A value's place in the list: its day, and its id behind it.</summary>
    public static string Cursor(IndexValue value) => value.Day + value.IndexId.Value;

    /// <summary>The regions and the currencies of which there are values, in order.</summary>
    public static async Task<(IReadOnlyList<string> Regions, IReadOnlyList<string> Currencies)> Choices(Session session) => (
        await session.Query<string>("SELECT DISTINCT region FROM index_value WHERE region <> '' ORDER BY region"),
        await session.Query<string>("SELECT DISTINCT currency FROM index_value ORDER BY currency"));

    /// <summary>The trades behind a value.</summary>
    public static Task<IReadOnlyList<Trade>> Trades(Session session, IndexId indexId) => session.Query<Trade>(
        $"""
        SELECT {TradeBook.Columns} FROM index_trade x JOIN trade t ON t.lease_id = x.lease_id WHERE x.index_id = @indexId
        ORDER BY t.lease_id
        """,
        new { indexId });

    private static async Task<IReadOnlyList<IndexValue>> Publish(Session session, string day, IndexKind kind, bool onlyChanges = false)
    {
        var trades = (await TradeBook.Standing(session, day, day))
            .SelectMany(trade => IndexSeries.Of(trade).Select(series => (series, trade)))
            .ToLookup(p => p.series, p => p.trade);
        var newest = (await session.Query<IndexValue>($"{Select} WHERE i.day = @day AND {IsNewest}", new { day }))
            .ToDictionary(v => v.Series);
        var published = new List<IndexValue>();
        foreach (var series in trades.Select(g => g.Key).Union(newest.Keys)
            .OrderBy(s => s.Board).ThenBy(s => s.Tier).ThenBy(s => s.Region, StringComparer.Ordinal)
            .ThenBy(s => s.Currency.Code, StringComparer.Ordinal))
        {
            var index = PriceIndex.Of(trades[series].Select(t => t.Cleared));
            var before = newest.GetValueOrDefault(series);
            if (before is null && index.Price is null) continue;
            if (onlyChanges && before is not null && await IsSame(session, before.IndexId, index)) continue;
            if (await Add(session, series, day, (before?.Vintage ?? 0) + 1, kind, index) is { } value) published.Add(value);
        }

        return published;
    }

    private static async Task<bool> IsSame(Session session, IndexId indexId, PriceIndex index) =>
        (await session.Query<string>("SELECT lease_id FROM index_trade WHERE index_id = @indexId", new { indexId }))
        .ToHashSet(StringComparer.Ordinal).SetEquals(index.Trades.Select(t => t.Trade.Key));

    /// <summary>The value as it was written, or null when another host has published that vintage.</summary>
    private static async Task<IndexValue?> Add(
        Session session, IndexSeries series, string day, int vintage, IndexKind kind, PriceIndex index)
    {
        var indexId = session.NewId<IndexId>();
        var isNew = await session.Execute(
            """
            INSERT INTO index_value (index_id, board, tier, region, currency, day, vintage, kind, price_nanos, volume, trades, sellers,
              buyers, method, published_at)
            VALUES (@indexId, @Board, @Tier, @Region, @Currency, @day, @vintage, @Kind, @Nanos, @Volume, @Trades, @Sellers, @Buyers,
              @Method, @Now)
            ON CONFLICT (board, tier, region, currency, day, vintage) DO NOTHING
            """,
            new
            {
                indexId, Board = TradeBook.Word(series.Board), Tier = TradeBook.Word(series.Tier), series.Region, series.Currency, day,
                vintage, Kind = TradeBook.Word(kind), index.Price?.Nanos, Volume = index.Volume.Millis, Trades = index.Trades.Count,
                index.Sellers, index.Buyers, PriceIndex.Method, session.Now,
            });
        if (isNew == 0) return null;
        foreach (var (trade, _) in index.Trades)
        {
            await session.Execute(
                "INSERT INTO index_trade (index_id, lease_id) VALUES (@indexId, @Key)", new { indexId, trade.Key });
        }

        return await Find(session, indexId);
    }
}
