using Marketplace.Billing;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What a bid for the auction may say. A draft that contradicts itself, or that no card of the registry could ever serve, is refused with
/// the field and the remedy, so that no bid waits for what cannot come.
/// </summary>
/// <param name="draft">Tidy, with one limit that is in range and a window that is in order.</param>
/// <param name="cards">The cards as the market knows them.</param>
/// <param name="workload">The one that the draft names.</param>
internal sealed class AuctionRules(BidDraft draft, CardRegistry cards, Workload? workload)
{
    /// <summary>What a bid may cost at most, nanos: a value beyond does not fit 64 bits.</summary>
    private const long MostValue = 9_200_000_000_000_000_000;

    private UnitPrice Limit => draft.LimitPerScuHour ?? draft.LimitPerCardHour!.Value;

    private bool IsPerCard => draft.LimitPerCardHour is not null;

    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    public BidClaim Claim()
    {
        CheckLimit();
        CheckWork();
        var (from, until) = (HourGrid.Up(draft.FromAt), HourGrid.Down(draft.UntilAt));
        if (until <= from)
            throw Refusal.Invalid("untilAt", "leaves no whole hour: the auction sells full hours in UTC, and a window is rounded inward");
        var window = HourGrid.Hours(from, until);
        var models = Models();
        var terms = Terms(models, window);
        var worth = Worth(models, terms);
        var best = worth.Values.Max();
        var (value, hours) = terms.Amount is null ? OfCards(terms, best) : OfAmount(terms, best);
        if (hours > window || hours > HourGrid.Slots) throw TooLong(terms, hours, window);
        var firstDay = ((value.Part * Math.Min(24, hours)) + hours - 1) / hours;
        var only = models.Count == 1 ? models[0] : null;
        return new()
        {
            Execution = BidExecution.Auction, Workload = draft.Workload, Terms = terms, Card = only is null ? null : cards.Find(only)?.Id,
            CardName = only is null ? null : draft.Card ?? draft.Models![0], Region = draft.Region, Group = draft.Group,
            Reference = draft.Reference, Cards = CardCount.Of((int)Math.Min(CardCount.MaxCards, terms.MostCards)), FromAt = from,
            UntilAt = until, StartsBy = until - Duration.FromHours(hours), Basis = draft.Basis, Limit = Limit, Parts = terms.Parts,
            PartFirstDay = new((long)firstDay, Limit.Currency), AtMost = new((long)value.All, Limit.Currency), Worth = worth,
        };
    }

    private void CheckLimit()
    {
        if (!IsPerCard) return;
        if (draft.Amount is not null)
            throw Refusal.Invalid("limitPerCardHour", "an amount is counted in SCU-hours; limit it per SCU-hour");
        if (draft.Workload is not null)
        {
            throw Refusal.Invalid(
                "limitPerCardHour",
                "with a workload a bid is limited per SCU-hour of it; say that, or leave out the workload");
        }
    }

    private void CheckWork()
    {
        if (draft.Amount is { } amount)
        {
            if (draft.Cards is not null) throw Refusal.Invalid("cards", "give either an amount (with minCards and maxCards) or cards");
            if (draft.Hours is not null) throw Refusal.Invalid("hours", "an amount takes as many as the cards need; leave it out");
            if (draft.MinPartHours is not null) throw Refusal.Invalid("minPartHours", "an amount is divisible by cards: say minPartCards");
            if (amount.Micros <= 0) throw Refusal.Invalid("amount", "is above zero");
            InCards(draft.MinCards, "minCards");
            InCards(draft.MaxCards, "maxCards");
            if (draft.MinCards > (draft.MaxCards ?? CardCount.MaxCards)) throw Refusal.Invalid("minCards", "is at most maxCards");
            if (draft.MinPartCards is not null && draft.MinCards is not null)
                throw Refusal.Invalid("minCards", "of a divisible amount is minPartCards; leave one of them out");
            InCards(draft.MinPartCards, "minPartCards", draft.MaxCards ?? CardCount.MaxCards);
            return;
        }

        if (draft.Cards is not { } count) throw Refusal.Invalid("cards", "is needed, or an amount");
        if (!count.IsWhole)
            throw Refusal.Invalid("cards", "the auction sells whole cards; for a part of one say \"execution\": \"posted\"");
        if (draft.MinCards is not null) throw Refusal.Invalid("minCards", "goes with an amount");
        if (draft.MaxCards is not null) throw Refusal.Invalid("maxCards", "goes with an amount");
        if (draft.Hours is < 1 or > HourGrid.Slots) throw Refusal.Invalid("hours", $"is from 1 to {HourGrid.Slots}");
        if (draft.MinPartCards is not null && draft.MinPartHours is not null)
            throw Refusal.Invalid("minPartHours", "a bid is divisible by cards or in time, not both");
        InCards(draft.MinPartCards, "minPartCards", count.Millis / CardCount.MillisPerCard);
        if (draft.MinPartHours < 1) throw Refusal.Invalid("minPartHours", "is 1 or more");
    }

