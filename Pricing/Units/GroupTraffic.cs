namespace Marketplace.Pricing;

/// <summary>
/// What the cards of a group tell each other while they work, in bytes per operation of one card, and how much of it hides behind the
/// arithmetic. With t cards that share a copy of the work (tensor parallel) a card exchanges <c>flat + tensor * (t-1) / hidden</c>; with
/// copies that keep step (data parallel) <c>flat + data / tokens</c>.
/// </summary>
/// <param name="TensorBytes">Zero: such a group exchanges nothing that grows with t.</param>
/// <param name="Hidden">The width of the model, which divides what a tensor group exchanges; above 0 if that is not zero.</param>
/// <param name="DataBytes">Zero: copies do not keep step (inference).</param>
/// <param name="Tokens">Tokens, samples or rows that a card handles between two exchanges; above 0 if <paramref name="DataBytes"/> is
/// not zero.</param>
/// <param name="FlatBytes">Exchanged by any group of more than one card: halos, all-to-all.</param>
/// <param name="Overlap">The part of the working time during which an exchange costs nothing, 0 to 1.</param>
/// <param name="Assumed">What was assumed to make figures of words; empty if nothing.</param>
public sealed record GroupTraffic(
    double TensorBytes, double Hidden, double DataBytes, double Tokens, double FlatBytes, double Overlap, string Assumed)
{
    /// <summary>Cards that need not talk.</summary>
    public static GroupTraffic None { get; } = new(0, 0, 0, 0, 0, 0, "");

    /// <summary>Bytes per operation within a tensor-parallel group of so many cards, 2 or more.</summary>
    public double OfTensorGroup(int cards) => FlatBytes + (TensorBytes > 0 ? TensorBytes * (cards - 1) / Hidden : 0);

    /// <summary>Bytes per operation between copies that keep step.</summary>
    public double OfDataGroup() => FlatBytes + (DataBytes > 0 ? DataBytes / Tokens : 0);
}
