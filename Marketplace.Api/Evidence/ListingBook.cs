using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What every provider's machines are listed at. A machine that nobody measured is listed at what its card is worth; one that was has
/// rows of its own. Offers carry the derate of their standard units; for a workload <see cref="Derates"/> looks up its class.
/// </summary>
public static class ListingBook
{
    /// <summary>Offers are listed anew after so long: evidence ages.</summary>
    internal static readonly Duration Daily = Duration.FromDays(1);

    /// <summary>Reads a tier as Dapper's enum wants it.</summary>
    internal const string TierColumn = "REPLACE(tier, '_', '') AS tier";

    /// <summary>What is listed now, to rank by.</summary>
    public static async Task<Derates> Now(Session session)
    {
        var rows = await session.Query<(OrganisationId Provider, string Card, string Work, long Derate, string Tier)>(
            "SELECT provider_id, card, work, derate, tier FROM listing");
        return new(await PublishedBook.Model(session), session.Now, rows.ToDictionary(
            r => (r.Provider, r.Card, Works[r.Work]), r => (new BasisPoints((int)r.Derate), TierOf(r.Tier)!.Value)));
    }

    /// <summary>The derates of a provider's machines of a card, one for each class of work.</summary>
    public static async Task<IReadOnlyList<Derate>> Of(Session session, OrganisationId? provider, Card card)
    {
        var model = await PublishedBook.Model(session);
        var measured = provider is { } owner ? await Measured(session, owner, card.Id) : Nothing;
        return [.. Enum.GetValues<WorkClass>().Select(work => model.Of(card, work, [.. measured[work]], session.Now))];
    }

    /// <summary>The derate of a provider's machines of a card for one class of work.</summary>
    public static async Task<Derate> Of(Session session, OrganisationId provider, Card card, WorkClass work) =>
        (await PublishedBook.Model(session)).Of(card, work, [.. (await Measured(session, provider, card.Id))[work]], session.Now);

    /// <summary>Lists a provider's machines of a card anew, with its open offers of them; bids are woken where units became
    /// cheaper.</summary>
    public static async Task<IReadOnlyList<Derate>> Relist(Session session, OrganisationId provider, string cardId)
    {
        var card = await CardBook.Get(session, cardId);
        var derates = await Of(session, provider, card);
        foreach (var derate in derates.Where(d => d.Measurements > 0))
        {
            await session.Execute(
                """
                INSERT INTO listing (provider_id, card, work, derate, tier, measurements, listed_at)
                VALUES (@provider, @cardId, @Work, @Listed, @Tier, @Measurements, @Now)
                ON CONFLICT (provider_id, card, work) DO UPDATE
                SET derate = excluded.derate, tier = excluded.tier, measurements = excluded.measurements, listed_at = excluded.listed_at
                """,
                new
                {
                    provider, cardId, Work = WireJson.Word(derate.Work), derate.Listed, Tier = WireJson.Word(derate.Tier),
                    Measurements = (long)derate.Measurements, session.Now,
                });
        }

        await OfferBook.Relist(session, provider, card, derates.First(d => d.Work == WorkClass.Standard));
        return derates;
    }

    /// <summary>Lists again what was last listed a day ago or earlier. Returns how many kinds of machines.</summary>
    public static Task<int> RelistDue(Session session) => Relist(session, session.Now - Daily, 100);

    /// <summary>Lists everything again: what is known of cards has changed.</summary>
    internal static Task<int> RelistAll(Session session) => Relist(session, session.Now, int.MaxValue);

    /// <summary>The offers that were last listed at @before or earlier; open ones are relisted until they are over.</summary>
    internal const string Due = "state = 'open' AND units IS NOT NULL AND available_until > @Now AND listed_at <= @before";

    private static async Task<int> Relist(Session session, Instant before, int most)
    {
        var stale = await session.Query<(OrganisationId Provider, string Card)>(
            $"SELECT DISTINCT provider_id, card FROM offer WHERE {Due} ORDER BY provider_id, card LIMIT @most",
            new { session.Now, before, most });
        foreach (var (provider, card) in stale) await Relist(session, provider, card);
        return stale.Count;
    }

    private static readonly ILookup<WorkClass, Measurement> Nothing =
        Array.Empty<(WorkClass Work, Measurement Measured)>().ToLookup(p => p.Work, p => p.Measured);

    /// <summary>Of a lease only the newest probe counts, so that one buyer cannot shout.</summary>
    private static async Task<ILookup<WorkClass, Measurement>> Measured(Session session, OrganisationId provider, string card)
    {
        var rows = await session.Query<(string Work, string Tier, Instant TakenAt, long Nanos)>(
            """
            SELECT q.work, p.tier, p.taken_at, q.part_nanos
            FROM probe p JOIN probe_part q ON q.probe_id = p.probe_id
            WHERE p.provider_id = @provider AND p.card = @card AND p.doubt IS NULL
              AND (p.lease_id IS NULL OR NOT EXISTS (
                SELECT 1 FROM probe n WHERE n.lease_id = p.lease_id AND n.doubt IS NULL AND n.probe_id > p.probe_id))
            """,
            new { provider, card });
        return rows.ToLookup(
            r => Works[r.Work], r => new Measurement(TierOf(r.Tier)!.Value, r.TakenAt, r.Nanos / ProbeBook.Nanos));
    }

    /// <summary>Reads a tier that may be missing: Dapper guesses the type of such a column from its first row.</summary>
    internal static EvidenceTier? TierOf(string? word) =>
        word is null ? null : Enum.Parse<EvidenceTier>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static readonly Dictionary<string, WorkClass> Works =
        Enum.GetValues<WorkClass>().ToDictionary(WireJson.Word, StringComparer.Ordinal);
}
