namespace Marketplace.Pricing;

/// <summary>The lower triangle L of a symmetric positive definite matrix A = L L'; solves A x = b. Plain loops in one order, so that the
/// same numbers come out every time.</summary>
internal sealed class Cholesky
{
    private readonly double[] _lower;
    private readonly int _size;

    private Cholesky(double[] lower, int size) => (_lower, _size) = (lower, size);

    /// <summary>Factors the matrix with that lower triangle (rows one after another) and the diagonal raised by those amounts.</summary>
    public static Cholesky Of(double[] matrix, double[] raise)
    {
        var size = raise.Length;
        var lower = new double[matrix.Length];
        for (var i = 0; i < size; i++)
        {
            var row = lower.AsSpan(i * size, i + 1);
            for (var j = 0; j <= i; j++)
            {
                var other = lower.AsSpan(j * size, j);
                var sum = matrix[(i * size) + j];
                for (var k = 0; k < other.Length; k++) sum -= row[k] * other[k];
                row[j] = i == j ? Math.Sqrt(sum + raise[i]) : sum / lower[(j * size) + j];
            }
        }

        return new(lower, size);
    }

    /// <summary>x with A x = b.</summary>
    public double[] Solve(double[] b)
    {
        var x = Forward(b);
        for (var i = _size - 1; i >= 0; i--)
        {
            x[i] /= _lower[(i * _size) + i];
            for (var k = 0; k < i; k++) x[k] -= _lower[(i * _size) + k] * x[i];
        }

        return x;
    }

    /// <summary>b' A⁻¹ b: how much of a variance the known explains.</summary>
    public double Explained(double[] b)
    {
        var sum = 0.0;
        foreach (var y in Forward(b)) sum += y * y;
        return sum;
    }

    private double[] Forward(double[] b)
    {
        var y = new double[_size];
        for (var i = 0; i < _size; i++)
        {
            var sum = b[i];
            var row = _lower.AsSpan(i * _size, i + 1);
            for (var k = 0; k < i; k++) sum -= row[k] * y[k];
            y[i] = sum / row[i];
        }

        return y;
    }
}
