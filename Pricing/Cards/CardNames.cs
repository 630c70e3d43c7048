namespace Marketplace.Pricing;

/// <summary>
/// How card names are compared: case, spaces, hyphens and underscores do not count, nor does a leading vendor name.
/// From a card's id follow the names that leave out its form factor, its memory size or both, and those in another order:
/// <c>a100-sxm4-80gb</c> answers to A100, A100 SXM, A100 SXM4, A100 80GB, A100-80G, A100-80GB-SXM4.
/// </summary>
internal static class CardNames
{
    /// <summary>Leading names to leave out, as <see cref="Key"/> writes them. The longer one of two that begin alike comes first.</summary>
    private static readonly string[] Vendors =
    [
        "nvidia", "amd", "intel", "google", "aws", "amazon", "qualcomm", "huawei", "cambricon", "hygon", "kunlunxin", "baidu",
        "alibabathead", "alibaba", "thead", "iluvatarcorex", "iluvatar", "moorethreads", "biren", "enflame", "metax",
        "phytium", "sunway", "nudt",
        "英伟达", "华为", "寒武纪", "海光", "昆仑芯", "天数智芯", "摩尔线程", "壁仞", "燧原", "沐曦", "飞腾",
    ];

    private static readonly string[] Forms = ["sxm", "sxm2", "sxm4", "sxm5", "pcie", "nvl", "oam"];

    internal static string Key(string name)
    {
        var key = string.Concat(name.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '_'))).ToLowerInvariant();
        var vendor = Array.Find(Vendors, v => key.Length > v.Length && key.StartsWith(v, StringComparison.Ordinal));
        return vendor is null ? key : key[vendor.Length..];
    }

    /// <summary>Every key under which a card is found; its vendor's name before it, known to us or not, makes no difference.</summary>
    internal static IEnumerable<string> KeysOf(string vendor, string id, string model, IEnumerable<string> aliases) =>
        Variants(id).Concat([model]).Concat(aliases).SelectMany(name => new[] { Key(name), Key($"{vendor} {name}") })
            .Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Variants(string id)
    {
        yield return id;
        var parts = id.Split('-').ToList();
        string[] memory = [];
        if (parts.Count > 1 && parts[^1].EndsWith("gb", StringComparison.Ordinal) && char.IsAsciiDigit(parts[^1][0]))
        {
            memory = [parts[^1], parts[^1][..^1], parts[^1][..^1] + "ib"];
            parts.RemoveAt(parts.Count - 1);
        }

        string[] forms = [];
        if (parts.Count > 1 && Forms.Contains(parts[^1], StringComparer.Ordinal))
        {
            forms = parts[^1].StartsWith("sxm", StringComparison.Ordinal) ? ["sxm", parts[^1]] : [parts[^1]];
            parts.RemoveAt(parts.Count - 1);
        }

        var name = string.Concat(parts);
        yield return name;
        foreach (var m in memory) yield return name + m;
        foreach (var f in forms)
        {
            yield return name + f;
            foreach (var m in memory)
            {
                yield return name + f + m;
                yield return name + m + f;
            }
        }
    }
}
