using System.Text.Json;
using Marketplace.Contracts;
using NodaTime;

namespace Marketplace;

/// <summary>One thing that happened, as those who watch are told it.</summary>
public sealed record LiveEvent
{
    /// <summary>Its place among all events, from 1. Who has seen a position has been able to see all before it.</summary>
    public long Position { get; init; }

    /// <summary>The thing and what became of it, such as <c>bid.placed</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The thing's id.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The tenant that it is told to; null: everybody. What concerns two tenants is told to each.</summary>
    public OrganisationId? OrganisationId { get; init; }

    public Instant At { get; init; }

    /// <summary>A few facts worth showing; what they are depends on the kind.</summary>
    public JsonElement Body => JsonElement.Parse(BodyText);

    internal string BodyText { get; init; } = "{}";
}
