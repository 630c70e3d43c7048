using System.Diagnostics;

namespace Marketplace;

/// <summary>The program as it is built, in a process of its own, which can be killed without a word.</summary>
internal sealed class RealProgram : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _errors;
    private bool _disposed;

    public RealProgram(string folder, params IEnumerable<string> args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var arg in args.Prepend(Path.Combine(AppContext.BaseDirectory, "Marketplace.Api.dll"))) start.ArgumentList.Add(arg);
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Whether it ended by itself within that time.</summary>
    public async Task<bool> Ends(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>What it wrote; only once it has ended.</summary>
    public async Task<string> Words() => await _output + await _errors;

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited)
        {
            // Until it is gone it may still write where the test is about to clear up.
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
