using System.Text;
using Marketplace.Billing;
using Marketplace.Contracts;
using NodaTime;
using static Marketplace.LeaseActor;
using static Marketplace.LeaseEffect;
using static Marketplace.LeaseState;

namespace Marketplace;

/// <summary>
/// The life of a lease as one table. The book moves leases by it, <c>GET /v1/leases/transitions</c> and docs/leases.md print it: what is
/// not written here cannot happen.
/// </summary>
public static class LeaseLife
{
    /// <summary>A provider may take its word back so long before the window begins; later that is a failure.</summary>
    public static readonly Duration FreeWithdrawal = Duration.FromHours(24);

    /// <summary>So long after the hand-over a buyer may send the cards back when a probe of them fails.</summary>
    public static readonly Duration Acceptance = Duration.FromHours(24);

    // The word alone is another noun of ours.
    private const LeaseActor Itself = LeaseActor.Market;

    private const string NothingOwed = "nothing is owed", MeteredOwed = "what was metered is owed",
        Stands = "what was metered is owed; the hold stands",
        NoShowCredit = "nothing is owed; the buyer is credited a tenth of the first 24 hours",
        RestCounts = "what was metered is owed; the rest of the window counts as not available";

    /// <summary>Every edge, in the order of a lease's life.</summary>
    public static IReadOnlyList<LeaseEdge> Edges { get; } =
    [
        new(null, Awarded, "sold", [Itself], "cards were taken: a quote, a bid, an auction, a tender",
            "the next 24 hours or its whole length are held", HoldFunds),
        new(Awarded, Provisioning, "provisioning", [Provider], "before its window is over", "none"),
        new(Awarded, Active, "handed_over", [Provider], "within its window", "metering begins", BeginMetering),
        new(Provisioning, Active, "handed_over", [Provider], "within its window", "metering begins", BeginMetering),
        new(Awarded, Cancelled, "buyer", [Buyer], "before the hand-over", NothingOwed, EndMetering, FreeCards, ReleaseFunds),
        new(Provisioning, Cancelled, "buyer", [Buyer], "before the hand-over", NothingOwed, EndMetering, FreeCards, ReleaseFunds),
        new(Awarded, Cancelled, "provider", [Provider], "24 hours or more before its window", NothingOwed,
            EndMetering, FreeCards, ReleaseFunds),
        new(Awarded, Failed, "provider", [Provider, Operator], "it cannot deliver", NoShowCredit,
            EndMetering, FreeCards, ReleaseFunds, CreditNoShow),
        new(Provisioning, Failed, "provider", [Provider, Operator], "it cannot deliver", NoShowCredit,
            EndMetering, FreeCards, ReleaseFunds, CreditNoShow),
        new(Awarded, Failed, "no_show", [Itself], "not handed over within the grace", NoShowCredit,
            EndMetering, FreeCards, ReleaseFunds, CreditNoShow),
        new(Provisioning, Failed, "no_show", [Itself], "not handed over within the grace", NoShowCredit,
            EndMetering, FreeCards, ReleaseFunds, CreditNoShow),
        new(Awarded, Expired, "run_out", [Itself], "its window is shorter than the grace, and over", NothingOwed,
            EndMetering, FreeCards, ReleaseFunds),
        new(Provisioning, Expired, "run_out", [Itself], "its window is shorter than the grace, and over", NothingOwed,
            EndMetering, FreeCards, ReleaseFunds),
        new(Active, Interrupted, "preempted", [Provider, Operator], "an interruptible offer, after its notice", Stands, StopMetering),
        new(Active, Interrupted, "own_use", [Provider, Operator], "an offer whose own use comes first, after its notice", Stands,
            StopMetering),
        new(Active, Interrupted, "force_majeure", [Provider, Operator], "at once", "the time counts as not available",
            StopMetering, CountInterruption),
        new(Active, Interrupted, "funds_out", [Itself], "the buyer's funds do not carry the next minute", Stands, StopMetering),
        new(Interrupted, Active, "resumed", [Provider, Operator], "the cards are back", "metering goes on", ResumeMetering),
        new(Interrupted, Active, "paid_in", [Itself], "the buyer's funds carry another hour", "metering goes on", ResumeMetering),
        new(Active, Ended, "buyer", [Buyer], "before its end", MeteredOwed, EndMetering, FreeCards, ReleaseFunds),
        new(Active, Ended, "provider", [Provider], "before its end", RestCounts, EndMetering, CountRest, FreeCards, ReleaseFunds),
        new(Active, Ended, "run_out", [Itself], "its window is over", MeteredOwed, EndMetering, FreeCards, ReleaseFunds),
        new(Interrupted, Ended, "buyer", [Buyer], "before its end", MeteredOwed, EndMetering, FreeCards, ReleaseFunds),
        new(Interrupted, Ended, "provider", [Provider], "before its end", RestCounts, EndMetering, CountRest, FreeCards, ReleaseFunds),
        new(Interrupted, Ended, "run_out", [Itself], "its window is over", MeteredOwed, EndMetering, FreeCards, ReleaseFunds),
        new(Interrupted, Ended, "funds_out", [Itself], "nothing was paid in within the grace", MeteredOwed,
            EndMetering, FreeCards, ReleaseFunds),
        new(Active, Failed, "probe", [Buyer], "a probe within 24 hours of the hand-over fell short", "all that was charged is credited",
            EndMetering, FreeCards, ReleaseFunds, CreditAll),
        new(Active, Failed, "provider", [Provider, Operator], "it cannot deliver", RestCounts,
            EndMetering, CountRest, FreeCards, ReleaseFunds),
        new(Interrupted, Failed, "provider", [Provider, Operator], "it cannot deliver", RestCounts,
            EndMetering, CountRest, FreeCards, ReleaseFunds),
        new(Ended, Settled, "settled", [Itself], "its last period is closed, all of it invoiced and posted", "none"),
        new(Ended, Disputed, "dispute", [Buyer], "any time after", "none until it is resolved"),
        new(Settled, Disputed, "dispute", [Buyer], "any time after", "none until it is resolved"),
        new(Disputed, Ended, "upheld", [Operator], "the operator agrees", "what the operator names is credited"),
        new(Disputed, Ended, "dismissed", [Operator], "the operator does not agree", "none"),
    ];

