using Marketplace.Contracts;

namespace Marketplace;

/// <summary>One thing that is said to those who watch; what its fields are, <see cref="LiveLog"/> says.</summary>
internal readonly record struct Said(string Kind, string Subject, object Body, params OrganisationId[] SeenBy);
