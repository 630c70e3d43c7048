using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Contracts;

namespace Marketplace.Billing;

/// <summary>
/// What travels between hosts of different versions: the JSON of one sample of every message, pinned by the approved text beside this file.
/// A change there is a change of the wire: fields may be added, never renamed or removed.
/// </summary>
public sealed class ContractSnapshotTests
{
    private static readonly object[] Samples =
    [
        new BidRested(new("bid_01kdvdna0000000000000000b1")),
        new BillAccount(new("run_01kdvdna0000000000000000r1"), new("org_01kdvdna0000000000000000g1")),
        new CapacityOpened(new("offer_01kdvdna0000000000000000f1")),
        new InvoiceIssued(new("invoice_01kdvdna0000000000000000v1"), "INV-000042"),
        new UsageRecorded(
            "msg_01kdvdna0000000000000000m1", [new("lease_01kdvdna0000000000000000e1"), new("lease_01kdvdna0000000000000000e2")]),
    ];

    private static IEnumerable<Type> Messages => typeof(UsageRecorded).Assembly.GetTypes()
        .Where(t =>
            t is { IsClass: true, IsSealed: true, IsAbstract: false, IsNested: false } && t.Namespace == typeof(UsageRecorded).Namespace);

    [Fact]
    public void EveryMessage_HasASample() =>
        Assert.Equal(Messages.Select(t => t.FullName).Order(StringComparer.Ordinal), Samples.Select(s => s.GetType().FullName));

    [Fact]
    public void Json_OfEverySample_IsTheApprovedText()
    {
        using var file = new StreamReader(typeof(ContractSnapshotTests).Assembly.GetManifestResourceStream("Messages.approved.txt")!);

        Assert.Equal(file.ReadToEnd().ReplaceLineEndings("\n"), string.Concat(Samples.Select(s => $"{s.GetType().FullName} {Json(s)}\n")));
    }

    [Fact]
    public void Read_ASampleWithUnknownFields_IgnoresThem()
    {
        foreach (var sample in Samples)
        {
            var json = JsonNode.Parse(Json(sample))!.AsObject();
            json["addedByALaterVersion"] = new JsonObject { ["amount"] = "1.00" };

            var read = JsonSerializer.Deserialize(json.ToJsonString(), sample.GetType(), WireJson.Messages)!;

            Assert.Equal(Json(sample), Json(read));
        }
    }

    [Fact]
    public void Read_ASampleWithoutOneOfItsFields_IsRefused()
    {
        foreach (var sample in Samples)
        {
            foreach (var field in JsonNode.Parse(Json(sample))!.AsObject().Select(f => f.Key))
            {
                var json = JsonNode.Parse(Json(sample))!.AsObject();
                json.Remove(field);

                Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json.ToJsonString(), sample.GetType(), WireJson.Messages));
            }
        }
    }

    private static string Json(object message) => JsonSerializer.Serialize(message, message.GetType(), WireJson.Messages);
}
