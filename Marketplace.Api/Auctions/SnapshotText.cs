using System.IO.Compression;
using Marketplace.Pricing;

namespace Marketplace;

/// <summary>A snapshot as the journal keeps it: its canonical bytes, compressed (gzip), in base 64.</summary>
internal static class SnapshotText
{
    public static string Write(AuctionSnapshot snapshot)
    {
        using var text = new MemoryStream();
        using (var packed = new GZipStream(text, CompressionLevel.Fastest, leaveOpen: true)) packed.Write(snapshot.Bytes.Span);
        return Convert.ToBase64String(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <exception cref="FormatException">The text is not what <see cref="Write"/> gave.</exception>
    public static AuctionSnapshot Read(string text) => AuctionSnapshot.Read(Bytes(text));

    /// <summary>The canonical bytes.</summary>
    public static byte[] Bytes(string text)
    {
        using var packed = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }
}
