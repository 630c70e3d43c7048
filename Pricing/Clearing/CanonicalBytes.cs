using System.Buffers;
using System.Text;

namespace Marketplace.Pricing;

/// <summary>
/// Writes facts as bytes that are the same for the same facts: whole numbers in groups of seven bits, low groups first, negative ones
/// folded between the positive; texts as their length and UTF-8.
/// </summary>
internal sealed class CanonicalBytes
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Add(long value) => AddGroups(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void Add(bool value) => Add(value ? 1 : 0);

    /// <summary>Two's complement, 16 bytes, low byte first.</summary>
    public void Add(Int128 value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt128LittleEndian(_bytes.GetSpan(16), value);
        _bytes.Advance(16);
    }

    public void Add(string value)
    {
        Add(Encoding.UTF8.GetByteCount(value));
        _bytes.Advance(Encoding.UTF8.GetBytes(value, _bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    private void AddGroups(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var n = 0;
        for (; value >= 0x80; value >>= 7) span[n++] = unchecked((byte)(value | 0x80));
        span[n++] = (byte)value;
        _bytes.Advance(n);
    }
}

/// <summary>Reads what <see cref="CanonicalBytes"/> wrote.</summary>
internal ref struct CanonicalReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly bool AtEnd => _at == _bytes.Length;

    /// <exception cref="FormatException">The bytes end inside the number, or it has more than 64 bits.</exception>
    public long Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _bytes.Length) throw new FormatException($"the snapshot ends inside a number at byte {_at}");
            var group = _bytes[_at++];
            value |= (ulong)(group & 0x7F) << shift;
            if (group < 0x80) return unchecked((long)(value >> 1) ^ -(long)(value & 1));
        }

        throw new FormatException($"a number of more than 64 bits before byte {_at}");
    }

    public int Count() => Number() is var n and >= int.MinValue and <= int.MaxValue
        ? (int)n
        : throw new FormatException($"a count of more than 32 bits before byte {_at}");

    public bool Flag() => Number() != 0;

    public string Text()
    {
        var length = Count();
        if (length < 0 || length > _bytes.Length - _at) throw new FormatException($"the snapshot ends inside a text at byte {_at}");
        var text = Encoding.UTF8.GetString(_bytes.Slice(_at, length));
        _at += length;
        return text;
    }
}
