using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>A public key to register.</summary>
/// <param name="Name">What signs with it.</param>
/// <param name="PublicKey">P-256, SubjectPublicKeyInfo in DER, base64.</param>
public sealed record NewProbeKey(string Name, string PublicKey);

/// <summary>A probe to take in.</summary>
/// <param name="Signed">Compact JWS, ES256; its payload is a <see cref="ProbeStatement"/>.</param>
public sealed record NewProbe(string Signed);

/// <summary>A derate with what is expected of the card before any of its machines is measured.</summary>
/// <param name="Derate">What is listed.</param>
/// <param name="Expectation">The cascade, as natural logarithms of the ratio to the reference card; null where it says nothing.</param>
public sealed record ExplainedDerate(Derate Derate, Expectation? Expectation);

/// <summary>Published results, probe keys, nonces, probes, and what follows of them.</summary>
internal static class EvidenceEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var evidence = v1.MapGroup("/evidence").WithTags("Evidence");
        evidence.MapPost("/results", Import).WithSummary("Import published results (text/csv); what is known stays as it is")
            .Accepts<string>("text/csv");
        v1.MapGet("/cards/{id}/derates", OfCard).WithTags("Evidence").AllowAnonymous()
            .WithSummary("What a card, or a provider's machines of it, are listed at per class of work, and why");
        var keys = v1.MapGroup("/probe-keys").WithTags("Evidence");
        keys.MapPost("/", Register).WithSummary("Register a public key to sign probes with");
        keys.MapGet("/", Keys).WithSummary("List your probe keys");
        keys.MapDelete("/{id}", Revoke).WithSummary("Revoke a probe key; what it signed stays evidence");
        var probes = v1.MapGroup("/probes").WithTags("Evidence");
        probes.MapPost("/nonces", Issue).WithSummary("Ask for the nonce of one probe: your own machine, any (operator), or of your lease");
        probes.MapPost("/", Take).WithSummary("Send a signed probe; the machine is listed anew at once");
        probes.MapGet("/", Probes).AllowAnonymous().WithSummary("List probes, newest first");
    }

    private static async Task<Ok<PublishedImport>> Import(HttpRequest request, Caller caller, Session session)
    {
        caller.Require(Role.Operator);
        if (request.ContentType?.Split(';')[0].Trim() != "text/csv") throw Refusal.Invalid("Content-Type", "is text/csv");
        using var text = new StreamReader(request.Body);
        return TypedResults.Ok(await PublishedBook.Import(session, await text.ReadToEndAsync()));
    }

    private static async Task<Ok<IReadOnlyList<ExplainedDerate>>> OfCard(string id, [FromQuery] string? provider, Session session)
    {
        var card = await CardBook.Get(session, id);
        var owner = Owner(provider);
        var model = await PublishedBook.Model(session);
        var derates = await ListingBook.Of(session, owner, card);
        return TypedResults.Ok<IReadOnlyList<ExplainedDerate>>(
            [.. derates.Select(d => new ExplainedDerate(d, model.Expect(card, d.Work, session.Now)?.Why))]);
    }

    private static async Task<Created<ProbeKey>> Register(NewProbeKey request, Caller caller, Session session)
    {
        var key = await ProbeKey.Register(session, caller.OrganisationId, request.Name, request.PublicKey);
        return TypedResults.Created($"/v1/probe-keys/{key.ProbeKeyId}", key);
    }

    private static async Task<Page<ProbeKey>> Keys([AsParameters] PageRequest page, Caller caller, Session session) =>
        Page.Of(await ProbeKey.List(session, caller.OrganisationId, page.After, page.Take), page, k => k.ProbeKeyId.Value);

    private static async Task<NoContent> Revoke(ProbeKeyId id, Caller caller, Session session) =>
        await ProbeKey.Revoke(session, caller.OrganisationId, id)
            ? TypedResults.NoContent()
            : throw Refusal.NotFound("valid probe key of yours with this id");

    private static async Task<Created<ProbeNonce>> Issue(ProbeWish wish, Caller caller, Session session) =>
        TypedResults.Created((string?)null, await ProbeNonce.Issue(session, caller, wish));

    private static async Task<Created<TakenProbe>> Take(NewProbe request, Caller caller, Session session)
    {
        var taken = await ProbeBook.Take(session, caller, request.Signed);
        return TypedResults.Created((string?)null, taken);
    }

    private static async Task<Page<Probe>> Probes(
        [AsParameters] PageRequest page, [FromQuery] string? provider, [FromQuery] string? card, Session session, HttpContext context)
    {
        var owner = Owner(provider);
        return Page.Of(
            await ProbeBook.List(session, Caller.Of(context.User), owner, card, page.Before, page.Take), page, p => p.ProbeId.Value);
    }

    private static OrganisationId? Owner(string? provider) => provider is null ? null
        : OrganisationId.TryParse(provider, out var given) ? given : throw Refusal.Invalid("provider", "is a provider's id");
}
