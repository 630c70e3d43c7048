using Marketplace.Billing;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace;

/// <summary>A new tenant.</summary>
/// <param name="Name">As documents and pages show it.</param>
/// <param name="Roles">One or more.</param>
/// <param name="Zone">IANA; a buyer's billing month is the calendar month there.</param>
/// <param name="Currency">Of a buyer's invoices, ISO 4217.</param>
/// <param name="TaxRate">On a buyer's invoices, in basis points: 600 is 6 %.</param>
/// <param name="Jurisdiction">Whose tax it is: a country or region in capital letters.</param>
/// <param name="CreditLimit">What the market lets a buyer owe, zero or more; left out: no limit.</param>
public sealed record OpenAccount(
    string Name, IReadOnlyList<Role> Roles, string Zone = "Asia/Shanghai", string Currency = "CNY", int TaxRate = 600,
    string Jurisdiction = "CN", Money? CreditLimit = null)
{
    /// <summary>Makes the organisation and, for a buyer, the account on which it is billed.</summary>
    /// <exception cref="Refusal">Names the first field that cannot be.</exception>
    internal async Task<Organisation> Open(Session session)
    {
        var organisation = new Organisation
        {
            OrganisationId = session.NewId<OrganisationId>(),
            Name = TextField.Of(Name, "name"),
            Roles = Roles.Count > 0 ? Roles : throw Refusal.Invalid("roles", "names no role"),
            Zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(Zone) is not null
                ? Zone
                : throw Refusal.Invalid("zone", "is not an IANA time zone such as Asia/Shanghai"),
            CreatedAt = session.Now,
        };
        if (CreditLimit is not null && !Roles.Contains(Role.Buyer)) throw Refusal.Invalid("creditLimit", "is a buyer's");
        await Organisation.Add(session, organisation);
        if (Roles.Contains(Role.Buyer)) await BillingAccount.Open(session, Billed(organisation));
        return organisation;
    }

    private BillingAccount Billed(Organisation organisation) => new()
    {
        AccountId = organisation.OrganisationId,
        Name = organisation.Name,
        Zone = organisation.Zone,
        Currency = Pricing.Currency.TryOf(Currency, out var currency)
            ? currency!
            : throw Refusal.Invalid("currency", "is not an ISO 4217 code such as CNY"),
        TaxRate = TaxRate is >= 0 and <= BasisPoints.Whole
            ? TaxRate
            : throw Refusal.Invalid("taxRate", $"expected 0 to {BasisPoints.Whole} basis points"),
        Jurisdiction = Jurisdiction.Length is >= 2 and <= 10 && Jurisdiction.All(c => char.IsAsciiLetterUpper(c) || c == '-')
            ? Jurisdiction
            : throw Refusal.Invalid("jurisdiction", "expected 2 to 10 capital letters or hyphens, such as CN"),
        CreditLimit = AccountChange.Checked(CreditLimit, Currency),
    };
}
