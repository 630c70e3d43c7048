using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Marketplace.Pricing;

/// <summary>Everything that shows how an award came about, for the buyer and for whoever audits it. Sellers are masked.</summary>
public sealed record Receipt
{
    /// <summary>The auction's number.</summary>
    public required long Auction { get; init; }

    /// <summary>The hash of the snapshot: whoever has its bytes can clear it again.</summary>
    public required string InputHash { get; init; }

    /// <summary>The hash of the result: clearing again must give it.</summary>
    public required string ResultHash { get; init; }

    /// <summary>The versions of the algorithm, of the effective units and of the derate bands.</summary>
    public required string AlgorithmVersion { get; init; }

    public required string UnitVersion { get; init; }

    public required string BandVersion { get; init; }

    /// <summary>Which search found it.</summary>
    public required Lane Lane { get; init; }

    /// <summary>Nothing gains more than its component does; else the component was cleared heuristically.</summary>
    public required bool IsExact { get; init; }

    /// <summary>What its component gains, in nanos.</summary>
    public required Int128 ComponentGainNanos { get; init; }

    /// <summary>What its component cannot gain more than, in nanos.</summary>
    public required Int128 ComponentBoundNanos { get; init; }

    public required string BidId { get; init; }

    public required AuctionPool Pool { get; init; }

    public required Instant From { get; init; }

    public required Instant Until { get; init; }

    /// <summary>The pool's price in each slot of the window, per card-hour.</summary>
    public required IReadOnlyList<UnitPrice> Prices { get; init; }

    public required SettlementClass Class { get; init; }

    /// <summary>The cards at the pool's prices.</summary>
    public required Int128 AtPriceNanos { get; init; }

    /// <summary>Pay less that: above 0 a supplement for its own dear sellers, below 0 a discount down to the bid.</summary>
    public required Int128 DifferenceNanos { get; init; }

    public required ExactAmount Pay { get; init; }

    /// <summary>The most that the bid would have paid.</summary>
    public required ExactAmount Bid { get; init; }

    /// <summary>Bid less pay.</summary>
    public required ExactAmount Saving { get; init; }

    /// <summary>What each seller hands over and gets; their sum is the pay, so nothing is left to round.</summary>
    public required IReadOnlyList<ReceiptLine> Lines { get; init; }

    internal static Receipt Of(AuctionSnapshot snapshot, AuctionResult result, Award award, ComponentReport component, PoolPrices prices)
    {
        var option = snapshot.Units[award.Unit].Options[award.Option];
        var from = snapshot.Gate + Duration.FromHours(award.Start);
        return new()
        {
            Auction = snapshot.Number,
            InputHash = snapshot.Hash,
            ResultHash = result.Hash,
            AlgorithmVersion = result.Algorithm,
            UnitVersion = snapshot.Parameters.UnitVersion,
            BandVersion = snapshot.Parameters.BandVersion,
            Lane = component.Lane,
            IsExact = component.IsExact,
            ComponentGainNanos = component.GainNanos,
            ComponentBoundNanos = component.BoundNanos,
            BidId = option.BidId,
            Pool = option.Pool,
            From = from,
            Until = from + Duration.FromHours(option.Slots),
            Prices = [.. prices.Slots.Skip(award.Start).Take(option.Slots).Select(s => s.Price!.Value)],
            Class = award.Class,
            AtPriceNanos = award.AtPrice,
            DifferenceNanos = award.Pay.Nanos - award.AtPrice,
            Pay = award.Pay,
            Bid = option.Value,
            Saving = option.Value - award.Pay,
            Lines = [.. award.Parts.Select(p => new ReceiptLine(Masked(snapshot, p.Offer), p.Cards, p.Pay))],
        };
    }

    /// <summary>A name for the offer that is good within one auction and tells nobody which offer it is.</summary>
    private static string Masked(AuctionSnapshot snapshot, int offer) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(snapshot.Hash + snapshot.Offers[offer].Id)))[..12];
}

/// <summary>A seller's part of an award, by a name that holds in this auction alone.</summary>
public sealed record ReceiptLine(string MaskedOffer, int Cards, ExactAmount Pay);
