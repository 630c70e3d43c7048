namespace Marketplace.Pricing;

/// <summary>Cards that somebody would put to one piece of work.</summary>
/// <param name="Cards">In all, 1 or more.</param>
/// <param name="CardsPerNode">That share the fast link of one node, 1 or more.</param>
/// <param name="MemoryGiB">What one copy of the work needs, GiB, 1 or more; null: it fits a card.</param>
/// <param name="TensorCards">Cards that share a copy; null: as many as its memory needs.</param>
/// <param name="ScaleOutGBs">What a card can exchange with another node, GB/s; null: R0's, assumed.</param>
/// <param name="IsSharded">The memory is spread over all cards that keep step (training), not repeated in every copy.</param>
public sealed record Group(
    int Cards, int CardsPerNode = Group.UsualNode, int? MemoryGiB = null, int? TensorCards = null, double? ScaleOutGBs = null,
    bool IsSharded = false)
{
    /// <summary>Accelerators of a node where nobody says otherwise.</summary>
    public const int UsualNode = 8;

    /// <summary>The scale-out rate of R0: one 400 Gbit/s port a card.</summary>
    public const double R0ScaleOutGBs = 50;
}

/// <summary>
/// What a group of cards is worth for one workload, or why it cannot do it. Each phase of the work takes on n cards
/// <code>
/// T_n = T * (1 + max(0, k * F_eff / L - overlap)),  F_eff = 0.5 * F,  L = 0.77 * link / 2 within a node, the scale-out rate beyond
/// </code>
/// where F_eff is no more than the phase reaches on the card (docs/decisions/a-group-waits-at-the-rate-it-works.md), and the group's
/// efficiency E is the time of the work on one card over that on n. A tensor-parallel group never leaves its node. Where copies of such
/// groups keep step as well, both waits add, as time does.
/// </summary>
/// <param name="CardId">The card.</param>
/// <param name="WorkloadId">The workload.</param>
/// <param name="FormulaVersion">The version of the formula.</param>
/// <param name="Group">The group as it was asked for.</param>
/// <param name="Units">Effective SCU of the whole group; zero: infeasible; null: not enough is known.</param>
/// <param name="PerCard">Effective SCU of one card alone.</param>
/// <param name="Efficiency">E, above 0 to 1; 1 if the cards need not talk.</param>
/// <param name="CardsNeeded">n_min: cards that hold one copy; null if no need was said or the card's memory is unknown.</param>
/// <param name="TensorCards">Cards that share one copy.</param>
/// <param name="Copies">Copies of the work that run side by side.</param>
/// <param name="TimeMs">Time of 1e12 operations on one card of the group, milliseconds, its waiting included; zero without units.</param>
/// <param name="WaitMs">Time spent waiting for other cards, milliseconds per 1e12 operations of one card.</param>
/// <param name="Bound">What holds the group back.</param>
/// <param name="Reason">Why there are no units; null if there are.</param>
/// <param name="Assumptions">What was assumed, as sentences for people.</param>
public sealed record GroupUnits(
    string CardId, string WorkloadId, string FormulaVersion, Group Group, StandardUnits? Units, StandardUnits? PerCard, double Efficiency,
    int? CardsNeeded, int TensorCards, int Copies, double TimeMs, double WaitMs, Bound? Bound, string? Reason,
    IReadOnlyList<string> Assumptions)
{
    /// <summary>The part of peak arithmetic that competes with an exchange; the part of a link's one-way rate that is reached.</summary>
    private const double ArithmeticReach = 0.5, LinkReach = 0.77;

    /// <summary>The units of a group of that card for that workload.</summary>
    public static GroupUnits Of(Card card, Workload workload, Group group, Precision? floor = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(group.Cards);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(group.CardsPerNode);
        var alone = EffectiveUnits.Of(card, workload, floor);
        if (alone.Reason is { } cannot) return None(alone.Units, null, null, cannot);
        int? needed = group.MemoryGiB is { } need ? EffectiveUnits.CardsNeeded(need, card) : null;
        var shared = group.TensorCards ?? (group.IsSharded ? 1 : needed ?? 1);
        if (WhyNot(card, group, needed, shared) is { } reason)
        {
            return reason.IsUnknown
                ? None(null, null, needed, reason.Why)
                : None(new StandardUnits(0), Pricing.Bound.Capacity, needed, reason.Why);
        }

        var copies = group.Cards / shared;
        var assumptions = new List<string>();
        if (group.Cards % shared != 0)
            assumptions.Add($"{group.Cards % shared} of {group.Cards} cards are left over: a copy takes {shared}");
        if (!Waits(card, workload, group, alone, (shared, copies), assumptions, out var waitMs))
            return None(null, null, needed, "the link to the other cards is not known");
        var efficiency = alone.TimeMs / (alone.TimeMs + waitMs);
        var bound = waitMs > alone.TimeMs ? Pricing.Bound.Network : alone.Bound;
        var units = ScuFormula.Micros(workload.ReferenceMs / (alone.TimeMs + waitMs) * (shared * copies));
        return new(card.Id, workload.Id, ScuFormula.FormulaVersion, group, units, alone.Units, efficiency, needed, shared, copies,
            alone.TimeMs + waitMs, waitMs, bound, null, assumptions);

        GroupUnits None(StandardUnits? units, Bound? bound, int? cardsNeeded, string why) => new(card.Id, workload.Id,
            ScuFormula.FormulaVersion, group, units, alone.Units, 0, cardsNeeded, group.TensorCards ?? 1, 0, 0, 0, bound, why, []);
    }

    private static (bool IsUnknown, string Why)? WhyNot(Card card, Group group, int? needed, int shared)
    {
        if (group.MemoryGiB is { } need && needed is null)
        {
            return (true, card.MemoryGiB == 0
                ? $"it has on-chip memory only; how many cards hold {need} GiB is its provider's to say"
                : "its memory is not known");
        }

        if (shared > group.CardsPerNode)
            return (false, $"a copy takes {shared} cards, a node holds {group.CardsPerNode}");
        if (needed is { } least && group.IsSharded && least > group.Cards)
            return (false, $"{group.MemoryGiB} GiB take {least} cards, the group has {group.Cards}");
        if (needed is { } copy && !group.IsSharded && copy > shared)
            return (false, $"{group.MemoryGiB} GiB take {copy} cards, a copy has {shared}");
        return shared > group.Cards ? (false, $"a copy takes {shared} cards, the group has {group.Cards}") : null;
    }

    /// <summary>What a card waits for others, milliseconds per 1e12 operations; false if the link is not known.</summary>
    private static bool Waits(
        Card card, Workload workload, Group group, EffectiveUnits alone, (int Shared, int Copies) cards, List<string> assumptions,
        out double waitMs)
    {
        waitMs = 0;
        var tensor = cards.Shared > 1 ? workload.Traffic.OfTensorGroup(cards.Shared) : 0;
        var keepsStep = workload.Traffic.DataBytes > 0 || (workload.Traffic.FlatBytes > 0 && group.IsSharded);
        var data = cards.Copies > 1 && keepsStep ? workload.Traffic.OfDataGroup() : 0;
        if (tensor <= 0 && data <= 0) return true;
        var link = LinkReach * card.LinkGBs / 2;
        var beyond = group.Cards > group.CardsPerNode;
        if ((tensor > 0 || (data > 0 && !beyond)) && link is not > 0) return false;
        if (workload.Traffic.Assumed.Length > 0) assumptions.Add(workload.Traffic.Assumed);
        if (data > 0 && beyond && group.ScaleOutGBs is null) assumptions.Add($"{Group.R0ScaleOutGBs} GB/s between nodes, as R0 has");
        if (tensor > 0) waitMs += Wait(tensor, link!.Value);
        if (data > 0) waitMs += Wait(data, beyond ? group.ScaleOutGBs ?? Group.R0ScaleOutGBs : link!.Value);
        return true;

        double Wait(double bytesPerOp, double linkGBs)
        {
            var wait = 0.0;
            foreach (var phase in alone.Phases)
            {
                // TFLOPS times bytes per operation are TB/s.
                var working = Math.Min(ArithmeticReach * phase.Rate, phase.Share * 1000 / phase.TimeMs);
                var ratio = (bytesPerOp * working * 1000 / linkGBs) - workload.Traffic.Overlap;
                if (ratio > 0) wait += phase.TimeMs * ratio;
            }

            return wait;
        }
    }
}
