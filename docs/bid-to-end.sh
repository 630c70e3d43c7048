#!/usr/bin/env bash
# Plays one lease over HTTP, from a bid to its end: an offer, two bids of which one must lose, the auction, the receipt, the reason why, the
# hand-over, what was used, the end, the charges, the invoice, the reconciliation. Needs bash and curl, and a market of yours on a test
# clock, in which it opens accounts of its own:
#
#   dotnet run --project Marketplace.Api -- --Marketplace:TestClock=true --Marketplace:TestClockStart=2026-03-02T08:10:00Z \
#       --Marketplace:OperatorKey=an-operator-key-of-mine --urls http://127.0.0.1:5080
#   SERVER=http://127.0.0.1:5080 OPERATOR_KEY=an-operator-key-of-mine docs/bid-to-end.sh
set -euo pipefail
server=${SERVER:?is the address of the market} operator=${OPERATOR_KEY:?is the key of its operator}
run=$RANDOM$RANDOM

say() { printf '\n\n== %s\n' "$*"; }
field() { grep -o "\"$1\":\"[^\"]*\"" <<< "$2" | head -1 | cut -d'"' -f4; }
call() { # call KEY METHOD PATH [BODY]
    curl --silent --show-error --fail-with-body --request "$2" "$server$3" --header "Authorization: Bearer $1" \
        ${4:+--header 'Content-Type: application/json' --data "$4"}
}
open() { # open NAME ROLE: the account's key
    opened=$(call "$operator" POST /v1/accounts \
        "{\"name\":\"$1 $run\",\"roles\":[\"$2\"],\"zone\":\"Asia/Shanghai\",\"currency\":\"CNY\",\"taxRate\":600,\"jurisdiction\":\"CN\"}")
    field secret "$opened"
}
clock() { call "$operator" POST /v1/test-clock "{\"to\":\"$1\"}"; }

say 'A provider sells eight cards, two buyers want all of them for the same six hours'
provider=$(open 'North Lake' provider)
winner=$(open 'Blue Heron' buyer)
loser=$(open 'Grey Goose' buyer)
accountant=$(open 'Ledger and Sons' accountant)
call "$provider" POST /v1/offers "{\"name\":\"rack\",\"card\":\"h100-sxm5-80gb\",\"cards\":8,\"region\":\"r$run\",\"gang\":\"node\",
    \"ask\":{\"amount\":\"15.00\",\"currency\":\"CNY\"},\"availableFrom\":\"2026-03-02T00:00:00Z\",\"availableUntil\":\"2026-03-09T00:00:00Z\"}"
bid() { # bid KEY LIMIT
    call "$1" POST /v1/bids "{\"card\":\"h100-sxm5-80gb\",\"region\":\"r$run\",\"cards\":8,\"hours\":6,\"fromAt\":\"2026-03-02T09:00:00Z\",
        \"untilAt\":\"2026-03-02T15:00:00Z\",\"limitPerCardHour\":{\"amount\":\"$2\",\"currency\":\"CNY\"},\"reference\":\"train\"}"
}

say 'A bid rests until the auction, and what it may cost is held'
won=$(bid "$winner" 21.00) && echo "$won"
lost=$(bid "$loser" 18.00) && echo "$lost"
call "$winner" GET /v1/funds

say 'How that bid would fare if the auction were now: other bids are not told before they are cleared'
call "$loser" GET "/v1/bids/$(field bidId "$lost")/explanation"

say 'The auction'
call "$operator" POST /v1/auctions/run '{"currency":"CNY"}'

say 'The receipt of the winner: it pays what the loser would have paid, not its own limit'
awards=$(call "$winner" GET "/v1/bids/$(field bidId "$won")/awards") && echo "$awards"

say 'Why the other lost, what would have helped, and the lowest limit that would have won'
call "$loser" GET "/v1/bids/$(field bidId "$lost")/explanation?critical=true"
call "$loser" DELETE "/v1/bids/$(field bidId "$lost")" > /dev/null

say 'The provider hands the cards over; how to get at them only the buyer reads'
lease=$(field leaseId "$(call "$winner" GET '/v1/leases?state=awarded')")
call "$provider" POST "/v1/leases/$lease/provision" > /dev/null
clock 2026-03-02T09:00:00Z
call "$provider" POST "/v1/leases/$lease/start" '{"access":{"host":"10.1.2.3","user":"heron"}}'
call "$winner" GET "/v1/leases/$lease/access"

say 'Six hours of use, told by the provider'
for hour in 09 10 11 12 13 14; do
    clock "2026-03-02T$(printf %02d $((10#$hour + 1))):00:00Z" > /dev/null
    call "$provider" POST /v1/usage "{\"specversion\":\"1.0\",\"type\":\"marketplace.usage.v1\",\"source\":\"rack\",\"id\":\"$run-$hour\",
        \"subject\":\"$lease\",\"data\":{\"meter\":\"card_seconds\",\"from\":\"2026-03-02T$hour:00:00Z\",
        \"until\":\"2026-03-02T$(printf %02d $((10#$hour + 1))):00:00Z\",\"cards\":8}}"
done

say 'The lease is over by itself; every step of it is on record'
call "$winner" GET "/v1/leases/$lease"
echo
call "$winner" GET "/v1/leases/$lease/events"

say 'April: the invoice, and the reconciliation to the cent'
clock 2026-04-01T00:00:00Z
call "$operator" POST /v1/billing-runs '{"cutoff":"2026-03-31T16:00:00Z"}'
until [[ $(call "$winner" GET /v1/invoices) == *INV-* ]]; do :; done
call "$winner" GET /v1/invoices
echo
call "$accountant" GET '/v1/reconciliation?period=2026-03'
echo
