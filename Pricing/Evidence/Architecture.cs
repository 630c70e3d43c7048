namespace Marketplace.Pricing;

/// <summary>
/// Cards of one design, which miss their claims in the same way. A graphics board of a generation is another design than its sister for
/// data centres. A maker whose designs we do not tell apart is one architecture.
/// </summary>
public static class Architecture
{
    private static readonly (string Vendor, string Name, string[] Begins)[] Known =
    [
        ("NVIDIA", "Hopper", ["H100", "H200", "H800", "H20 ", "GH200"]),
        ("NVIDIA", "Ampere data centre", ["A100", "A800", "A30 "]),
        ("NVIDIA", "Ampere graphics", ["A40", "A10", "A16", "A2 ", "RTX A", "RTX 30"]),
        ("NVIDIA", "Ada", ["L40", "L4 ", "L20", "L2 ", "RTX 40", "RTX 6000 Ada"]),
        ("NVIDIA", "Blackwell", ["B100", "B200", "GB200", "B300", "GB300"]),
        ("NVIDIA", "Blackwell graphics", ["RTX PRO", "RTX 50"]),
        ("NVIDIA", "Turing", ["T4", "Quadro RTX"]),
        ("NVIDIA", "Volta", ["V100"]),
        ("NVIDIA", "Pascal", ["P100", "P4"]),
        ("NVIDIA", "Grace", ["Grace"]),
        ("AMD", "CDNA", ["MI"]),
        ("AMD", "Radeon", ["Radeon"]),
        ("AMD", "EPYC", ["EPYC"]),
        ("Intel", "Gaudi", ["Gaudi"]),
        ("Intel", "Xeon", ["Xeon"]),
        ("Google", "TPU", ["TPU"]),
    ];

    /// <summary>The name of the card's architecture.</summary>
    public static string Of(Card card)
    {
        foreach (var (vendor, name, begins) in Known)
        {
            if (card.Vendor == vendor && Array.Exists(begins, b => card.Model.StartsWith(b, StringComparison.Ordinal))) return name;
        }

        return card.Vendor;
    }
}
