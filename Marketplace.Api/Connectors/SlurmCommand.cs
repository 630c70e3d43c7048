using System.ComponentModel;
using System.Diagnostics;

namespace Marketplace;

/// <summary>A tool that could not be run, did not end in time or said no; the message has its own words.</summary>
internal sealed class SlurmFault(string message) : Exception(message);

/// <summary>
/// Runs Slurm's command line tools, each with a list of arguments and never through a shell, so that no name of a buyer is ever a command.
/// Times are UTC on their way in and seconds since 1970 on their way out, whatever the site's zone.
/// </summary>
/// <param name="folder">Where the tools are; null: on the path.</param>
/// <param name="configuration">The cluster's slurm.conf; null: where the tools look by themselves.</param>
internal sealed class SlurmCommand(string? folder, string? configuration)
{
    // The tools themselves wait about 10 s for a controller that does not answer, and try again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What the tool wrote.</summary>
    /// <exception cref="SlurmFault">It ended with another code than 0.</exception>
    public async Task<string> Run(string tool, IEnumerable<string> arguments, CancellationToken ct)
    {
        var (code, output, errors) = await Try(tool, arguments, ct);
        return code == 0 ? output : throw new SlurmFault($"{tool} {string.Join(' ', arguments)}: {Brief(errors, output)}");
    }

    /// <summary>The code with which the tool ended, and what it wrote.</summary>
    /// <exception cref="SlurmFault">It could not be run, or did not end in time.</exception>
    public async Task<(int Code, string Output, string Errors)> Try(string tool, IEnumerable<string> arguments, CancellationToken ct)
    {
        var path = folder is null || Path.IsPathRooted(tool) ? tool : Path.Combine(folder, tool);
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            Environment = { ["TZ"] = "UTC", ["LC_ALL"] = "C", ["SLURM_TIME_FORMAT"] = "%s" },
        };
        if (configuration is not null) start.Environment["SLURM_CONF"] = configuration;
        using var process = Begin(start);
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            ct.ThrowIfCancellationRequested();
            throw new SlurmFault($"{tool} {string.Join(' ', arguments)}: no answer within {Patience.TotalSeconds} s");
        }
    }

    private static Process Begin(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new SlurmFault($"{start.FileName} cannot be run: {e.Message}");
        }
    }

    private static string Brief(string errors, string output)
    {
        var said = string.IsNullOrWhiteSpace(errors) ? output : errors;
        return string.Join("; ", said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
