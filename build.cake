// The build, as ordinary C#. `./build.sh TARGET` runs it; README.md says what the targets are for.
using System.Xml.Linq;

var target = Argument("target", "Default");
var fix = HasArgument("fix");                   // Format: write the layout instead of checking it
var only = Argument("only", "");                // Test: one test project, such as Pricing.Tests
var filter = Argument("filter", "");            // Test: a filter of `dotnet test`, such as FullyQualifiedName~Money
var programArguments = Argument("args", "");    // Bench: what build.sh found behind --

const string Configuration = "Release";
const string Solution = "Marketplace.sln";
var results = MakeAbsolute(Directory("artifacts/tests"));
var summary = results.CombineWithFilePath("summary.txt");

Teardown(context => StopServers());

Task("Restore")
    .Does(() => Dotnet($"restore {Solution}"));

// Layout only. Code style and analyzers are warnings, hence errors, of the build itself (EnforceCodeStyleInBuild);
// the full `dotnet format` analyses the solution a second time to say the same, and grows with it: 11 s for an empty
// solution, 25 s for one of 4,000 lines, where this takes 5 s and 7 s.
Task("Format")
    .IsDependentOn("Restore")
    .Does(() => Dotnet($"format whitespace {Solution} --no-restore{(fix ? "" : " --verify-no-changes")}",
        fix ? "" : "The layout of the files above is off; ./build.sh format --fix puts it right."));

// -warnaserror: those of MSBuild and the SDK too. NETSDK1187 is no fault of ours: the SDK, run without ICU, dislikes the
// names of other packages' cultures.
Task("Build")
    .IsDependentOn("Restore")
    .Does(() => Dotnet($"build {Solution} --no-restore --configuration {Configuration} -warnaserror -warnasmessage:NETSDK1187"));

Task("Servers")
    .Does(() => StartServers());

// One test project after the other: each is parallel in itself.
Task("Test")
    .IsDependentOn("Format")
    .IsDependentOn("Build")
    .IsDependentOn("Servers")
    .Does(() =>
{
    var names = GetFiles("tests/*/*.Tests.csproj").Select(project => project.GetFilenameWithoutExtension().ToString())
        .Where(name => only.Length == 0 || name.Equals(only, StringComparison.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal).ToList();
    if (names.Count == 0)
    {
        throw new CakeException($"There is no test project {only} under tests/.");
    }

    CleanDirectory(results);
    var faults = names.Select(Test).OfType<string>().ToList();
    var outcomes = names.SelectMany(Outcomes).ToList();
    Summarise(outcomes, faults);
    if (faults.Count > 0 || outcomes.Any(IsFailed))
    {
        throw new CakeException("The tests failed.");
    }
});

Task("Bench")
    .Does(() => Dotnet($"run --project tests/Benchmarks --configuration {Configuration} -- {programArguments}"));

Task("Publish")
    .Does(() => Dotnet(
        $"publish Marketplace.Api --configuration {Configuration} --self-contained false --output artifacts/Marketplace.Api"));

Task("Default")
    .IsDependentOn("Test");

RunTarget(target);

void Dotnet(string arguments, string remedy = "")
{
    var code = StartProcess("dotnet", new ProcessSettings { Arguments = arguments });
    if (code != 0)
    {
        throw new CakeException($"dotnet {arguments} ended with {code}. {remedy}".TrimEnd());
    }
}

// tests/servers.sh answers with lines of the form: export NAME='value'
void StartServers()
{
    var settings = new ProcessSettings
    {
        Arguments = $"tests/servers.sh start --owner {System.Environment.ProcessId}",
        RedirectStandardOutput = true,
    };
    var code = StartProcess("bash", settings, out var lines);
    if (code != 0)
    {
        throw new CakeException("The servers that the tests need are not there, see above.");
    }

    foreach (var parts in lines.Where(line => line.StartsWith("export ")).Select(line => line["export ".Length..].Split('=', 2)))
    {
        var value = parts[1].Trim('\'');
        System.Environment.SetEnvironmentVariable(parts[0], value);
        Console.WriteLine($"{parts[0]}={value}");
    }
}

void StopServers()
{
    if (!string.IsNullOrEmpty(EnvironmentVariable("MARKETPLACE_TEST_SERVERS")))
    {
        StartProcess("bash", new ProcessSettings { Arguments = "tests/servers.sh stop" });
    }
}

// Runs one project and says what was wrong with it beyond its failed tests, if anything. A test that hangs is ended and
// named, so that a run always ends with its results.
string Test(string name)
{
    var filtered = filter.Length == 0 ? "" : $" --filter \"{filter}\"";
    var code = StartProcess("dotnet", new ProcessSettings
    {
        Arguments = $"test tests/{name} --no-build --configuration {Configuration} --results-directory \"{results}\""
            + $" --logger \"trx;LogFileName={name}.trx\" --blame-hang-timeout 4m --blame-hang-dump-type none{filtered}",
    });
    var outcomes = Outcomes(name).ToList();
    if (code != 0)
    {
        EndLeftover(name);
    }

    if (code != 0 && !outcomes.Any(IsFailed))
    {
        return $"{name} ended with {code} though no test of it failed: it crashed or hung, see above";
    }

    return outcomes.Count > 0 || filter.Length > 0 ? null : $"{name} ran no test";
}

// The test host that is ended for a hanging test leaves behind the program that runs the test, and with it a busy core.
void EndLeftover(string name)
{
    var program = MakeAbsolute(File($"tests/{name}/bin/{Configuration}/net10.0/{name}")).FullPath;
    foreach (var process in System.Diagnostics.Process.GetProcessesByName(name).Where(it => it.MainModule?.FileName == program))
    {
        process.Kill(entireProcessTree: true);
    }
}

bool IsFailed((string Test, string Outcome, string Message) outcome) => outcome.Outcome is not ("NotExecuted" or "Passed");

IEnumerable<(string Test, string Outcome, string Message)> Outcomes(string name)
{
    var file = results.CombineWithFilePath($"{name}.trx");
    if (!FileExists(file))
    {
        return [];
    }

    return XDocument.Load(file.FullPath).Descendants()
        .Where(element => element.Name.LocalName == "UnitTestResult")
        .Select(element => (
            (string)element.Attribute("testName"),
            (string)element.Attribute("outcome"),
            element.Descendants().FirstOrDefault(part => part.Name.LocalName is "Message" or "StdOut")?.Value.Trim() ?? ""));
}

// A failure in one line, so that the last words of a run tell more than its name.
string Brief(string message)
{
    var line = string.Join(" | ", message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    return line.Length <= 400 ? line : line[..400];
}

// build.sh prints this file after Cake has said its own last word. A project that failed without a failed test, because it
// crashed or ran nothing, counts as one failure.
void Summarise(List<(string Test, string Outcome, string Message)> outcomes, List<string> faults)
{
    var skipped = outcomes.Where(outcome => outcome.Outcome == "NotExecuted").ToList();
    var failed = outcomes.Where(IsFailed).ToList();
    var counts = $"{outcomes.Count - failed.Count - skipped.Count} passed, {failed.Count + faults.Count} failed";
    System.IO.File.WriteAllLines(summary.FullPath,
    [
        .. skipped.Select(outcome => $"skipped: {outcome.Test}: {outcome.Message.Split('\n')[0]}"),
        .. failed.Select(outcome => $"FAILED: {outcome.Test}: {Brief(outcome.Message)}"),
        .. faults.Select(fault => $"FAILED: {fault}"),
        skipped.Count == 0 ? counts : $"{counts}, {skipped.Count} skipped",
    ]);
}
