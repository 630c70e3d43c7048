using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A trade behind an index value, its parties by numbers that mean something within this one list only.</summary>
/// <param name="Number">1, 2, …: cheapest first.</param>
/// <param name="Seller">As in <c>S1</c>.</param>
/// <param name="Buyer">As in <c>B1</c>.</param>
/// <param name="Origin">How it came about.</param>
/// <param name="Card">The card's registry id.</param>
/// <param name="Region">In lower case.</param>
/// <param name="Price">Per unit-hour.</param>
/// <param name="Volume">Unit-hours.</param>
/// <param name="Counted">The part of the volume between the trims.</param>
/// <param name="LeaseId">For accountants and operators; null for everybody else.</param>
public sealed record MaskedTrade(
    int Number, string Seller, string Buyer, TradeOrigin Origin, string Card, string Region, UnitPrice Price, UnitHours Volume,
    UnitHours Counted, LeaseId? LeaseId)
{
    /// <summary>The trades behind a value, computed again from what it was made of.</summary>
    /// <param name="named">Whether the leases may be named.</param>
    internal static async Task<IReadOnlyList<MaskedTrade>> Behind(Session session, IndexValue value, bool named)
    {
        var trades = (await IndexBook.Trades(session, value.IndexId)).ToDictionary(t => t.LeaseId.Value, StringComparer.Ordinal);
        var (sellers, buyers) = (new Masks("S"), new Masks("B"));
        return
        [
            .. PriceIndex.Of(trades.Values.Select(t => t.Cleared)).Trades.Select((t, i) =>
            {
                var trade = trades[t.Trade.Key];
                return new MaskedTrade(
                    i + 1, sellers.Of(trade.SellerId), buyers.Of(trade.BuyerId), trade.Origin, trade.Card, trade.Region, t.Trade.Price,
                    t.Trade.Volume, t.Counted, named ? trade.LeaseId : null);
            }),
        ];
    }

    /// <summary>Numbers parties in the order in which they are first met.</summary>
    private sealed class Masks(string letter)
    {
        private readonly Dictionary<OrganisationId, string> _masks = [];

        public string Of(OrganisationId party) =>
            _masks.TryGetValue(party, out var mask) ? mask : _masks[party] = $"{letter}{_masks.Count + 1}";
    }
}
