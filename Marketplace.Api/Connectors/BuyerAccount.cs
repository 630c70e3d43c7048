using Marketplace.Contracts;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>
/// A buyer's account in Slurm's books, with its login as a member and what its leases hold as its limit. It stays when they are over: its
/// jobs are part of the books, and without a reservation it can run nothing.
/// </summary>
internal static class BuyerAccount
{
    public static string NameOf(SlurmSite site, OrganisationId buyer) => site.Prefix + buyer.Value;

    /// <summary>Makes the books say so, and changes nothing that already does.</summary>
    /// <param name="cards">What the buyer's leases hold now.</param>
    /// <returns>The buyer's login.</returns>
    /// <exception cref="SlurmFault">A tool said no, or the login program named none.</exception>
    public static async Task<string> Ensure(
        SlurmCommand slurm, SlurmSite site, OrganisationId buyer, string buyerName, CardCount cards, CancellationToken ct)
    {
        var account = NameOf(site, buyer);
        var login = (await slurm.Run(site.LoginProgram, [buyer.Value, buyerName], ct)).Trim();
        if (login.Length == 0 || login.Any(char.IsWhiteSpace)) throw new SlurmFault($"{site.LoginProgram} names no login for {buyer}");
        var rows = Rows(await slurm.Run(
            "sacctmgr", ["--noheader", "--parsable2", "show", "associations", "where", $"account={account}", "format=user,grptres"], ct));
        if (!rows.ContainsKey(""))
            await Change(slurm, ["add", "account", account, "Parent=root", "Description=marketplace", $"Organization={buyer}"], ct);
        if (!rows.ContainsKey(login)) await Change(slurm, ["add", "user", login, $"Account={account}"], ct);
        var limit = site.Limit(cards);
        if (limit is not null && rows.GetValueOrDefault("") != limit)
            await Change(slurm, ["modify", "account", "where", $"name={account}", "set", $"GrpTRES={limit}"], ct);
        return login;
    }

    /// <summary>The members of an account with their limits; the account itself is the member without a name.</summary>
    public static IReadOnlyDictionary<string, string> Rows(string output)
    {
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n'))
            if (line.Split('|') is [var user, var limit]) rows[user] = limit;
        return rows;
    }

    // sacctmgr ends with 1 when there was nothing to change: another connector was faster.
    private static async Task Change(SlurmCommand slurm, string[] arguments, CancellationToken ct)
    {
        var (code, output, errors) = await slurm.Try("sacctmgr", ["--immediate", .. arguments], ct);
        if (code != 0 && !output.Contains("Nothing new added", StringComparison.Ordinal))
            throw new SlurmFault($"sacctmgr {string.Join(' ', arguments)}: {errors.Trim()} {output.Trim()}".TrimEnd());
    }
}
