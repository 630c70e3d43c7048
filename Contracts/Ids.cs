namespace Marketplace.Contracts;

/// <summary>
/// The name of one row of the market for ever: a short prefix that says what it is, then 26 letters and digits that sort by time.
/// </summary>
public interface ITextId<TSelf>
    where TSelf : struct, ITextId<TSelf>
{
    string Value { get; }

    static abstract string Prefix { get; }

    static abstract TSelf From(string value);
}

/// <summary>Reads ids that somebody sent: whether there is such a row, only its book can say.</summary>
public static class TextId
{
    /// <summary>Takes 1 to 64 ASCII letters, digits, hyphens and underscores.</summary>
    public static bool TryParse<TId>(string? text, out TId id)
        where TId : struct, ITextId<TId>
    {
        var isOne = text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        id = isOne ? TId.From(text!) : default;
        return isOne;
    }
}

/// <summary>A tenant: one company with its people, keys and roles.</summary>
public readonly record struct OrganisationId(string Value) : ITextId<OrganisationId>
{
    public static string Prefix => "org";

    public static OrganisationId From(string value) => new(value);

    public static bool TryParse(string? text, out OrganisationId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct ApiKeyId(string Value) : ITextId<ApiKeyId>
{
    public static string Prefix => "key";

    public static ApiKeyId From(string value) => new(value);

    public static bool TryParse(string? text, out ApiKeyId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct OfferId(string Value) : ITextId<OfferId>
{
    public static string Prefix => "offer";

    public static OfferId From(string value) => new(value);

    public static bool TryParse(string? text, out OfferId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A buyer's own workload profile; those that ship with the product have names instead.</summary>
public readonly record struct WorkloadId(string Value) : ITextId<WorkloadId>
{
    public static string Prefix => "workload";

    public static WorkloadId From(string value) => new(value);

    public static bool TryParse(string? text, out WorkloadId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct QuoteId(string Value) : ITextId<QuoteId>
{
    public static string Prefix => "quote";

    public static QuoteId From(string value) => new(value);

    public static bool TryParse(string? text, out QuoteId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct BidId(string Value) : ITextId<BidId>
{
    public static string Prefix => "bid";

    public static BidId From(string value) => new(value);

    public static bool TryParse(string? text, out BidId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct LeaseId(string Value) : ITextId<LeaseId>
{
    public static string Prefix => "lease";

    public static LeaseId From(string value) => new(value);

    public static bool TryParse(string? text, out LeaseId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Our own name of a usage event; the provider's is its source and id.</summary>
public readonly record struct UsageId(string Value) : ITextId<UsageId>
{
    public static string Prefix => "usage";

    public static UsageId From(string value) => new(value);

    public static bool TryParse(string? text, out UsageId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct ChargeId(string Value) : ITextId<ChargeId>
{
    public static string Prefix => "charge";

    public static ChargeId From(string value) => new(value);

    public static bool TryParse(string? text, out ChargeId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct BillingRunId(string Value) : ITextId<BillingRunId>
{
    public static string Prefix => "run";

    public static BillingRunId From(string value) => new(value);

    public static bool TryParse(string? text, out BillingRunId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct InvoiceId(string Value) : ITextId<InvoiceId>
{
    public static string Prefix => "invoice";

    public static InvoiceId From(string value) => new(value);

    public static bool TryParse(string? text, out InvoiceId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct TransactionId(string Value) : ITextId<TransactionId>
{
    public static string Prefix => "txn";

    public static TransactionId From(string value) => new(value);

    public static bool TryParse(string? text, out TransactionId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One published value of the price index: a series, a day and a vintage.</summary>
public readonly record struct IndexId(string Value) : ITextId<IndexId>
{
    public static string Prefix => "index";

    public static IndexId From(string value) => new(value);

    public static bool TryParse(string? text, out IndexId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

public readonly record struct MessageId(string Value) : ITextId<MessageId>
{
    public static string Prefix => "msg";

    public static MessageId From(string value) => new(value);

    public static bool TryParse(string? text, out MessageId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A public key with which somebody signs probes.</summary>
public readonly record struct ProbeKeyId(string Value) : ITextId<ProbeKeyId>
{
    public static string Prefix => "pkey";

    public static ProbeKeyId From(string value) => new(value);

    public static bool TryParse(string? text, out ProbeKeyId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One probe of a provider's machine.</summary>
public readonly record struct ProbeId(string Value) : ITextId<ProbeId>
{
    public static string Prefix => "probe";

    public static ProbeId From(string value) => new(value);

    public static bool TryParse(string? text, out ProbeId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One import of published results.</summary>
public readonly record struct ImportId(string Value) : ITextId<ImportId>
{
    public static string Prefix => "import";

    public static ImportId From(string value) => new(value);

    public static bool TryParse(string? text, out ImportId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One call auction in one currency.</summary>
public readonly record struct AuctionId(string Value) : ITextId<AuctionId>
{
    public static string Prefix => "auction";

    public static AuctionId From(string value) => new(value);

    public static bool TryParse(string? text, out AuctionId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One package of an auction: what a bid, or a part of it, was awarded.</summary>
public readonly record struct AwardId(string Value) : ITextId<AwardId>
{
    public static string Prefix => "award";

    public static AwardId From(string value) => new(value);

    public static bool TryParse(string? text, out AwardId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A provider's own use of cards that it also sells.</summary>
public readonly record struct OwnUseId(string Value) : ITextId<OwnUseId>
{
    public static string Prefix => "own";

    public static OwnUseId From(string value) => new(value);

    public static bool TryParse(string? text, out OwnUseId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A buyer's request for sealed offers.</summary>
public readonly record struct TenderId(string Value) : ITextId<TenderId>
{
    public static string Prefix => "tender";

    public static TenderId From(string value) => new(value);

    public static bool TryParse(string? text, out TenderId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A provider's answer to a tender.</summary>
public readonly record struct SealedOfferId(string Value) : ITextId<SealedOfferId>
{
    public static string Prefix => "sealed";

    public static SealedOfferId From(string value) => new(value);

    public static bool TryParse(string? text, out SealedOfferId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>Money that a buyer paid in.</summary>
public readonly record struct PaymentId(string Value) : ITextId<PaymentId>
{
    public static string Prefix => "payment";

    public static PaymentId From(string value) => new(value);

    public static bool TryParse(string? text, out PaymentId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>What a lease is credited by rule.</summary>
public readonly record struct CreditId(string Value) : ITextId<CreditId>
{
    public static string Prefix => "credit";

    public static CreditId From(string value) => new(value);

    public static bool TryParse(string? text, out CreditId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A buyer's objection to a lease.</summary>
public readonly record struct DisputeId(string Value) : ITextId<DisputeId>
{
    public static string Prefix => "dispute";

    public static DisputeId From(string value) => new(value);

    public static bool TryParse(string? text, out DisputeId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>An address to which a party is told what happens.</summary>
public readonly record struct WebhookId(string Value) : ITextId<WebhookId>
{
    public static string Prefix => "hook";

    public static WebhookId From(string value) => new(value);

    public static bool TryParse(string? text, out WebhookId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One message to a webhook, however often it is tried.</summary>
public readonly record struct DeliveryId(string Value) : ITextId<DeliveryId>
{
    public static string Prefix => "delivery";

    public static DeliveryId From(string value) => new(value);

    public static bool TryParse(string? text, out DeliveryId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>One thing that happened, as live views are told it.</summary>
public readonly record struct LiveEventId(string Value) : ITextId<LiveEventId>
{
    public static string Prefix => "event";

    public static LiveEventId From(string value) => new(value);

    public static bool TryParse(string? text, out LiveEventId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}

/// <summary>A key that signs quotes.</summary>
public readonly record struct QuoteKeyId(string Value) : ITextId<QuoteKeyId>
{
    public static string Prefix => "qkey";

    public static QuoteKeyId From(string value) => new(value);

    public static bool TryParse(string? text, out QuoteKeyId id) => TextId.TryParse(text, out id);

    public override string ToString() => Value;
}
