using Marketplace.Billing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Marketplace;

/// <summary>Changes that the database turns away in passing. A sequence counts the tries: it is not undone with the transaction.</summary>
public sealed class TryAgainTests
{
    private const string Offer =
        """
        {"name":"rack-1","card":"H100 SXM5 80GB","cards":8,"region":"cn-east","ask":{"amount":"7.20","currency":"CNY"},
         "availableFrom":"2026-01-01T00:00:00Z","availableUntil":"2026-02-01T00:00:00Z"}
        """;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Change_TurnedAwayInPassing_IsMadeAgainAndAnsweredOnce(int failures, bool withKey)
    {
        await using var host = await ApiHost.Run(Engine.PostgreSql);
        var provider = await host.Open("North Lake", "provider");
        await FailAtFirst(host, failures);
        (string, string)[] headers = withKey ? [("Idempotency-Key", "key-1")] : [];

        var answer = await provider.Post("/v1/offers", Offer, headers);

        Assert.Equal((201, "rack-1", "\"1\""), (answer.Status, answer.Text("name"), answer.Header("ETag")));
        Assert.Equal($"/v1/offers/{answer.Text("offerId")}", answer.Header("Location"));
        Assert.Equal(failures + 1, await Tries(host));
        Assert.Single((await provider.Get("/v1/offers/mine")).At("items").EnumerateArray());
        if (withKey) Assert.Equal(answer.Body, (await provider.Post("/v1/offers", Offer, headers)).Body);
    }

    [Fact]
    public async Task Change_TurnedAwayThreeTimes_IsUnavailableAndNothingIsKept()
    {
        await using var host = await ApiHost.Run(Engine.PostgreSql);
        var provider = await host.Open("North Lake", "provider");
        await FailAtFirst(host, 3);

        var answer = await provider.Post("/v1/offers", Offer, ("Idempotency-Key", "key-1"));

        Assert.Equal((503, "unavailable", "1"), (answer.Status, answer.Text("code"), answer.Header("Retry-After")));
        Assert.Equal(3, await Tries(host));
        Assert.Empty((await provider.Get("/v1/offers/mine")).At("items").EnumerateArray());
        Assert.Equal(201, (await provider.Post("/v1/offers", Offer, ("Idempotency-Key", "key-1"))).Status);
    }

    [Fact]
    public async Task Change_WhatATryPutIntoItsAnswer_IsGoneInTheNext()
    {
        var tries = 0;
        await using var host = await ApiHost.Run(Engine.PostgreSql, arrange: app => app.MapPost("/test", Answer));

        var answer = await host.Operator.Post("/test", "\"all of it\"");

        Assert.Equal((200, "\"all of it\"", null, 2), (answer.Status, answer.Body, answer.Header("X-First"), tries));

        async Task<IResult> Answer(HttpContext context, Session session)
        {
            if (++tries == 1)
            {
                context.Response.StatusCode = 202;
                context.Response.Headers["X-First"] = "1";
                await context.Response.WriteAsync("half an ans");
                await session.Execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$");
            }

            using var reader = new StreamReader(context.Request.Body);
            return Results.Text(await reader.ReadToEndAsync());
        }
    }

    private static async Task FailAtFirst(ApiHost host, int failures)
    {
        await using var session = await host.Database.Write();
        await session.Execute(
            $$"""
            CREATE SEQUENCE tries;
            CREATE FUNCTION turn_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF nextval('tries') <= {{failures}} THEN RAISE EXCEPTION 'locked out' USING ERRCODE = '40P01'; END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER turn_away AFTER INSERT ON offer FOR EACH ROW EXECUTE FUNCTION turn_away();
            """);
        await session.Commit();
    }

    private static async Task<long> Tries(ApiHost host)
    {
        await using var session = await host.Database.Read();
        return await session.Scalar<long>("SELECT last_value FROM tries");
    }
}