    private static void InCards(int? count, string field, int most = CardCount.MaxCards)
    {
        if (count is { } n && (n < 1 || n > most)) throw Refusal.Invalid(field, $"is from 1 to {most}");
    }

    /// <summary>The named cards by their ids, unknown ones by their names; empty: any.</summary>
    private List<string> Models()
    {
        if (draft.Models is not null && draft.Card is not null) throw Refusal.Invalid("models", "give card or models, not both");
        if (draft.IsAny) return [];
        var (names, field) = draft.Models is { } several ? (several, "models") : ([draft.Card!], "card");
        var models = new List<string>();
        foreach (var name in names)
        {
            if (string.Equals(name, "any", StringComparison.OrdinalIgnoreCase))
                throw Refusal.Invalid(field, "any needs no other name beside it");
            var found = cards.Resolve(name);
            if (found.Match is CardMatch.Ambiguous or CardMatch.NotAGpu)
                throw Refusal.Invalid(field, $"{found.Reason}; name one of the registry");
            models.Add(found.Card?.Id ?? name);
        }

        return [.. models.Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private BidTerms Terms(List<string> models, long window)
    {
        if (draft.Group is not null && (draft.MinPartCards ?? draft.MinPartHours) is not null)
        {
            throw Refusal.Invalid(
                draft.MinPartCards is null ? "minPartHours" : "minPartCards",
                "a bid of a group is served whole or not at all; leave it out, or leave the group");
        }

        if (draft.Residency is { } country && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper)))
            throw Refusal.Invalid("residency", "is an ISO 3166 code of two capital letters, such as CN");
        if (draft.MinMemoryGiB is < 1 or > 65_536) throw Refusal.Invalid("minMemoryGiB", "is from 1 to 65536");
        if (draft.Floor is not null && workload is null)
            throw Refusal.Invalid("floor", "bounds how a workload may run; name the workload");
        var hours = 0;
        if (draft.Amount is null)
        {
            hours = draft.Hours ?? (int)Math.Min(window, int.MaxValue);
            if (hours > HourGrid.Slots)
            {
                throw Refusal.Invalid(
                    "hours", $"is needed: the window has {window}, and no lease of the auction is longer than {HourGrid.Slots}");
            }
        }

        if (draft.MinPartHours > hours) throw Refusal.Invalid("minPartHours", $"is at most the {hours} hours of the bid");
        return new()
        {
            Models = models, Cards = (draft.Cards?.Millis ?? 0) / CardCount.MillisPerCard, Hours = hours, Amount = draft.Amount,
            MinCards = draft.MinCards ?? (draft.Amount is null ? null : draft.MinPartCards) ?? 1,
            MaxCards = draft.MaxCards ?? CardCount.MaxCards, Spread = draft.Spread,
            ExactCards = draft.ExactCards, MinPartCards = draft.MinPartCards ?? 0, MinPartHours = draft.MinPartHours ?? 0,
            Floor = draft.Floor, Region = draft.Region, Residency = draft.Residency, Vendor = draft.Vendor,
            DomesticOnly = draft.DomesticOnly, MinMemoryGiB = draft.MinMemoryGiB,
            Tiers = [.. (draft.Tiers ?? []).Distinct().Order()], Interruptible = draft.Interruptible,
        };
    }

