using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>
/// The tenders of all buyers: opened, closed when their time has come, awarded, or lapsed a day later. A provider sees those that it was
/// invited to and those that are open to all, without the buyer's name.
/// </summary>
public static class TenderBook
{
    /// <summary>A tender is closed at its instant, and lapsed at its, whether or not the steward has come by.</summary>
    internal const string StateNow =
        """
        CASE WHEN t.state IN ('opened', 'closed') AND t.lapses_at <= @Now THEN 'lapsed'
          WHEN t.state = 'opened' AND t.closes_at <= @Now THEN 'closed' ELSE t.state END
        """;

    private const string Select =
        $"""
        SELECT t.tender_id, t.buyer_id, b.name AS buyer_name, t.workload, t.terms AS terms_json, t.currency, t.from_at, t.until_at,
          t.closes_at, t.lapses_at, t.open_to_all AS open_to_all_flag, t.reference, t.note, {StateNow} AS state, t.lease_id, t.opened_at,
          t.version
        FROM tender t JOIN organisation b ON b.organisation_id = t.buyer_id
        """;

    private const string SeenByViewer =
        """
        (CAST(@Viewer AS TEXT) IS NULL OR t.buyer_id = @Viewer
          OR EXISTS (SELECT 1 FROM tender_invitation i WHERE i.tender_id = t.tender_id AND i.provider_id = @Viewer)
          OR (t.open_to_all = 1 AND @IsProvider = 1))
        """;

    /// <exception cref="Refusal">Names the field that cannot be.</exception>
    public static async Task<Tender> Open(Session session, OrganisationId buyer, TenderDraft draft)
    {
        draft = draft.Checked(session.Now);
        var workload = draft.Workload is { } id ? await WorkloadBook.Get(session, buyer, id) : null;
        var account = await BillingAccount.Get(session, buyer);
        var tender = new Tender
        {
            TenderId = session.NewId<TenderId>(), BuyerId = buyer, Workload = workload?.Id, Currency = account.Currency,
            TermsJson = JsonSerializer.Serialize(draft.Terms(await CardBook.Registry(session)), WireJson.Messages),
            FromAt = draft.FromAt, UntilAt = draft.UntilAt, ClosesAt = draft.ClosesAt,
            LapsesAt = Instant.Min(draft.ClosesAt + TenderDraft.Respite, draft.FromAt), OpenToAllFlag = draft.Invited is null ? 1 : 0,
        };
        await session.Execute(
            """
            INSERT INTO tender (tender_id, buyer_id, workload, terms, currency, from_at, until_at, closes_at, lapses_at, open_to_all,
              reference, note, state, opened_at)
            VALUES (@TenderId, @BuyerId, @Workload, @TermsJson, @Currency, @FromAt, @UntilAt, @ClosesAt, @LapsesAt, @OpenToAllFlag,
              @Reference, @Note, 'opened', @Now)
            """,
            new
            {
                tender.TenderId, tender.BuyerId, tender.Workload, tender.TermsJson, tender.Currency, tender.FromAt, tender.UntilAt,
                tender.ClosesAt, tender.LapsesAt, tender.OpenToAllFlag, draft.Reference, draft.Note, session.Now,
            });
        var invited = draft.Invited is { } named
            ? await Providers(session, named, buyer)
            : await Fitting(session, tender, new(tender, buyer, workload, await ListingBook.Now(session)));
        foreach (var provider in invited)
        {
            await session.Execute(
                "INSERT INTO tender_invitation (tender_id, provider_id) VALUES (@TenderId, @provider)", new { tender.TenderId, provider });
        }

        await Say(session, tender, "opened", [buyer, .. invited]);
        return (await Find(session, tender.TenderId))!;
    }

    /// <summary>The tender as its buyer sees it.</summary>
    internal static async Task<Tender?> Find(Session session, TenderId tenderId) =>
        await session.Find<Tender>($"{Select} WHERE t.tender_id = @tenderId", new { tenderId, session.Now }) is { } tender
            ? tender with { Invited = await Invited(session, tenderId) }
            : null;

    /// <summary>The tender as somebody may see it.</summary>
    /// <exception cref="Refusal">There is none for it.</exception>
    public static async Task<Tender> Get(Session session, TenderId tenderId, Caller viewer)
    {
        var seen = await session.Scalar<long>(
            $"SELECT COUNT(*) FROM tender t WHERE t.tender_id = @tenderId AND {SeenByViewer}",
            new { tenderId, Viewer = viewer.Only?.Value, IsProvider = viewer.Is(Role.Provider) ? 1L : 0L });
        return seen == 1 ? await As(session, (await Find(session, tenderId))!, viewer) : throw Refusal.NotFound("such tender");
    }

    /// <summary>Tenders that somebody may see, newest first, before a cursor.</summary>
    public static async Task<IReadOnlyList<Tender>> List(Session session, Caller viewer, TenderState? state, string? before, int limit)
    {
        var tenders = await session.Query<Tender>(
            $"""
            {Select}
            WHERE {SeenByViewer} AND (CAST(@State AS TEXT) IS NULL OR {StateNow} = @State)
              AND (CAST(@before AS TEXT) IS NULL OR t.tender_id < @before)
            ORDER BY t.tender_id DESC LIMIT @limit
            """,
            new
            {
                Viewer = viewer.Only?.Value, IsProvider = viewer.Is(Role.Provider) ? 1L : 0L,
                State = state is { } asked ? WireJson.Word(asked) : null, before, limit, session.Now,
            });
        var shown = new List<Tender>(tenders.Count);
        foreach (var tender in tenders)
            shown.Add(await As(session, tender with { Invited = await Invited(session, tender.TenderId) }, viewer));
        return shown;
    }

