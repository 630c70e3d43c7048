using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>What a buyer says to open a tender: either cards or an amount of work, over one window.</summary>
public sealed record TenderDraft
{
    /// <summary>How long after closing a tender can be awarded.</summary>
    public static readonly Duration Respite = Duration.FromDays(1);

    /// <summary>The most providers that are invited by name.</summary>
    public const int MostInvited = 200;

    private const int LongestNote = 2_000, MostModels = 50;

    /// <summary>A workload's id: answers are compared by its effective SCU-hours. Left out: by standard ones.</summary>
    public string? Workload { get; init; }

    /// <summary>Whole cards for all of the window.</summary>
    public int? Cards { get; init; }

    /// <summary>
    /// Effective SCU-hours (standard ones without a workload) within the window; each answer brings as many cards as that takes.
    /// </summary>
    public StandardUnits? Amount { get; init; }

    /// <summary>Cards by registry id or alias, any of which will do; left out: any rated card.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    public required Instant FromAt { get; init; }

    public required Instant UntilAt { get; init; }

    public required Instant ClosesAt { get; init; }

    /// <summary>The lowest precision that will do; left out: the workload's own.</summary>
    public Precision? Floor { get; init; }

    public string? Region { get; init; }

    /// <summary>The ISO 3166 code of the country that data may not leave.</summary>
    public string? Residency { get; init; }

    public string? Vendor { get; init; }

    /// <summary>Only cards of Chinese makers.</summary>
    public bool DomesticOnly { get; init; }

    public int? MinMemoryGiB { get; init; }

    /// <summary>Tiers of gang that will do; left out: any.</summary>
    public IReadOnlyList<GangTier>? Tiers { get; init; }

    /// <summary>Interruptible capacity will do as well.</summary>
    public bool Interruptible { get; init; }

    /// <summary>The providers that may answer. Left out: all, and those with an offer that fits are told.</summary>
    public IReadOnlyList<OrganisationId>? Invited { get; init; }

    public string? Reference { get; init; }

    public string? Note { get; init; }

    /// <summary>The draft with its texts trimmed.</summary>
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal TenderDraft Checked(Instant now)
    {
        if (Cards is null == Amount is null) throw Refusal.Invalid("cards", "give either cards or an amount");
        if (Cards is < 1 or > CardCount.MaxCards) throw Refusal.Invalid("cards", $"is from 1 to {CardCount.MaxCards}");
        if (Amount is { Micros: <= 0 }) throw Refusal.Invalid("amount", "is above zero");
        if (ClosesAt <= now) throw Refusal.Invalid("closesAt", $"is after now ({InstantText.Format(now)})");
        if (FromAt <= ClosesAt) throw Refusal.Invalid("fromAt", "is after closesAt: an award takes a moment");
        if (UntilAt <= FromAt) throw Refusal.Invalid("untilAt", "is after fromAt");
        if (UntilAt - now > Duration.FromDays(366)) throw Refusal.Invalid("untilAt", "is at most 366 days from now");
        if (MinMemoryGiB is < 1 or > 65_536) throw Refusal.Invalid("minMemoryGiB", "is from 1 to 65536");
        if (Floor is not null && Workload is null) throw Refusal.Invalid("floor", "bounds how a workload may run; name the workload");
        if (Models?.Count > MostModels) throw Refusal.Invalid("models", $"names at most {MostModels} cards");
        if (Invited?.Count is 0 or > MostInvited)
            throw Refusal.Invalid("invited", $"names 1 to {MostInvited} providers; leave it out to ask all that have an offer that fits");
        return this with
        {
            Models = Models is null ? null : [.. Models.Select(m => TextField.Of(m ?? "", "models"))],
            Region = TextField.OfOptional(Region, "region"),
            Residency = Country(TextField.OfOptional(Residency, "residency")),
            Vendor = TextField.OfOptional(Vendor, "vendor"),
            Workload = TextField.OfOptional(Workload, "workload"),
            Reference = TextField.OfOptional(Reference, "reference"),
            Note = TextField.OfOptional(Note, "note", LongestNote, lines: true),
            Invited = Invited is null ? null : [.. Invited.Distinct()],
        };
    }

    /// <param name="cards">Names are looked up there.</param>
    internal BidTerms Terms(CardRegistry cards) => new()
    {
        Models = [.. (Models ?? []).Select(m => cards.Resolve(m).Card?.Id ?? m.ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
        Cards = Cards ?? 0, Amount = Amount, Floor = Floor, Region = Region, Residency = Residency, Vendor = Vendor,
        DomesticOnly = DomesticOnly, MinMemoryGiB = MinMemoryGiB, Tiers = [.. (Tiers ?? []).Distinct().Order()],
        Interruptible = Interruptible,
    };

    private static string? Country(string? code) => code is null || (code.Length == 2 && code.All(char.IsAsciiLetterUpper))
        ? code
        : throw Refusal.Invalid("residency", "is an ISO 3166 code of two capital letters, such as CN");
}
