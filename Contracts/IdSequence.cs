using System.Security.Cryptography;
using NodaTime;

namespace Marketplace.Contracts;

/// <summary>
/// Makes ids: 48 bits of milliseconds, 80 random bits, written in Crockford's base 32 without upper case, so that any text order is time
/// order.
/// Within one process the random part counts up until a later millisecond comes, so that rows made in turn also sort in turn, even when
/// sessions with different instants overlap or the clock steps back. Thread-safe.
/// </summary>
public static class IdSequence
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly Lock Gate = new();
    private static long _lastMillis = -1;
    private static UInt128 _lastRandom;

    public static TId Next<TId>(Instant now)
        where TId : struct, ITextId<TId> => TId.From(TId.Prefix + "_" + NextText(now));

    /// <summary>128 bits as the 26 letters and digits of an id.</summary>
    public static string Text(UInt128 value) => string.Create(26, value, static (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, rest >>= 5) text[i] = Digits[(int)(rest & 31)];
    });

    /// <summary>The bits that the letters and digits of an id hold.</summary>
    /// <param name="text">What <see cref="Text"/> gave.</param>
    public static UInt128 Number(ReadOnlySpan<char> text)
    {
        UInt128 value = 0;
        foreach (var digit in text) value = (value << 5) | (uint)Digits.IndexOf(digit, StringComparison.Ordinal);
        return value;
    }

    private static string NextText(Instant now)
    {
        var millis = now.ToUnixTimeMilliseconds();
        UInt128 random;
        lock (Gate)
        {
            // 79 bits, so that counting up from it cannot overflow 80.
            (_lastMillis, _lastRandom) = millis > _lastMillis ? (millis, Random79()) : (_lastMillis, _lastRandom + 1);
            (millis, random) = (_lastMillis, _lastRandom);
        }

        return Text(((UInt128)(ulong)millis << 80) | random);
    }

    private static UInt128 Random79()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt128(bytes) >> 49;
    }
}
