using System.Buffers.Text;
using System.Text;
using Marketplace.Billing;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace;

/// <summary>
/// Which part of a list is asked for; taken by endpoints as <c>[AsParameters] PageRequest page</c>. Ask the book for <see cref="Take"/>
/// rows beyond <see cref="After"/> and hand them to <see cref="Page.Of{T}"/>.
/// </summary>
/// <param name="Limit">The most rows, 1 to 200; 50 when not given.</param>
/// <param name="Cursor">Where the page before ended, as its <c>nextCursor</c> said.</param>
public readonly record struct PageRequest([FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "cursor")] string? Cursor)
{
    public const int Default = 50, Most = 200;

    /// <summary>How many rows a page has at most.</summary>
    /// <exception cref="Refusal">Invalid: not 1 to 200.</exception>
    public int Size => Limit switch
    {
        null => Default,
        >= 1 and <= Most => Limit.Value,
        _ => throw Refusal.Invalid("limit", $"expected 1 to {Most}"),
    };

    /// <summary>One more than the page has, to see whether there is another.</summary>
    public int Take => Size + 1;

    /// <summary>The id of the last row that was seen; empty at the start of an ascending list.</summary>
    /// <exception cref="Refusal">Invalid: no cursor of ours.</exception>
    public string After => Before ?? "";

    /// <summary>The same for lists that show the newest first: null at their start.</summary>
    /// <exception cref="Refusal">Invalid: no cursor of ours.</exception>
    public string? Before
    {
        get
        {
            if (Cursor is null) return null;
            if (Cursor.Length is > 0 and <= 200 && Base64Url.IsValid(Cursor))
            {
                var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(Cursor));
                if (text.Length > 1 && text[0] == '.' && text.All(c => c is >= ' ' and <= '~')) return text[1..];
            }

            throw Refusal.Invalid("cursor", "is not a cursor that a list gave; leave it out to begin");
        }
    }
}

/// <summary>A part of a list.</summary>
/// <param name="Items">In the list's order.</param>
/// <param name="NextCursor">Asks for what follows; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

public static class Page
{
    /// <summary>Cuts rows that were asked for with <see cref="PageRequest.Take"/> to a page.</summary>
    /// <param name="idOf">The id by which the list is ordered.</param>
    public static Page<T> Of<T>(IReadOnlyList<T> rows, PageRequest request, Func<T, string> idOf) => rows.Count <= request.Size
        ? new(rows, null)
        : new([.. rows.Take(request.Size)], Base64Url.EncodeToString(Encoding.UTF8.GetBytes("." + idOf(rows[request.Size - 1]))));
}
