#!/usr/bin/env bash
# Sends one signed probe of a machine of yours: registers a P-256 key (the first time), asks for a nonce, measures, signs the rates as a
# compact JWS (ES256) and sends them. The answer says what the machine is listed at now. Needs bash, openssl and curl.
#
#   SERVER=https://market.example API_KEY=mk_... ./probe.sh CARD COMMAND [ARGUMENT...]
#
# CARD is the card's id in the registry. COMMAND measures and prints samples, in TFLOPS, TOPS or GB/s:
#   [{"figure":"fp16","size":4096,"rates":[702.1,700.3,701.7]}, {"figure":"fp16","size":8192,"rates":[731.0,729.4,730.2]},
#    {"figure":"bandwidth","size":1000000,"rates":[2890,2902,2895]}, {"figure":"bandwidth","size":4000000,"rates":[2981,2979,2990]}]
# that is the bandwidth and one compute figure or more, at two sizes or more, three repetitions or more of each.
# Optional: PROBE_KEY, the file of the private key; FRAMEWORK and MODEL, what ran; TAKEN_AT, for a market on a test clock.
set -euo pipefail
server=${SERVER:?is the address of the market} api_key=${API_KEY:?is your API key}
card=${1:?is the id of a card} && shift
key=${PROBE_KEY:-probe-key.pem}

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
post() {
    curl --silent --show-error --fail-with-body --data "$2" "$server$1" \
        --header "Authorization: Bearer $api_key" --header 'Content-Type: application/json'
}

if [ ! -s "$key.id" ]; then
    (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$key")
    public=$(openssl pkey -in "$key" -pubout -outform DER | openssl base64 -A)
    registered=$(post /v1/probe-keys "{\"name\":\"$(uname -n)\",\"publicKey\":\"$public\"}")
    field probeKeyId <<< "$registered" > "$key.id"
fi

issued=$(post /v1/probes/nonces "{\"card\":\"$card\"}")
samples=$("$@")
header=$(printf '{"alg":"ES256","kid":"%s"}' "$(< "$key.id")" | base64url)
payload=$(printf '{"nonce":"%s","card":"%s","framework":"%s","model":"%s","takenAt":"%s","samples":%s}' \
    "$(field nonce <<< "$issued")" "$card" "${FRAMEWORK:-not said}" "${MODEL:-gemm}" \
    "${TAKEN_AT:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}" "$samples" | base64url)

# openssl writes a signature as DER, SEQUENCE { INTEGER r, INTEGER s }; a JWS has r and s as 32 bytes each.
hex=$(printf '%s.%s' "$header" "$payload" | openssl dgst -sha256 -sign "$key" | openssl asn1parse -inform DER |
    sed -n 's/.*INTEGER *:\([0-9A-F]*\)$/\1/p' | while read -r integer; do printf '%64s' "$integer" | tr ' ' 0; done)
signature=$(printf '%b' "$(sed 's/../\\x&/g' <<< "$hex")" | base64url)
post /v1/probes "{\"signed\":\"$header.$payload.$signature\"}"
echo