    /// <summary>Takes an open tender back, unread; or, after closing, declines all answers.</summary>
    /// <exception cref="Refusal">Not the buyer's, or decided.</exception>
    public static async Task<Tender> Cancel(Session session, OrganisationId buyer, TenderId tenderId)
    {
        var tender = await Own(session, buyer, tenderId);
        if (tender.State is not (TenderState.Opened or TenderState.Closed))
            throw Refusal.Conflict($"The tender is {WireJson.Word(tender.State)}");
        await session.Execute(
            "UPDATE tender SET state = 'cancelled', version = version + 1 WHERE tender_id = @tenderId", new { tenderId });

        // What was never due to be read stays unread.
        await SealedBook.Settle(session, tenderId, tender.State == TenderState.Opened ? SealedState.Withdrawn : SealedState.Lost);
        await Say(session, tender, "cancelled", [buyer, .. await Concerned(session, tenderId)]);
        return (await Find(session, tenderId))!;
    }

    /// <summary>Closes and lets go the tenders whose time has come. Returns how many.</summary>
    public static async Task<int> TendDue(Session session)
    {
        var due = await session.Query<(TenderId Id, string To)>(
            $"SELECT t.tender_id, {StateNow} FROM tender t WHERE {Due} ORDER BY t.tender_id LIMIT 1000", new { session.Now });
        foreach (var (id, to) in due)
        {
            var moved = await session.Execute(
                $"UPDATE tender AS t SET state = @to, version = version + 1 WHERE t.tender_id = @id AND {Due}",
                new { id, to, session.Now });
            if (moved == 0) continue;
            var tender = (await Find(session, id))!;
            if (to == "lapsed") await SealedBook.Settle(session, id, SealedState.Lost);
            await Say(session, tender, to, [tender.BuyerId!.Value, .. await Concerned(session, id)]);
        }

        return due.Count;
    }

    /// <summary>SQL for tenders t whose state is not yet what the time makes it.</summary>
    internal const string Due =
        "((t.state = 'opened' AND t.closes_at <= @Now) OR (t.state = 'closed' AND t.lapses_at <= @Now))";

    /// <summary>A buyer's own tender, with its row taken: nobody else decides it until this session ends.</summary>
    /// <exception cref="Refusal">Not this buyer's.</exception>
    internal static async Task<Tender> Own(Session session, OrganisationId buyer, TenderId tenderId)
    {
        var taken = await session.Execute(
            "UPDATE tender SET version = version WHERE tender_id = @tenderId AND buyer_id = @buyer", new { tenderId, buyer });
        return taken == 1 ? (await Find(session, tenderId))! : throw Refusal.NotFound("such tender of yours");
    }

    /// <summary>What offers are worth to a tender.</summary>
    internal static async Task<TenderFit> Fit(Session session, Tender tender)
    {
        var workload = tender.Workload is { } id ? await WorkloadBook.Find(session, tender.BuyerId, id) : null;
        return new(tender, tender.BuyerId!.Value, workload, await ListingBook.Now(session));
    }

    /// <summary>Those that were invited, and those that answered.</summary>
    internal static Task<IReadOnlyList<OrganisationId>> Concerned(Session session, TenderId tenderId) => session.Query<OrganisationId>(
        """
        SELECT provider_id FROM tender_invitation WHERE tender_id = @tenderId
        UNION SELECT provider_id FROM sealed_offer WHERE tender_id = @tenderId ORDER BY provider_id
        """,
        new { tenderId });

    internal static Task Say(Session session, Tender tender, string what, IReadOnlyList<OrganisationId> seenBy, LeaseId? lease = null)
    {
        var terms = tender.Terms;
        var facts = new
        {
            tender.ClosesAt, tender.FromAt, tender.UntilAt, terms.Cards, terms.Amount, tender.Workload, terms.Models, terms.Region,
            LeaseId = lease,
        };
        return LiveLog.Say(session, $"tender.{what}", tender.TenderId.Value, facts, [.. seenBy]);
    }

    private static Task<IReadOnlyList<OrganisationId>> Invited(Session session, TenderId tenderId) => session.Query<OrganisationId>(
        "SELECT provider_id FROM tender_invitation WHERE tender_id = @tenderId ORDER BY provider_id", new { tenderId });

    /// <summary>A provider learns neither of its rivals nor, before it has won, of the buyer.</summary>
    private static async Task<Tender> As(Session session, Tender tender, Caller viewer)
    {
        if (viewer.SeesAll || tender.BuyerId == viewer.OrganisationId) return tender;
        var isWinner = tender.LeaseId is { } leaseId
            && (await Agreement.Find(session, leaseId))?.ProviderId == viewer.OrganisationId;
        return isWinner
            ? tender with { Invited = null }
            : tender with { BuyerId = null, BuyerName = null, Reference = null, Invited = null, LeaseId = null };
    }

    private static async Task<IReadOnlyList<OrganisationId>> Providers(
        Session session, IReadOnlyList<OrganisationId> named, OrganisationId buyer)
    {
        foreach (var id in named)
        {
            if (id == buyer || (await Organisation.Find(session, id))?.Roles.Contains(Role.Provider) != true)
                throw Refusal.Invalid("invited", $"'{id}' is no provider that could answer you");
        }

        return named;
    }

    /// <summary>The providers that have an offer that could serve the tender now.</summary>
    private static async Task<IReadOnlyList<OrganisationId>> Fitting(Session session, Tender tender, TenderFit fit)
    {
        var offers = await OfferBook.Open(session, tender.FromAt, tender.UntilAt);
        return
        [
            .. offers.Where(o => fit.WhyNot(o, fit.CardsOf(o)) is null).Select(o => o.ProviderId).Distinct()
                .OrderBy(p => p.Value, StringComparer.Ordinal),
        ];
    }
}
