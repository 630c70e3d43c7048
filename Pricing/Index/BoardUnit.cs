namespace Marketplace.Pricing;

/// <summary>The unit in which a board is priced: SCU on the AI board, SCU-H on the HPC board, cores on the CPU board.</summary>
public static class BoardUnit
{
    /// <summary>How many of its board's units one card is; <c>null</c>: unrated or not eligible, so it has no price per unit.</summary>
    public static StandardUnits? Of(Card card) => card.Board switch
    {
        Board.Ai => Positive(card.Scu),
        Board.Hpc => Positive(card.ScuH),
        Board.Cpu => card.Cores is { } cores ? new StandardUnits(cores * StandardUnits.MicrosPerUnit) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(card)),
    };

    /// <summary>Its name: <c>SCU</c>, <c>SCU-H</c> or <c>core</c>.</summary>
    public static string Name(Board board) => board switch
    {
        Board.Ai => "SCU",
        Board.Hpc => "SCU-H",
        Board.Cpu => "core",
        _ => throw new ArgumentOutOfRangeException(nameof(board)),
    };

    private static StandardUnits? Positive(StandardUnits? units) => units is { Micros: > 0 } ? units : null;
}
