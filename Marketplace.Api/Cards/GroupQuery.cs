using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>The cards that an explanation is asked for, as they stand in the address.</summary>
public sealed record GroupQuery(
    [FromQuery(Name = "cards")] string? Cards,
    [FromQuery(Name = "cardsPerNode")] string? CardsPerNode,
    [FromQuery(Name = "memoryGiB")] string? MemoryGiB,
    [FromQuery(Name = "tensorCards")] string? TensorCards,
    [FromQuery(Name = "scaleOutGBs")] string? ScaleOutGBs,
    [FromQuery(Name = "floor")] string? Floor)
{
    /// <summary>The floor of the bid, if one was given.</summary>
    /// <exception cref="Refusal">No such precision.</exception>
    internal Precision? OwnFloor => Given(Floor) is { } text ? QueryValue.OneOf<Precision>("floor", text) : null;

    /// <summary>The group that this asks for: one card, in nodes of 8, with the workload's own memory need, if nothing is said.</summary>
    /// <exception cref="Refusal">Names the parameter that cannot be read.</exception>
    internal Group Of(Workload workload) => new(
        QueryValue.Whole("cards", Given(Cards), 1, CardCount.MaxCards) ?? 1,
        QueryValue.Whole("cardsPerNode", Given(CardsPerNode), 1, 1_024) ?? Group.UsualNode,
        QueryValue.Whole("memoryGiB", Given(MemoryGiB), 1, 1_000_000) ?? workload.MemoryGiB,
        QueryValue.Whole("tensorCards", Given(TensorCards), 1, 1_024),
        QueryValue.Whole("scaleOutGBs", Given(ScaleOutGBs), 1, 100_000),
        IsSharded: workload.IsGang);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
