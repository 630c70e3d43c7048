using Microsoft.AspNetCore.Http;

namespace Marketplace;

/// <summary>Who may ring: the sample of the Standard Webhooks specification, and what is wrong with every other.</summary>
public sealed class DoorbellTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Body = """{"test": 2432232314}""";

    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private const long Sent = 1614265330;

    [Theory]
    [InlineData(Signature, Sent, Body, true)]
    [InlineData("v1,Zm9v " + Signature + " v1a,YmFy", Sent, Body, true)]
    [InlineData(Signature, Sent + 300, Body, true)]
    [InlineData(Signature, Sent + 301, Body, false)]
    [InlineData(Signature, Sent - 301, Body, false)]
    [InlineData(Signature, Sent, """{"test": 2432232315}""", false)]
    [InlineData("v1,Zm9v", Sent, Body, false)]
    [InlineData("", Sent, Body, false)]
    public void Message_IsGenuine_WhenItsSignatureAndItsTimeAre(string signature, long now, string body, bool isGenuine)
    {
        var headers = new HeaderDictionary
        {
            ["webhook-id"] = "msg_p5jXN8AQM9LWM0D4loKWxJek", ["webhook-timestamp"] = $"{Sent}", ["webhook-signature"] = signature,
        };

        Assert.Equal(isGenuine, Doorbell.IsGenuine(
            new WebhookSecret(Secret), headers, body, DateTimeOffset.FromUnixTimeSeconds(now)));
    }

    [Fact]
    public void Message_WithoutItsHeaders_IsNotGenuine() =>
        Assert.False(Doorbell.IsGenuine(new(Secret), new HeaderDictionary(), "", DateTimeOffset.FromUnixTimeSeconds(Sent)));

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64!")]
    public void Secret_OfAnotherForm_IsNone(string secret) => Assert.Null(WebhookSecret.Read(secret));
}
