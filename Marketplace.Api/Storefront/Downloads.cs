namespace Marketplace;

/// <summary>Files that a page links to, for whoever is signed in to it: the API itself takes no cookie.</summary>
internal static class Downloads
{
    public static void MapDownloads(this RouteGroupBuilder pages)
    {
    }
}
