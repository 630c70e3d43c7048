namespace Marketplace.Pricing;

/// <summary>What one month brings and takes, rounded half-up to the minor unit.</summary>
/// <param name="Revenue">Sold card-hours at their price.</param>
/// <param name="Commission">The market's part of it.</param>
/// <param name="Opex">A twelfth of the year's.</param>
/// <param name="Power">Of sold and of idle hours.</param>
/// <param name="Owner">What is left for the owner; negative: paid in.</param>
/// <param name="Operator">What is left for the operator; the two and what was paid add up to the revenue.</param>
public sealed record MonthlyCash(Money Revenue, Money Commission, Money Opex, Money Power, Money Owner, Money Operator);

/// <summary>Twelve months of one price, or as many as the horizon leaves.</summary>
/// <param name="Year">The first one is 1.</param>
/// <param name="Price">Per card-hour.</param>
/// <param name="Monthly">Each of its months.</param>
/// <param name="PaidBack">What the owner has had back by its end, of all years so far.</param>
public sealed record CashYear(int Year, UnitPrice Price, MonthlyCash Monthly, Money PaidBack);
