using System.Diagnostics;

namespace Marketplace.Billing;

/// <summary>Waits for a fact that somebody else brings about, up to a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static async Task True(Func<Task<bool>> fact, string what)
    {
        for (var waited = Stopwatch.StartNew(); !await fact(); await Task.Delay(Look))
        {
            if (waited.Elapsed > Deadline) Assert.Fail($"Not within {Deadline}: {what}");
        }
    }
}
