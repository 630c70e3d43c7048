namespace Marketplace.Pricing;

/// <summary>One option placed: where it begins and which offers carry it.</summary>
/// <param name="Option">The option's number on its floor.</param>
/// <param name="Start">The first slot.</param>
/// <param name="Parts">Who carries how many cards, in the order of the floor's offers; one part unless the option is spread.</param>
/// <param name="Gain">Value less all asks, in nanos; above 0.</param>
internal sealed record Package(int Option, int Start, Part[] Parts, long Gain)
{
    /// <summary>All cards handed over, lots rounded up.</summary>
    public int Cards
    {
        get
        {
            var cards = 0;
            foreach (var part in Parts) cards += part.Cards;
            return cards;
        }
    }
}

/// <summary>So many cards of one offer of the floor.</summary>
internal readonly record struct Part(int Offer, int Cards);
