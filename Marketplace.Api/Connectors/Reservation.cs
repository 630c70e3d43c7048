using System.Globalization;
using Marketplace.Contracts;
using NodaTime;
using NodaTime.Text;

namespace Marketplace;

/// <summary>
/// What a lease is to Slurm: a reservation for its window, its cards and its buyer's account, whose name is the lease's. Slurm ends it by
/// itself when the window is over, and its jobs with it, even if no connector runs any more.
/// </summary>
internal static class Reservation
{
    // Slurm reads no zone; the tools run in UTC.
    private static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss");

    public static string NameOf(SlurmSite site, LeaseId lease) => site.Prefix + lease.Value;

    /// <summary>The lease that a reservation is; null: it is somebody else's.</summary>
    public static LeaseId? LeaseOf(SlurmSite site, string name) =>
        name.StartsWith($"{site.Prefix}{LeaseId.Prefix}_", StringComparison.Ordinal)
            && LeaseId.TryParse(name[site.Prefix.Length..], out var id) ? id : null;

    /// <summary>The names in what <c>scontrol --oneliner show reservation</c> wrote.</summary>
    public static IEnumerable<string> Names(string output)
    {
        const string Field = "ReservationName=";
        foreach (var line in output.Split('\n'))
            if (line.StartsWith(Field, StringComparison.Ordinal)) yield return line[Field.Length..].Split(' ')[0];
    }

    /// <summary>The names by Slurm's number in what <c>sacctmgr --parsable2 show reservation format=id,name</c> wrote.</summary>
    public static IReadOnlyDictionary<long, string> ById(string output)
    {
        var names = new Dictionary<long, string>();
        foreach (var parts in output.Split('\n').Select(line => line.Split('|')))
        {
            // One that was changed stands there once for each of its shapes.
            if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                names[id] = parts[1];
        }

        return names;
    }

    /// <summary>The arguments of <c>scontrol</c> that make it.</summary>
    public static IEnumerable<string> Create(SlurmSite site, ServedLease lease, Instant now) =>
    [
        "create", "reservation", $"ReservationName={NameOf(site, lease.LeaseId)}",
        $"StartTime={(lease.FromAt <= now ? "now" : Time.Format(lease.FromAt))}", $"EndTime={Time.Format(lease.UntilAt)}",
        $"PartitionName={site.Partition}", $"Accounts={BuyerAccount.NameOf(site, lease.BuyerId)}", site.Room(lease.Cards),
    ];
}
