using System.Globalization;
using Marketplace.Billing;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>One fact that a plan asks for.</summary>
/// <param name="Name">As the request names it.</param>
/// <param name="Label">As people read it.</param>
/// <param name="Unit">Its unit; null: a plain number.</param>
/// <param name="AtFirst">What the form shows at first; empty: may be left out.</param>
internal sealed record PlanField(string Name, string Label, string? Unit, string AtFirst);

/// <summary>What the planner's form says, read from the address, so that every plan is a link.</summary>
internal static class PlanForm
{
    public const string Kind = "kind", Price = "pricePerScuHour";

    /// <summary>The kinds of work and what is asked about each; the first is shown at first.</summary>
    public static readonly IReadOnlyDictionary<string, PlanField[]> Kinds = new Dictionary<string, PlanField[]>(StringComparer.Ordinal)
    {
        ["serving"] =
        [
            new("parametersBillion", "Parameters", "10⁹", "70"), new("requestsPerSecond", "Requests", "1/s", "10"),
            new("promptTokens", "Tokens of a prompt", null, "1000"), new("outputTokens", "Tokens of an answer", null, "300"),
            new("activeParametersBillion", "Active parameters", "10⁹", ""), new("weightBits", "Bits of a weight", null, ""),
        ],
        ["training"] =
        [
            new("parametersBillion", "Parameters", "10⁹", "7"), new("tokensBillion", "Tokens", "10⁹", "100"),
            new("deadlineHours", "Done within", "h", "720"), new("activeParametersBillion", "Active parameters", "10⁹", ""),
            new("sequenceLength", "Tokens of a sequence", null, ""),
        ],
        ["fine-tuning"] =
        [
            new("parametersBillion", "Parameters", "10⁹", "70"), new("tokensBillion", "Tokens", "10⁹", "0.1"),
            new("deadlineHours", "Done within", "h", "24"), new("sequenceLength", "Tokens of a sequence", null, ""),
        ],
        ["diffusion"] =
        [
            new("parametersBillion", "Parameters", "10⁹", "12"), new("picturesPerSecond", "Pictures or frames", "1/s", "1"),
            new("steps", "Steps", null, ""), new("latentTokens", "Tokens of a picture", null, ""),
        ],
        ["vehicles"] =
        [
            new("vehicles", "Vehicles", null, "1000"), new("cameras", "Cameras", null, ""),
            new("framesPerSecond", "Frames of a camera", "1/s", ""), new("gigaOperationsPerFrame", "Operations of a frame", "10⁹", ""),
        ],
        ["hpc"] =
        [
            new("coreHours", "Core-hours today", "h", "100000"), new("deadlineHours", "Done within", "h", "24"),
            new("memoryGiB", "Memory in all", "GiB", "512"), new("gigaflopsPerCore", "Sustained by a core", "GFLOPS", ""),
        ],
    };

    /// <summary>The kind that the address names, else the first.</summary>
    public static string KindOf(IQueryCollection query) => Kinds.ContainsKey(query[Kind].ToString()) ? query[Kind].ToString() : "serving";

    /// <exception cref="Refusal">Names the field that cannot be read.</exception>
    public static PlanRequest Read(IQueryCollection query, Currency currency)
    {
        var kind = KindOf(query);
        return new PlanRequest
        {
            Serving = kind != "serving" ? null : new(
                Needed("parametersBillion"), Whole("promptTokens")!.Value, Whole("outputTokens")!.Value, Needed("requestsPerSecond"),
                ActiveParametersBillion: Number("activeParametersBillion"), WeightBits: Whole("weightBits")),
            Training = kind is not ("training" or "fine-tuning") ? null : new(
                Needed("parametersBillion"), Needed("tokensBillion"), Needed("deadlineHours"), Number("activeParametersBillion"),
                Whole("sequenceLength"), Method: kind == "training" ? TrainingMethod.Full : TrainingMethod.Adapters),
            Diffusion = kind != "diffusion" ? null : new(
                Needed("parametersBillion"), Needed("picturesPerSecond"), Whole("steps"), Whole("latentTokens")),
            Vehicles = kind != "vehicles" ? null : new(
                Whole("vehicles")!.Value, Whole("cameras"), Number("framesPerSecond"), Number("gigaOperationsPerFrame")),
            Hpc = kind != "hpc" ? null : new(
                Needed("coreHours"), Needed("deadlineHours"), Needed("memoryGiB"), Number("gigaflopsPerCore")),
            PricePerScuHour = Text(Price) is { } price ? Parse(Price, price, text => UnitPrice.Parse(text, currency)) : null,
        };

        string? Text(string field) => query.TryGetValue(field, out var said)
            ? said.ToString().Trim() is { Length: > 0 } text ? text : null
            : Kinds[kind].FirstOrDefault(f => f.Name == field)?.AtFirst is { Length: > 0 } first ? first : null;

        double? Number(string field) => Text(field) is { } text
            ? Parse(field, text, t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new FormatException("is a number"))
            : null;

        double Needed(string field) => Number(field) ?? throw Refusal.Invalid(field, "is needed");

        int? Whole(string field) => Text(field) is { } text
            ? QueryValue.Whole(field, text, 0, int.MaxValue)
            : Kinds[kind].First(f => f.Name == field).AtFirst.Length > 0 ? throw Refusal.Invalid(field, "is needed") : null;
    }

    private static T Parse<T>(string field, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(field, e.Message);
        }
    }
}
