using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Marketplace;

/// <summary>A Chromium for the tests of a class: the one that the environment names, else the system's. Nothing is downloaded.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Variable = "MARKETPLACE_TEST_CHROMIUM", System = "/usr/bin/chromium";

    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright _playwright = null!;
    private IBrowser _chromium = null!;

    public async ValueTask InitializeAsync()
    {
        var program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : System;
        if (!File.Exists(program)) Assert.Fail($"There is no Chromium at {program}. Run ./build.sh test, or name one in {Variable}.");
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Quiet });
    }

    /// <summary>Somebody with a browser of their own, who has not signed in.</summary>
    public async Task<Reader> Open(ApiHost host)
    {
        var context = await _chromium.NewContextAsync(new() { BaseURL = host.Address.ToString(), Locale = "en-GB" });
        context.SetDefaultTimeout(60_000);
        return new(context, await context.NewPageAsync(), host.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>Somebody at a browser. Whatever a page does that it must not is remembered, and <see cref="Leave"/> says it.</summary>
public sealed class Reader : IAsyncDisposable
{
    private readonly List<string> _faults = [];
    private readonly Uri _address;

    internal Reader(IBrowserContext context, IPage page, Uri address)
    {
        (Context, Page, _address) = (context, page, address);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"script: {error}");
        context.Request += (_, request) =>
            Note(!request.Url.StartsWith(address.ToString(), StringComparison.Ordinal), $"foreign: {request.Url}");
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public string Path => new Uri(Page.Url).PathAndQuery;

    public Task<string> Text => Page.InnerTextAsync("main");

    public async Task SignIn(string key)
    {
        await Page.GotoAsync("/sign-in");
        await Page.FillAsync("#key", key);
        await Press("Sign in");
        Assert.Equal("/", Path);
    }

    public Task Press(string button) => Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task Follow(string link) =>
        Page.Locator("main").GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).First.ClickAsync();

    /// <summary>Asserts that the page says it.</summary>
    public async Task Shows(string text) => Assert.Contains(text, await Text, StringComparison.Ordinal);

    /// <summary>Goes to a page and looks at it.</summary>
    public async Task Visit(string path)
    {
        var response = await Page.GotoAsync(path);
        Assert.Equal(200, response?.Status);
        await Look();
    }

    /// <summary>
    /// Looks at the page where one is, as two people would: in English on a wide screen, and in Chinese on a phone in the dark.
    /// </summary>
    public async Task Look()
    {
        await Look("zh-Hans", 390, ColorScheme.Dark);
        await Look("en", 1440, ColorScheme.Light);
    }

    /// <summary>From now on the pages speak it.</summary>
    public Task Speak(string language) =>
        Context.AddCookiesAsync([new() { Name = "lang", Value = language, Url = _address.ToString() }]);

    /// <summary>What is wrong with the page as it stands, with all that was typed into it and all that is folded laid open.</summary>
    public async Task<IReadOnlyList<string>> Faults()
    {
        await Page.EvaluateAsync("document.querySelectorAll('main details').forEach(details => details.open = true)");
        var over = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        return
        [
            .. (await Page.RunAxe()).Violations.Select(v => $"axe: {v.Id}: {v.Help}: {v.Nodes[0].Html}"),
            .. over > 0 ? new[] { $"overflow: {over} px" } : [],
        ];
    }

    /// <summary>Says what went wrong on the way, and that nothing did.</summary>
    public void Leave() => Assert.True(_faults.Count == 0, string.Join('\n', _faults));

    public ValueTask DisposeAsync() => Context.DisposeAsync();

    private async Task Look(string language, int width, ColorScheme colours)
    {
        await Speak(language);
        await Page.SetViewportSizeAsync(width, 900);
        await Page.EmulateMediaAsync(new() { ColorScheme = colours });
        await Page.ReloadAsync();
        var at = $"{Path} ({language}, {width} px)";
        Note(await Page.GetAttributeAsync("html", "lang") != language, $"language: {at}");
        var over = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Note(over > 0, $"overflow: {at}: {over} px");
        foreach (var violation in (await Page.RunAxe()).Violations)
            Note(true, $"axe: {at}: {violation.Id}: {violation.Help}: {violation.Nodes[0].Html}");
    }

    private void Note(bool isFault, string what)
    {
        if (isFault) _faults.Add(what);
    }
}
