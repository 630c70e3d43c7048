using System.Net;
using System.Net.Sockets;
using Marketplace.Billing;

namespace Marketplace;

/// <summary>
/// Which addresses a tenant may have us call: what the public Internet routes, and nothing of our own network. Source: the special-purpose
/// address registries of IANA (RFC 6890).
/// </summary>
internal static class PublicAddress
{
    private const int LongestUrl = 2_000;

    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23",
            "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    // Everything else of IPv6 is loopback, local, mapped, translated or not given out.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Global.Contains(address)) return false;
        return !Special.Any(network => network.Contains(address));
    }

    /// <summary>The address as it is kept.</summary>
    /// <exception cref="Refusal">Invalid: not http or https, with a user or a fragment, or plainly of a private network.</exception>
    public static string Checked(string url, bool privateToo)
    {
        var text = TextField.Of(url, "url", LongestUrl);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            throw Refusal.Invalid("url", "is an address such as https://example.org/hook");
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) throw Refusal.Invalid("url", "has no user and no fragment");
        var isPrivate = uri.IsLoopback || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !Is(address));
        if (isPrivate && !privateToo) throw Refusal.Invalid("url", "is of a private network; give one that the Internet reaches");
        return text;
    }

    /// <summary>A client that follows no redirect, uses no proxy, and connects to public addresses alone, unless told otherwise.</summary>
    public static HttpClient Client(bool privateToo)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = async (context, ct) =>
            {
                // The address that was checked is the one that is called: a name cannot change its mind between.
                var all = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
                var allowed = Array.FindAll(all, a => privateToo || Is(a));
                if (allowed.Length == 0) throw new HttpRequestException($"{context.DnsEndPoint.Host} has no public address");
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, ct);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
    }
}
