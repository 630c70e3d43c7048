using BenchmarkDotNet.Running;
using Marketplace.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(Ranking).Assembly).Run(args);
