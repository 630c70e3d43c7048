using System.Xml.Linq;
using Marketplace.Billing;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Marketplace;

/// <summary>
/// Keeps the keys that protect the cookies in the database, so that all hosts share sign-ins and a restart signs nobody out.
/// </summary>
internal sealed class SignInKeys(Database database) : IXmlRepository
{
    /// <summary>
    /// So long that no key is ever made within a request: on SQLite that request may itself hold the one write lock that storing takes.
    /// What a cookie opens is decided by its API key, which can be revoked.
    /// </summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(3_650);

    // The interface knows no tasks; it is asked at the start and then once a day.
    public IReadOnlyCollection<XElement> GetAllElements() => Read().GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName) => Store(element, friendlyName).GetAwaiter().GetResult();

    private async Task<IReadOnlyCollection<XElement>> Read()
    {
        await using var session = await database.Read();
        return [.. (await session.Query<string>("SELECT body FROM data_protection_key ORDER BY name")).Select(XElement.Parse)];
    }

    private async Task Store(XElement element, string name)
    {
        await using var session = await database.Write();
        await session.Execute(
            "INSERT INTO data_protection_key (name, body) VALUES (@name, @Body)",
            new { name, Body = element.ToString(SaveOptions.DisableFormatting) });
        await session.Commit();
    }
}
