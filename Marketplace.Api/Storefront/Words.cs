namespace Marketplace;

/// <summary>
/// Names the resources of the pages. A key is the English sentence itself, so that a page reads as what it says; <c>Words.resx</c> has the
/// English of the keys that are none, and <c>Words.zh.resx</c> holds the Chinese for every key.
/// </summary>
public sealed class Words;
