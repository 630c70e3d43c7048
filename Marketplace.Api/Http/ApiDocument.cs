using Marketplace.Contracts;
using Marketplace.Pricing;
using Microsoft.OpenApi;
using NodaTime;

namespace Marketplace;

/// <summary>
/// What <c>/openapi/v1.json</c> says beyond what the framework reads off the endpoints: our own value types, the key, the headers.
/// </summary>
internal static class ApiDocument
{
    private const string Key = "key";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new()
            {
                Title = "Marketplace", Version = "v1", Description = "Compute capacity: offers, bids, leases, usage, invoices, books.",
            };
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Key] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: mk_ and 43 letters and digits.",
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.HttpMethod != HttpMethods.Post) return Task.CompletedTask;
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = Idempotency.Header,
                In = ParameterLocation.Header,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 200 },
                Description = "Makes a repeat harmless: the same key with the same request gets the first answer again.",
            });
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Describe(schema, Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type);
            if (schema.Type is not null && context.JsonPropertyInfo?.IsGetNullable == true) schema.Type |= JsonSchemaType.Null;
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiSchema schema, Type type)
    {
        var isId = type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITextId<>));
        var isQuantity = type == typeof(CardCount) || type == typeof(CardSeconds) || type == typeof(StandardUnits)
            || type == typeof(UnitHours) || type == typeof(Energy) || type == typeof(Carbon) || type == typeof(Power) || type == typeof(Pue)
            || type == typeof(Petaflops);
        if (type == typeof(string) || isId) schema.Type = JsonSchemaType.String;
        else if (type == typeof(Instant)) (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        else if (type == typeof(BasisPoints)) schema.Type = JsonSchemaType.Integer;
        else if (isQuantity) schema.Type = JsonSchemaType.Number;
        else if (type == typeof(Money) || type == typeof(UnitPrice) || type == typeof(ExactAmount))
        {
            schema.Type = JsonSchemaType.Object;
            schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["amount"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String, Pattern = @"^-?\d+(\.\d+)?$", Description = "A plain decimal number, never a float.",
                },
                ["currency"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[A-Z]{3}$", Description = "ISO 4217." },
            };
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "amount", "currency" };
        }
    }
}