    /// <summary>The edges that somebody can take from a state.</summary>
    public static IEnumerable<LeaseEdge> From(LeaseState state, LeaseActor by) =>
        Edges.Where(e => e.From == state && e.By.Contains(by));

    /// <summary>The edge from a state to another, by its reason.</summary>
    /// <exception cref="Refusal">Conflict: there is none, or it is not this actor's; it says what this actor can do instead.</exception>
    internal static LeaseEdge Edge(LeaseState? from, LeaseState to, string reason, LeaseActor by)
    {
        if (Edges.FirstOrDefault(e => e.From == from && e.To == to && e.Reason == reason && e.By.Contains(by)) is { } edge) return edge;
        if (from is not { } state) throw new InvalidOperationException($"No lease begins as {to} by {reason}");
        var possible = From(state, by).Select(e => WireJson.Word(e.To)).Distinct().ToArray();
        throw Refusal.Conflict(possible.Length == 0
            ? $"The lease is {WireJson.Word(state)}: there is nothing that you can change"
            : $"The lease is {WireJson.Word(state)}: from there you can make it {string.Join(", ", possible)}");
    }

    /// <summary>The table as docs/leases.md has it.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("| from | to | reason | who | when | money | what is done |\n|---|---|---|---|---|---|---|\n");
        foreach (var edge in Edges)
        {
            text.Append(
                $"| {(edge.From is { } from ? WireJson.Word(from) : "")} | {WireJson.Word(edge.To)} | `{edge.Reason}` "
                + $"| {string.Join(", ", edge.By.Select(WireJson.Word))} | {edge.When} | {edge.Money} "
                + $"| {string.Join(", ", edge.Effects.Select(e => WireJson.Word(e).Replace('_', ' ')))} |\n");
        }

        return text.ToString();
    }
}
