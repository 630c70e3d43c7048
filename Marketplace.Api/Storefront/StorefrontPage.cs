using System.Globalization;
using Marketplace.Billing;
using Marketplace.Pricing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Features;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What every page has: the request's session and caller, and one way to answer a form. A page reads and writes through the same books as
/// the REST endpoints; a form that succeeds sends the browser on, one that is refused is shown again with what was typed and the reason.
/// </summary>
[UsesSession]
public abstract class StorefrontPage : ComponentBase
{
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected Session Session => Context.Features.GetRequiredFeature<Session>();

    /// <summary>The cards as this market knows them.</summary>
    protected CardRegistry Cards { get; private set; } = CardRegistry.Default;

    /// <summary>Who looks; null for a stranger.</summary>
    protected Caller? Visitor => Caller.Of(Context.User);

    /// <summary>Who looks at a page that strangers do not see.</summary>
    protected Caller Me => Visitor ?? throw new InvalidOperationException("A page that strangers may see asks for its Visitor");

    /// <summary>The zone in which the page tells the time.</summary>
    protected DateTimeZone Zone => Visitor?.Calendar ?? DateTimeZone.Utc;

    /// <summary>Why the form was refused; null when it was not.</summary>
    protected Refusal? Refused { get; set; }

    /// <summary>This page with its query, to come back to.</summary>
    protected string Here => Context.Request.Path + Context.Request.QueryString;

    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        Cards = await CardBook.Registry(Session);
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>A card's name as people know it; what the registry does not know is called as it was.</summary>
    protected string CardName(string card) => Cards.Find(card)?.Model ?? card;

    /// <summary>What the form said, or what it is to say at first.</summary>
    protected string? Said(string field, string? atFirst = null)
    {
        var request = Context.Request;
        var isForm = HttpMethods.IsPost(request.Method) && request.HasFormContentType;
        return isForm && request.Form.TryGetValue(field, out var text) ? text.ToString() : atFirst;
    }

    /// <summary>Whether the form's box was ticked, or is to be at first.</summary>
    protected bool Ticked(string field, bool atFirst = false)
    {
        var request = Context.Request;
        return HttpMethods.IsPost(request.Method) && request.HasFormContentType ? request.Form.ContainsKey(field) : atFirst;
    }

    /// <summary>What the form said, trimmed; null when it said nothing.</summary>
    protected string? Filled(string field) => Said(field)?.Trim() is { Length: > 0 } text ? text : null;

    /// <exception cref="Refusal">Invalid: left empty.</exception>
    protected string Needed(string field) => Filled(field) ?? throw Refusal.Invalid(field, "is needed");

    /// <exception cref="Refusal">Invalid: empty, or not as <paramref name="read"/> wants it.</exception>
    protected T Needed<T>(string field, Func<string, T> read)
    {
        var text = Needed(field);
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw Refusal.Invalid(field, e.Message);
        }
    }

    /// <summary>What the form said, read; null when it said nothing.</summary>
    /// <exception cref="Refusal">Invalid: not as <paramref name="read"/> wants it.</exception>
    protected T? Maybe<T>(string field, Func<string, T> read)
        where T : struct => Filled(field) is null ? null : Needed(field, read);

    /// <exception cref="FormatException">Not one.</exception>
    protected static long Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new FormatException("is a whole number");

    /// <exception cref="Refusal">Invalid: not a local time.</exception>
    protected Instant NeededTime(string field) =>
        Show.Read(Needed(field), Zone) ?? throw Refusal.Invalid(field, "is a date and a time, such as 2026-12-01 09:00");

    /// <summary>Runs what a form asks for and sends the browser where it says, or shows the refusal.</summary>
    protected async Task Answer(Func<Task<string>> act)
    {
        string next;
        try
        {
            next = await act();
        }
        catch (Refusal refusal)
        {
            Refuse(refusal);
            return;
        }

        Navigation.NavigateTo(next);
    }

    /// <summary>Shows the refusal on this page; its status keeps the session from being committed.</summary>
    protected void Refuse(Refusal refusal)
    {
        Refused = refusal;
        Context.Response.StatusCode = Problems.StatusOf(refusal.Code);
    }

    /// <summary>The same page with some of its query changed; null leaves a field out. Paging starts anew.</summary>
    protected string With(params (string Field, string? Value)[] changes) =>
        Links.With(Context.Request, changes);
}
