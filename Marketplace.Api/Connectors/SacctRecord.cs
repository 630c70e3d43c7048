using System.Globalization;
using NodaTime;

namespace Marketplace;

/// <summary>
/// One allocation of one job, as <c>sacct</c> tells it: a job that was requeued or resized has several, each with a start of its own.
/// </summary>
/// <param name="Cluster">The cluster's name in Slurm's books.</param>
/// <param name="JobId">Slurm's number of the job; each task of an array has its own.</param>
/// <param name="ReservationId">
/// Slurm's number of the reservation. Its name is not asked for: sacct 22.05 leaves it out when the job began in the reservation's own
/// first second.
/// </param>
/// <param name="Start">Null: it has not begun.</param>
/// <param name="End">Null: it has not ended.</param>
/// <param name="Allocated">What it had, such as <c>billing=2,cpu=2,gres/gpu=2,node=1</c>.</param>
internal sealed record SacctRecord(string Cluster, long JobId, long? ReservationId, Instant? Start, Instant? End, string Allocated)
{
    /// <summary>The columns to ask sacct for, with <c>--parsable2 --noheader</c> and times in seconds since 1970.</summary>
    public const string Format = "Cluster,JobIDRaw,ReservationId,Start,End,AllocTRES";

    private const int Columns = 6;

    /// <summary>Reads what sacct printed, a record a line.</summary>
    /// <exception cref="SlurmFault">A line is no such record.</exception>
    public static IReadOnlyList<SacctRecord> Parse(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line)];

    /// <summary>How much of a resource it had; 0: none of it.</summary>
    public long Tres(string name)
    {
        foreach (var part in Allocated.Split(','))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && part.AsSpan(0, at).SequenceEqual(name)
                && long.TryParse(part.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            {
                return amount;
            }
        }

        return 0;
    }

    private static SacctRecord Line(string line)
    {
        var parts = line.Split('|');
        return parts.Length == Columns && Number(parts[1]) is { } job
            ? new(parts[0], job, Number(parts[2]) is > 0 and var reservation ? reservation : null, Time(parts[3]), Time(parts[4]), parts[5])
            : throw new SlurmFault($"sacct: not a record of {Format}: {line}");
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // "Unknown" and "None" are times that have not come.
    private static Instant? Time(string text) => Number(text) is { } seconds ? Instant.FromUnixTimeSeconds(seconds) : null;
}