    /// <summary>The cards that will do, each with what one alone is worth.</summary>
    private Dictionary<string, StandardUnits> Worth(List<string> models, BidTerms terms)
    {
        var asked = models.Count == 0
            ? [.. cards.Cards.Where(c => workload is not null || c.Scu is not null).Select(c => (c.Id, Card: (Card?)c))]
            : models.Select(m => (Id: m, Card: cards.Find(m))).ToList();
        Narrow(terms.Vendor, "vendor", c => string.Equals(c.Vendor, terms.Vendor, StringComparison.OrdinalIgnoreCase),
            "is the maker of no card that would do; see GET /v1/cards, or leave it out");
        Narrow(terms.DomesticOnly ? "yes" : null, "domesticOnly", c => OfferRanking.DomesticVendors.Contains(c.Vendor),
            "no card that would do is of a Chinese maker; name others or leave it out");
        Narrow(terms.MinMemoryGiB, "minMemoryGiB", c => c.MemoryGiB >= terms.MinMemoryGiB,
            "no card that would do has that much; ask for less or for more cards");
        if (IsPerCard) return asked.ToDictionary(a => a.Id, _ => BidClaim.OneCard, StringComparer.OrdinalIgnoreCase);
        if (workload is not null) return WorthToWork(asked, workload, terms);
        if (asked.Find(a => a.Card?.Scu is null) is { Id: { } unrated })
            throw Refusal.Invalid("limitPerScuHour", $"'{unrated}' has no SCU; limit it per card-hour, or leave it out");
        return asked.ToDictionary(a => a.Id, a => a.Card!.Scu!.Value, StringComparer.OrdinalIgnoreCase);

        void Narrow(object? constraint, string field, Func<Card, bool> passes, string remedy)
        {
            if (constraint is null) return;
            asked = [.. asked.Where(a => a.Card is { } card && passes(card))];
            if (asked.Count == 0) throw Refusal.Invalid(field, remedy);
        }
    }

    private static Dictionary<string, StandardUnits> WorthToWork(List<(string Id, Card? Card)> asked, Workload workload, BidTerms terms)
    {
        var worth = new Dictionary<string, StandardUnits>(StringComparer.OrdinalIgnoreCase);
        string? reason = null;
        var largest = terms.LargestGang;
        foreach (var (id, card) in asked)
        {
            if (card is null) continue;
            var alone = EffectiveUnits.UnitsOf(card.Rates, workload, terms.Floor);
            if (alone is not { Micros: > 0 }) continue;
            var group = new Group(largest, MemoryGiB: workload.MemoryGiB, IsSharded: workload.IsGang);
            var gang = GroupUnits.Of(card, workload, group, terms.Floor);
            if (gang.Units is { Micros: 0 }) reason ??= $"{card.Model}: {gang.Reason}";
            else worth.Add(id, alone.Value);
        }

        if (worth.Count > 0) return worth;
        throw reason is not null
            ? Refusal.Invalid(terms.Amount is null ? "cards" : "maxCards", $"are too few for the workload ({reason}); ask for more")
            : Refusal.Invalid(
                terms.Floor is null ? "workload" : "floor",
                "no card that would do can do such work; see GET /v1/cards/{id}/workloads/{workload}");
    }

    /// <summary>What the largest part and all of a bid for cards can cost, nanos, and the hours of a part.</summary>
    private ((Int128 Part, Int128 All) Value, long Hours) OfCards(BidTerms terms, StandardUnits best)
    {
        var perCardHour = (Int128)Limit.Nanos * best.Micros / StandardUnits.MicrosPerUnit;
        var (cards, hours) = (terms.PartCards, terms.PartHours);
        return Bounded(perCardHour * cards * hours, perCardHour * terms.Cards * terms.Hours, hours);
    }

    /// <summary>The same of an amount: its largest shape of the best card is done first, and costs the same in fewer hours.</summary>
    private ((Int128 Part, Int128 All) Value, long Hours) OfAmount(BidTerms terms, StandardUnits best)
    {
        var part = (terms.Amount!.Value.Micros + terms.Parts - 1) / terms.Parts;
        var perHour = (Int128)best.Micros * terms.LargestGang;
        var value = (Int128)Limit.Nanos * part / StandardUnits.MicrosPerUnit;
        return Bounded(value, value * terms.Parts, (long)((part + perHour - 1) / perHour));
    }

    private ((Int128 Part, Int128 All) Value, long Hours) Bounded(Int128 part, Int128 all, long hours) => all <= MostValue
        ? ((part, all), hours)
        : throw Refusal.Invalid(
            $"{draft.LimitField}.amount",
            $"the bid could cost more than 9200000000 {Limit.Currency}; lower the limit, ask for less, or place several bids");

    private static Refusal TooLong(BidTerms terms, long hours, long window) => terms.Amount is null
        ? Refusal.Invalid("hours", $"{hours} in a row do not fit the {window} whole hours of the window; ask for fewer or widen it")
        : Refusal.Invalid(
            "amount",
            $"takes {hours} hours even on {terms.LargestGang} of the fastest card, and the window has {Math.Min(window, HourGrid.Slots)}; "
            + "ask for less, for more cards, or widen the window");
}
