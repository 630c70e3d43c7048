using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>What the operator changes of a buyer's account; what is left out stays.</summary>
/// <param name="CreditLimit">What the market lets the buyer owe, zero or more, in the account's currency.</param>
/// <param name="Without"><c>creditLimit</c>: there is none any more.</param>
public sealed record AccountChange(Money? CreditLimit = null, IReadOnlyList<string>? Without = null)
{
    private const string Limit = "creditLimit";

    /// <exception cref="Refusal">The account does not buy, or a field cannot be.</exception>
    internal async Task Apply(Session session, OrganisationId id)
    {
        var account = await BillingAccount.Find(session, id) ?? throw Refusal.NotFound("buyer's account of this id");
        if (Without?.Any(w => w != Limit) == true) throw Refusal.Invalid("without", $"names {Limit} or nothing");
        var isDropped = Without is { Count: > 0 };
        if (isDropped && CreditLimit is not null) throw Refusal.Invalid("without", $"names {Limit}, which is given as well");
        if (!isDropped && CreditLimit is null) return;
        var limit = Checked(CreditLimit, account.Currency.Code);
        await FundsLadder.LimitChanged(session, id);
        await BillingAccount.Limit(session, id, limit);
    }

    /// <summary>A limit that an account of that currency can have.</summary>
    /// <exception cref="Refusal">Below zero, or of another currency.</exception>
    internal static Money? Checked(Money? limit, string currency)
    {
        if (limit is not { } given) return null;
        if (given.Currency.Code != currency) throw Refusal.Invalid($"{Limit}.currency", $"is the account's: {currency}");
        return given.Minor is >= 0 and <= 1_000_000_000_000_000
            ? given
            : throw Refusal.Invalid($"{Limit}.amount", "is from zero to 1e15 minor units");
    }
}
