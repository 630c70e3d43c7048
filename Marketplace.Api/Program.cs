using System.CommandLine;
using Marketplace;

var offers = new Option<FileInfo?>("--offers") { Description = "Play this file of offers (CSV) instead of the sample; with --jobs" };
var jobs = new Option<FileInfo?>("--jobs") { Description = "Play this file of jobs (CSV) instead of the sample; with --offers" };
var data =
    new Option<DirectoryInfo?>("--data") { Description = "Keep the database in this folder; a play that was killed goes on from there" };
var report = new Option<FileInfo?>("--report") { Description = "Write the totals to this file as JSON" };
var exit = new Option<bool>("--exit") { Description = "Stop after the summary" };
var urls =
    new Option<string>("--urls") { Description = "Where to serve what was played", DefaultValueFactory = _ => "http://127.0.0.1:5080" };

var demo =
    new Command("demo", "Plays a month of a market, prints what came of it, then serves it") { offers, jobs, data, report, exit, urls };
demo.Validators.Add(result =>
{
    if (result.GetValue(offers) is null != result.GetValue(jobs) is null) result.AddError("--offers and --jobs come together");
    foreach (var missing in new[] { result.GetValue(offers), result.GetValue(jobs) }.Where(f => f?.Exists == false))
        result.AddError($"There is no file {missing}");
});
demo.SetAction((parsed, ct) => new DemoCommand(
    parsed.GetValue(offers), parsed.GetValue(jobs), parsed.GetValue(data), parsed.GetValue(report), parsed.GetValue(exit),
    parsed.GetValue(urls)!).Run(ct));

var file = new Argument<FileInfo>("file") { Description = "CSV (our own form or a cloud's price list) or JSON lines" };
var server = new Option<string>("--server") { Description = "The marketplace", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
var key = new Option<string>("--key") { Description = "A provider's API key", Required = true };
var import = new Command("import", "Publishes the offers of a file, and says per row what became of it") { file, server, key };
import.SetAction((parsed, ct) => ImportCommand.Run(parsed.GetValue(file)!, new Uri(parsed.GetValue(server)!), parsed.GetValue(key)!, ct));

server.Validators.Add(result =>
{
    if (!Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out _))
        result.AddError("--server is an address such as http://127.0.0.1:5080");
});
file.AcceptExistingOnly();

var root = new RootCommand("A compute marketplace and its billing engine. Without a command: serves it.")
{
    demo, new Command("offers", "Work with offers") { import }, ConnectCommand.Make(),
};
if (args is ["demo" or "offers" or "connect" or "--help" or "-h" or "-?" or "--version", ..]) return await root.Parse(args).InvokeAsync();

await Marketplace.Host.Build(args).RunAsync();
return 0;
