using BenchmarkDotNet.Running;
using Marketplace.Benchmarks;

return args.FirstOrDefault() switch
{
    "unit-accuracy" => UnitAccuracy.Run(args[1..]),
    "clear" => ClearCommand.Run(args[1..], Console.Out, Console.Error),
    "clearing-quality" => ClearingQuality.Run(args[1..]),
    "clearing-speed" => ClearingSpeed.Run(args[1..]),
    "auction-speed" => await AuctionSpeed.Run(args[1..]),
    _ => Measure(args),
};

static int Measure(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Ranking).Assembly).Run(args);
    return 0;
}
