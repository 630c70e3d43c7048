using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>The probes of all machines. Each counts once, and at once.</summary>
public static class ProbeBook
{
    internal const double Nanos = 1_000_000_000;

    /// <summary>A clock may be so far ahead of ours.</summary>
    private static readonly Duration ClockSkew = Duration.FromMinutes(2);

    /// <summary>Verifies a signed probe, keeps it and lists the machine anew.</summary>
    /// <exception cref="Refusal">Not readable, not signed by the caller's key, its nonce is not good, or a sample is malformed. Nothing is
    /// kept then, and the nonce stays good.</exception>
    public static async Task<TakenProbe> Take(Session session, Caller caller, string jws)
    {
        var signed = SignedProbe.Parse(jws);
        var key = await ProbeKey.Valid(session, caller.OrganisationId, signed.KeyId)
            ?? throw Refusal.Invalid("signed", "kid is no valid probe key of yours; GET /v1/probe-keys lists them");
        if (!key.Signed(signed.SigningInput, signed.Signature))
            throw Refusal.Invalid("signed", "the signature is not that key's: ES256 over header.payload, 64 bytes, base64url");
        var said = signed.Statement;
        var nonce = await ProbeNonce.Use(session, caller.OrganisationId, said.Nonce);
        if (said.Card != nonce.Card) throw Refusal.Invalid("signed", $"card is {nonce.Card}, for which the nonce was issued");
        if (said.TakenAt < nonce.IssuedAt || said.TakenAt > session.Now + ClockSkew)
            throw Refusal.Invalid("signed", "takenAt is between the issue of the nonce and now");
        var probe = new Probe
        {
            ProbeId = session.NewId<ProbeId>(), ProviderId = nonce.ProviderId, Card = nonce.Card, Tier = nonce.Tier,
            Framework = TextField.Of(said.Framework, "framework"), Model = TextField.Of(said.Model, "model"),
            TakenAt = Instant.Min(said.TakenAt, session.Now), ReceivedAt = session.Now,
        };
        var reading = Read(await CardBook.Get(session, nonce.Card), said.Samples);
        probe = probe with { Doubt = reading.Doubt, Parts = Shown(reading.Parts.Select(p => (WireJson.Word(p.Key), p.Value))) };
        await Keep(session, probe, reading, caller.OrganisationId, nonce, key, jws);
        if (nonce.LeaseId is { } leaseId && reading.Parts.TryGetValue(WorkClass.Standard, out var part))
            await LeaseProbe.Judge(session, leaseId, part);
        var listed = reading.Doubt is null ? await ListingBook.Relist(session, probe.ProviderId, probe.Card) : [];
        return new(probe, listed);
    }

    /// <summary>Probes of a provider or a card or both, newest first, before a cursor. Those not believed only for who sent them.</summary>
    /// <param name="session">The session.</param>
    /// <param name="caller">Who looks; null: the public.</param>
    /// <param name="provider">Only this provider's machines.</param>
    /// <param name="card">Only this card, by its id.</param>
    /// <param name="before">The cursor.</param>
    /// <param name="limit">How many.</param>
    public static async Task<IReadOnlyList<Probe>> List(
        Session session, Caller? caller, OrganisationId? provider, string? card, string? before, int limit)
    {
        var probes = await session.Query<Probe>(
            $"""
            SELECT probe_id, provider_id, card, {ListingBook.TierColumn}, framework, model, doubt, taken_at, received_at
            FROM probe
            WHERE (CAST(@Provider AS TEXT) IS NULL OR provider_id = @Provider) AND (CAST(@card AS TEXT) IS NULL OR card = @card)
              AND (doubt IS NULL OR @all = 1 OR organisation_id = @Me) AND (CAST(@before AS TEXT) IS NULL OR probe_id < @before)
            ORDER BY probe_id DESC LIMIT @limit
            """,
            new
            {
                Provider = provider?.Value, card, before, limit, Me = caller?.OrganisationId.Value ?? "",
                all = caller?.SeesAll == true ? 1L : 0L,
            });
        if (probes.Count == 0) return probes;
        var parts = (await session.Query<(ProbeId ProbeId, string Work, long Nanos)>(
            "SELECT probe_id, work, part_nanos FROM probe_part WHERE probe_id >= @First AND probe_id <= @Last",
            new { First = probes[^1].ProbeId, Last = probes[0].ProbeId })).ToLookup(p => p.ProbeId);
        return [.. probes.Select(p => p with { Parts = Shown(parts[p.ProbeId].Select(q => (q.Work, q.Nanos / Nanos))) })];
    }

    private static ProbeReading Read(Card card, IReadOnlyList<ProbeSample> samples)
    {
        try
        {
            return ProbeReading.Of(card, samples);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid("signed", e.Message);
        }
    }

    private static async Task Keep(
        Session session, Probe probe, ProbeReading reading, OrganisationId sender, ProbeNonce nonce, ProbeKey key, string jws)
    {
        await session.Execute(
            """
            INSERT INTO probe (probe_id, nonce, organisation_id, provider_id, card, lease_id, tier, framework, model, signed, probe_key_id,
              doubt, taken_at, received_at)
            VALUES (@ProbeId, @Nonce, @sender, @ProviderId, @Card, @LeaseId, @Tier, @Framework, @Model, @jws, @ProbeKeyId,
              @Doubt, @TakenAt, @ReceivedAt)
            """,
            new
            {
                probe.ProbeId, nonce.Nonce, sender, probe.ProviderId, probe.Card, LeaseId = nonce.LeaseId?.Value,
                Tier = WireJson.Word(probe.Tier), probe.Framework, probe.Model, jws, key.ProbeKeyId, probe.Doubt, probe.TakenAt,
                probe.ReceivedAt,
            });
        foreach (var (work, part) in reading.Parts.OrderBy(p => p.Key))
        {
            await session.Execute(
                "INSERT INTO probe_part (probe_id, work, part_nanos) VALUES (@ProbeId, @Work, @Part)",
                new { probe.ProbeId, Work = WireJson.Word(work), Part = Math.Max(1, (long)(part * Nanos)) });
        }
    }

    private static IReadOnlyDictionary<string, BasisPoints> Shown(IEnumerable<(string Work, double Part)> parts) => parts.ToDictionary(
        p => p.Work, p => new BasisPoints((int)Math.Clamp(p.Part * BasisPoints.Whole, 0, BasisPoints.Whole)), StringComparer.Ordinal);
}
