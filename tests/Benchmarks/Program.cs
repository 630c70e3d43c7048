using BenchmarkDotNet.Running;
using Marketplace.Benchmarks;

return args switch
{
    ["clear", .. var rest] => ClearCommand.Run(rest, Console.Out, Console.Error),
    ["clearing-quality", .. var rest] => ClearingQuality.Run(rest),
    ["clearing-speed", .. var rest] => ClearingSpeed.Run(rest),
    _ => Measure(args),
};

static int Measure(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Ranking).Assembly).Run(args);
    return 0;
}
