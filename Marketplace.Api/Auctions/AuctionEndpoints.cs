using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>Which market to clear now.</summary>
/// <param name="Currency">An ISO 4217 code; null: every currency in which bids wait.</param>
public sealed record RunAuction(string? Currency = null);

/// <summary>The auctions that were held; none where no bid waits.</summary>
public sealed record AuctionsHeld(IReadOnlyList<Auction> Auctions);

/// <summary>An auction with the prices of its pools.</summary>
public sealed record AuctionWithPrices(Auction Auction, IReadOnlyList<ClearedPrice> Prices);

/// <summary>The auctions over REST: results for everybody with a key, snapshots for auditors, explanations for whom they concern.</summary>
internal static class AuctionEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        var auctions = v1.MapGroup("/auctions").WithTags("Auctions");
        auctions.MapGet("", List).WithSummary("The auctions held, newest first");
        auctions.MapPost("/run", Run).WithSummary("Hold an auction now (operator)");
        auctions.MapGet("/{auctionId}", Get).WithSummary("One auction: counts, hashes, gain and bound, prices by pool");
        auctions.MapGet("/{auctionId}/snapshot", Snapshot).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .WithSummary("The canonical bytes of its snapshot, from which anybody can clear it again (operator, accountant)");
        v1.MapGet("/awards/{awardId}", Award).WithTags("Auctions").WithSummary("The receipt of an award");
        v1.MapGet("/bids/{bidId}/awards", Awards).WithTags("Bids").WithSummary("What a bid was awarded, oldest first");
        v1.MapGet("/bids/{bidId}/explanation", Explain).WithTags("Bids")
            .WithSummary("Why a bid got nothing in its last auction, or how it would fare now, and the smallest change that would match");
        v1.MapGet("/offers/{offerId}/unsold", Unsold).WithTags("Offers")
            .WithSummary("Why cards of an offer were not sold in its last auction");
    }

    private static Task<Page<Auction>> List(
        [FromQuery(Name = "currency")] string? currency, [AsParameters] PageRequest page, Session session, Caller caller) =>
        AuctionBook.List(session, currency is null ? null : CurrencyOf(currency), page);

    // It takes no session of the request's: an auction is two transactions with a search between them.
    private static async Task<Ok<AuctionsHeld>> Run(
        RunAuction request, Caller caller, AuctionDesk desk, Database database, CancellationToken ct)
    {
        caller.Require(Role.Operator);
        IReadOnlyList<Currency> currencies;
        await using (var look = await database.Read(ct))
            currencies = request.Currency is { } code ? [CurrencyOf(code)] : await AuctionBook.Waiting(look);
        var held = new List<AuctionId>();
        foreach (var currency in currencies)
        {
            if (await desk.Run(currency, ct) is { } auctionId) held.Add(auctionId);
        }

        await using var session = await database.Read(ct);
        var auctions = new List<Auction>();
        foreach (var auctionId in held) auctions.Add((await AuctionBook.Find(session, auctionId))!);
        return TypedResults.Ok(new AuctionsHeld(auctions));
    }

    private static async Task<AuctionWithPrices> Get(string auctionId, Session session, Caller caller)
    {
        var auction = await AuctionBook.Find(session, new(auctionId)) ?? throw Refusal.NotFound("such auction");
        return new(auction, await AuctionBook.Prices(session, auction.AuctionId));
    }

    private static async Task<FileContentHttpResult> Snapshot(string auctionId, Session session, Caller caller)
    {
        caller.Require(Role.Operator, Role.Accountant);
        var bytes = await AuctionBook.Bytes(session, new(auctionId)) ?? throw Refusal.NotFound("such auction");
        return TypedResults.File(bytes, "application/octet-stream", $"{auctionId}.snapshot");
    }

    private static Task<AwardReceipt> Award(string awardId, Session session, Caller caller) =>
        AwardBook.Get(session, caller, new(awardId));

    private static async Task<IReadOnlyList<AwardReceipt>> Awards(string bidId, Session session, Caller caller) =>
        await AwardBook.Of(session, await BidBook.Seen(session, caller, new(bidId)));

    private static async Task<BidExplanation> Explain(
        string bidId, [FromQuery(Name = "critical")] string? critical, Session session, Caller caller)
    {
        var withLimit = critical switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw Refusal.Invalid("critical", "is true or false"),
        };
        return await ExplanationBook.Of(session, await BidBook.Seen(session, caller, new(bidId)), withLimit);
    }

    private static async Task<OfferUnsold> Unsold(string offerId, Session session, Caller caller)
    {
        var offer = await OfferBook.Find(session, new(offerId));
        if (offer is null || !(caller.SeesAll || offer.ProviderId == caller.OrganisationId)) throw Refusal.NotFound("such offer of yours");
        return await ExplanationBook.Of(session, offer);
    }

    private static Currency CurrencyOf(string code) => Currency.TryOf(code, out var currency)
        ? currency!
        : throw Refusal.Invalid("currency", "is not an ISO 4217 currency code, such as CNY or USD");
}
