using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>
/// A lease as its provider's connector sees it over the API. The state is a word, so that one which a newer marketplace may know is left
/// alone instead of being an error.
/// </summary>
internal sealed record ServedLease
{
    /// <summary>The states in which the cards are the buyer's, or are about to be.</summary>
    public static readonly IReadOnlyList<string> Promised = ["awarded", "provisioning", "active"];

    private static readonly string[] TakenBack =
        ["interrupted", "ended", "settled", "disputed", "cancelled", "expired", "failed"];

    public required LeaseId LeaseId { get; init; }

    public required OfferId OfferId { get; init; }

    public required OrganisationId BuyerId { get; init; }

    public required string BuyerName { get; init; }

    public required OrganisationId ProviderId { get; init; }

    public required CardCount Cards { get; init; }

    public required Instant FromAt { get; init; }

    public required Instant UntilAt { get; init; }

    public required string State { get; init; }

    /// <summary>Whether the cluster is to keep its cards for it.</summary>
    public bool IsPromised(Instant now) => Promised.Contains(State, StringComparer.Ordinal) && now < UntilAt;

    /// <summary>Whether the buyer may not use the cards any more, or not until it is resumed.</summary>
    public bool IsTakenBack => TakenBack.Contains(State, StringComparer.Ordinal);

    /// <summary>Whether the buyer waits for its cards, or will at that time.</summary>
    public bool IsDue(Instant now) => State is "awarded" or "provisioning" && FromAt <= now && now < UntilAt;
}

/// <summary>A half-open stretch of time <c>[From, Until)</c> in which a lease was active.</summary>
internal readonly record struct ActiveTime(Instant From, Instant Until)
{
    /// <summary>The stretches that a lease's history tells; one that is still open lasts until the end of its window.</summary>
    public static IReadOnlyList<ActiveTime> Of(IEnumerable<ServedLeaseEvent> history, Instant end)
    {
        var stretches = new List<ActiveTime>();
        Instant? since = null;
        foreach (var edge in history)
        {
            if (edge.ToState == "active")
            {
                since ??= edge.At;
            }
            else if (since is { } from)
            {
                if (from < edge.At) stretches.Add(new(from, Instant.Min(edge.At, end)));
                since = null;
            }
        }

        if (since is { } open && open < end) stretches.Add(new(open, end));
        return stretches;
    }
}

/// <summary>A line of a lease's history.</summary>
/// <param name="ToState">The state after it; the state before it too, when it was only a word that was given.</param>
internal sealed record ServedLeaseEvent(string ToState, Instant At);
