using System.Text;
using System.Text.Json.Serialization;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

public enum QuoteState
{
    /// <summary>Holds its cards.</summary>
    Open,

    /// <summary>Became a lease.</summary>
    Accepted,

    /// <summary>The buyer let it go.</summary>
    Declined,

    /// <summary>Nobody accepted it in time.</summary>
    Expired,
}

/// <summary>
/// A price for renting now, with everything that it is made of, signed. While it lives it holds its cards; accepted in time it becomes one
/// lease at exactly this price, which begins at that instant.
/// </summary>
public sealed record Quote
{
    public QuoteId QuoteId { get; init; }

    public QuoteState State { get; init; }

    public OfferId OfferId { get; init; }

    public required CardCount Cards { get; init; }

    public Instant QuotedAt { get; init; }

    /// <summary>Until when it can be accepted.</summary>
    public Instant ExpiresAt { get; init; }

    /// <summary>The end of the lease; it begins when the quote is accepted.</summary>
    public Instant UntilAt { get; init; }

    /// <summary>Per card-hour: the highest of what follows.</summary>
    public UnitPrice Price => new(PriceNanos, Currency);

    /// <summary>Which of them it is.</summary>
    public PriceBinding Binding => Rent.Binding;

    /// <summary>What the offer asks per card-hour.</summary>
    public UnitPrice Ask => Rent.Ask;

    /// <summary>What the offer asks per card-hour for renting now; null: the ask.</summary>
    public UnitPrice? RentNowAsk => Rent.RentNowAsk;

    /// <inheritdoc cref="RentPrice.Cleared"/>
    public UnitPrice? Cleared => Rent.Cleared;

    /// <summary>Every card used from the quote to the end; what is not used is not charged.</summary>
    public CardSeconds UseAtMost => Cards.For(UntilAt - QuotedAt);

    /// <summary>What that costs before tax. The market's commission is in it: the provider pays it out of the price.</summary>
    public Money AtMost => Rating.Round(Rating.Charge(Price, UseAtMost));

    /// <summary>The buyer's tax, in basis points.</summary>
    public BasisPoints TaxRate { get; init; }

    public Money TaxAtMost => Rating.Share(AtMost, TaxRate);

    /// <summary>What stands on the invoice at most.</summary>
    public Money GrossAtMost => AtMost + TaxAtMost;

    /// <summary>The offer sells multiples of so many cards; the quote is for one, so that no card is rounded up.</summary>
    public CardCount Lot { get; init; }

    /// <summary>The lease may be interrupted, with <see cref="NoticeMinutes"/>.</summary>
    public bool Interruptible => InterruptibleFlag != 0;

    /// <summary>How long before it the buyer is told of an interruption, minutes.</summary>
    public long NoticeMinutes { get; init; }

    /// <summary>How long the cards rest after the lease, minutes; nobody pays for it.</summary>
    public long DrainMinutes { get; init; }

    /// <summary>The workload for which the offer was found; null: none was named.</summary>
    public string? Workload { get; init; }

    /// <summary>Effective SCU of one card for the workload, or SCU, by the datasheet; null: unrated.</summary>
    public StandardUnits? Claimed { get; init; }

    /// <summary>The part of these that is listed; null: unrated.</summary>
    public BasisPoints? Derate { get; init; }

    /// <summary>The tier of the evidence for it; null: unrated.</summary>
    public EvidenceTier? Tier => ListingBook.TierOf(TierWord);

    /// <summary>Claimed units times derate; null: unrated.</summary>
    public StandardUnits? Units => Claimed is { } claimed && Derate is { } derate ? Pricing.Derate.Of(claimed, derate) : null;

    /// <summary>Per listed unit-hour, half-up to the nano; null: unrated.</summary>
    public UnitPrice? PerUnit => Units is { Micros: > 0 } units ? Price.PerStandardUnit(units) : null;

    /// <summary>The bid of the buyer's that accepting this cancels, with the others of its group; null: none.</summary>
    public BidId? BidId { get; init; }

    /// <summary>The buyer's own name for it, such as a job or a purchase order; it stays with the lease.</summary>
    public string? Reference { get; init; }

    /// <summary>The key that signed it.</summary>
    public QuoteKeyId KeyId { get; init; }

    /// <summary>HMAC-SHA-256 over <see cref="Signed"/>, 64 hexadecimal digits.</summary>
    public string Signature { get; init; } = "";

    [JsonIgnore]
    public OrganisationId BuyerId { get; init; }

    internal RentPrice Rent => new(
        new(AskNanos, Currency), RentNowAskNanos is { } now ? new UnitPrice(now, Currency) : null,
        ClearedNanos is { } cleared ? new UnitPrice(cleared, Currency) : null);

    internal string? TierWord { get; init; }

    internal long PriceNanos { get; init; }

    internal Currency Currency { get; init; } = Currency.Cny;

    internal long AskNanos { get; init; }

    internal long? RentNowAskNanos { get; init; }

    internal long? ClearedNanos { get; init; }

    internal long InterruptibleFlag { get; init; }

    /// <summary>
    /// The bytes that are signed: a line for each fact, in this order, whole numbers as they are stored. No text of it can hold a line's
    /// end, so two quotes that differ never have the same bytes.
    /// </summary>
    internal byte[] Signed() => Encoding.UTF8.GetBytes(string.Join('\n',
    [
        "quote 1", QuoteId.Value, BuyerId.Value, OfferId.Value, Text(Cards.Millis), Text(QuotedAt), Text(ExpiresAt), Text(UntilAt),
        Currency.Code, Text(PriceNanos), Text(AskNanos), Text(RentNowAskNanos), Text(ClearedNanos), Text(TaxRate.Value), Text(Lot.Millis),
        Text(InterruptibleFlag), Text(NoticeMinutes), Text(DrainMinutes), Workload ?? "-", Text(Claimed?.Micros), Text(Derate?.Value),
        TierWord ?? "-", BidId?.Value ?? "-", KeyId.Value, Reference ?? "",
    ]));

    private static string Text(Instant at) => Text(at.ToUnixTimeMilliseconds());

    private static string Text(long? number) => number is { } n ? n.ToString(System.Globalization.CultureInfo.InvariantCulture) : "-";
}
