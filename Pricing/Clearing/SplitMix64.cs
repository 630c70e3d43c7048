namespace Marketplace.Pricing;

/// <summary>
/// A small, fast generator of pseudo-random numbers whose whole state is one number, so that a search can be repeated from the hash of its
/// snapshot. After Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A whole number from 0 up to but not including <paramref name="count"/>, which is 1 or more.</summary>
    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);
}
