namespace Marketplace.Benchmarks;

internal static class ClearCommand
{
    internal static int Run(string[] args, TextWriter output, TextWriter errors) => 0;
}
