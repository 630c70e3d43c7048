namespace Marketplace.Pricing;

/// <summary>What became of a name that somebody gave a card.</summary>
public enum CardMatch
{
    /// <summary>The name means one card, perhaps under assumptions that are stated.</summary>
    Found,

    /// <summary>No card of the registry has that name, or none of that memory size. It may be sold by card-hour, without units.</summary>
    Unknown,

    /// <summary>The thing named is no compute accelerator that we rate.</summary>
    NotAGpu,

    /// <summary>Several cards have that name and at least one of them is unrated, so that no lowest-rated one can be assumed.</summary>
    Ambiguous,
}

/// <summary>Which card a name means, or why none, and every assumption made on the way.</summary>
/// <param name="Name">The name as it was given.</param>
/// <param name="MemoryGiB">The memory size as it was given.</param>
/// <param name="Match">The outcome.</param>
/// <param name="Card">The card; <c>null</c> unless found.</param>
/// <param name="Candidates">All cards that the name and the memory size fit, the assumed one first.</param>
/// <param name="Reason">Why there is no card, as a sentence for people; <c>null</c> if found.</param>
/// <param name="Assumptions">Sentences for people; empty if the name was exact.</param>
public sealed record CardResolution(
    string Name,
    int? MemoryGiB,
    CardMatch Match,
    Card? Card,
    IReadOnlyList<Card> Candidates,
    string? Reason,
    IReadOnlyList<string> Assumptions);
