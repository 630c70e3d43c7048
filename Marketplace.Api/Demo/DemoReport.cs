using System.Text.Json;
using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// What a play came to. Everything but <see cref="Seconds"/> and <see cref="PeakMemoryMiB"/> is the same whenever, on whatever engine and
/// transport, and however often interrupted the same files are played. Amounts are strings in the currency's units, as on the wire.
/// </summary>
internal sealed record DemoReport
{
    private static readonly JsonSerializerOptions Indented = new(WireJson.Messages) { WriteIndented = true };

    public required int Jobs { get; init; }

    public required int Served { get; init; }

    public required int Unserved { get; init; }

    public required CardSeconds CardSeconds { get; init; }

    public required long UsageEvents { get; init; }

    public required long ChargesNanos { get; init; }

    public required long Invoices { get; init; }

    public required string InvoiceNet { get; init; }

    public required string InvoiceTax { get; init; }

    public required string InvoiceGross { get; init; }

    public required long Postings { get; init; }

    /// <summary>In minor units; zero in a sound book.</summary>
    public required long LedgerImbalance { get; init; }

    /// <summary>Leases and periods whose books differ by more than rounding; zero when every invoiced cent is accounted for.</summary>
    public required int Unreconciled { get; init; }

    public required double Seconds { get; init; }

    public required long PeakMemoryMiB { get; init; }

    public static async Task<DemoReport> Of(Session session, int jobs, int served, TimeSpan took)
    {
        var totals = await Totals.Of(session, Currency.Cny);
        var unreconciled = 0;
        foreach (var month in await Reconciliation.Months(session))
        {
            unreconciled += (await Reconciliation.Of(session, month))
                .Count(r => r.Cause is not (DifferenceCause.None or DifferenceCause.Rounding or DifferenceCause.NotYetInvoiced));
        }

        return new DemoReport
        {
            Jobs = jobs,
            Served = served,
            Unserved = jobs - served,
            CardSeconds = totals.Metered,
            UsageEvents = totals.UsageEvents,
            ChargesNanos = totals.ChargesNanos,
            Invoices = totals.Invoices,
            InvoiceNet = new Money(totals.NetMinor, Currency.Cny).Amount,
            InvoiceTax = new Money(totals.TaxMinor, Currency.Cny).Amount,
            InvoiceGross = new Money(totals.GrossMinor, Currency.Cny).Amount,
            Postings = totals.Postings,
            LedgerImbalance = totals.Imbalance,
            Unreconciled = unreconciled,
            Seconds = Math.Round(took.TotalSeconds, 2),
            PeakMemoryMiB = System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / (1 << 20),
        };
    }

    public Task Save(string file) => File.WriteAllTextAsync(file, JsonSerializer.Serialize(this, Indented) + "\n");
}
