namespace Marketplace.Billing;

/// <summary>Something to wake up for. Any number of calls before a wait count as one.</summary>
public sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0, 1);

    public void Raise()
    {
        try
        {
            if (_raised.CurrentCount == 0) _raised.Release();
        }
        catch (SemaphoreFullException)
        {
            // Raised by somebody else in the same instant: one wake-up is enough.
        }
    }

    public void Dispose() => _raised.Dispose();

    /// <summary>Waits until raised or until the time is over, whichever comes first.</summary>
    public Task Wait(TimeSpan atMost, CancellationToken ct) => _raised.WaitAsync(atMost, ct);
}
