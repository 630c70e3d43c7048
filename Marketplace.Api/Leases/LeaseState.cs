namespace Marketplace;

/// <summary>Where a lease stands in its life; <see cref="LeaseLife"/> says how it gets from one to the next.</summary>
public enum LeaseState
{
    /// <summary>Sold; the provider has not begun to hand the cards over.</summary>
    Awarded,

    /// <summary>The provider is getting the cards ready.</summary>
    Provisioning,

    /// <summary>The buyer has the cards; usage is metered.</summary>
    Active,

    /// <summary>The cards were taken back, or the buyer's funds ran out; nothing is metered until it is active again.</summary>
    Interrupted,

    /// <summary>Over, at its end or before; what was metered is owed.</summary>
    Ended,

    /// <summary>Ended, and all that was metered and credited is invoiced and posted.</summary>
    Settled,

    /// <summary>Given up before it began; nothing is owed.</summary>
    Cancelled,

    /// <summary>So short that its window was over before the hand-over was overdue; nothing is owed.</summary>
    Expired,

    /// <summary>The provider did not keep its word: a no-show, a failed probe, cards that broke.</summary>
    Failed,

    /// <summary>Over, and the buyer objects; the operator decides.</summary>
    Disputed,
}
