using System.Data;
using Dapper;
using Marketplace.Contracts;
using Marketplace.Pricing;
using NodaTime;

namespace Marketplace.Billing;

/// <summary>
/// How our types lie in the two column types that both engines share: instants as BIGINT milliseconds, ids and currencies as TEXT.
/// </summary>
internal static class TypeHandlers
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Type, SqlMapper.ITypeHandler> Handlers = [];
    private static bool _registered;

    internal static void Register()
    {
        lock (Gate)
        {
            if (_registered) return;
            DefaultTypeMap.MatchNamesWithUnderscores = true;
            Handlers[typeof(Instant)] = new OfInstant();
            Handlers[typeof(Currency)] = new OfCurrency();
            Handlers[typeof(CardCount)] = new OfCount();
            Handlers[typeof(CardSeconds)] = new OfQuantity();
            Handlers[typeof(StandardUnits)] = new OfUnits();
            Handlers[typeof(BasisPoints)] = new OfBasisPoints();
            foreach (var type in typeof(ITextId<>).Assembly.GetTypes().Where(IsId))
                Handlers[type] = (SqlMapper.ITypeHandler)Activator.CreateInstance(typeof(OfId<>).MakeGenericType(type))!;
            foreach (var (type, handler) in Handlers) SqlMapper.AddTypeHandler(type, handler);
            _registered = true;
        }
    }

    /// <summary>Gives a parameter a value of one of our types, or of one that the driver knows.</summary>
    internal static void Bind(IDbDataParameter parameter, Type type, object? value)
    {
        if (value is not null && Handlers.TryGetValue(Nullable.GetUnderlyingType(type) ?? type, out var handler))
            handler.SetValue(parameter, value);
        else
            parameter.Value = value ?? DBNull.Value;
    }

    private static bool IsId(Type type) =>
        type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITextId<>));

    private static void Put(IDbDataParameter parameter, DbType type, object? value)
    {
        parameter.DbType = type;
        parameter.Value = value ?? DBNull.Value;
    }

    private sealed class OfInstant : SqlMapper.TypeHandler<Instant>
    {
        public override Instant Parse(object value) => Instant.FromUnixTimeMilliseconds((long)value);

        public override void SetValue(IDbDataParameter parameter, Instant value)
        {
            if (!InstantText.IsWholeMilliseconds(value))
                throw new ArgumentException($"{value} is not in whole milliseconds", nameof(value));
            Put(parameter, DbType.Int64, value.ToUnixTimeMilliseconds());
        }
    }

    private sealed class OfCurrency : SqlMapper.TypeHandler<Currency>
    {
        public override Currency Parse(object value) => Currency.Of((string)value);

        public override void SetValue(IDbDataParameter parameter, Currency? value) => Put(parameter, DbType.String, value?.Code);
    }

    private sealed class OfCount : SqlMapper.TypeHandler<CardCount>
    {
        public override CardCount Parse(object value) => new(checked((int)(long)value));

        public override void SetValue(IDbDataParameter parameter, CardCount value) => Put(parameter, DbType.Int64, (long)value.Millis);
    }

    private sealed class OfQuantity : SqlMapper.TypeHandler<CardSeconds>
    {
        public override CardSeconds Parse(object value) => new((long)value);

        public override void SetValue(IDbDataParameter parameter, CardSeconds value) => Put(parameter, DbType.Int64, value.Micros);
    }

    private sealed class OfBasisPoints : SqlMapper.TypeHandler<BasisPoints>
    {
        public override BasisPoints Parse(object value) => new((int)(long)value);

        public override void SetValue(IDbDataParameter parameter, BasisPoints value) => Put(parameter, DbType.Int64, (long)value.Value);
    }

    private sealed class OfUnits : SqlMapper.TypeHandler<StandardUnits>
    {
        public override StandardUnits Parse(object value) => new((long)value);

        public override void SetValue(IDbDataParameter parameter, StandardUnits value) => Put(parameter, DbType.Int64, value.Micros);
    }

    private sealed class OfId<TId> : SqlMapper.TypeHandler<TId>
        where TId : struct, ITextId<TId>
    {
        public override TId Parse(object value) => TId.From((string)value);

        public override void SetValue(IDbDataParameter parameter, TId value) => Put(parameter, DbType.String, value.Value);
    }
}
