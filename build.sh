#!/usr/bin/env bash
# ./build.sh [TARGET] [--option ...] [-- arguments of the benchmarks]     README.md lists the targets; none means test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
if ! command -v dotnet >/dev/null; then
    echo 'dotnet is not on the PATH; global.json names the .NET SDK that this needs' >&2
    exit 1
fi
# The SDK does not even say its version where the system's ICU is missing, as on a bare Debian, unless it is told to do
# without; the product does without anywhere. Names of cultures are then taken as written, or pages would lose theirs.
if ! (exec dotnet --version) >/dev/null 2>&1; then
    export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY=false
fi
# No MSBuild process waits in the background for a next build that never comes.
if [ "${CI:-}" = true ]; then export MSBUILDDISABLENODEREUSE=1; fi

if [ ! -t 1 ]; then export NO_COLOR=1; fi

target=test
case ${1:-} in
    '' | -*) ;;
    *) target=$(printf %s "$1" | tr '[:upper:]' '[:lower:]'); shift ;;
esac
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
done
if [ $# -gt 0 ]; then
    shift
    if [ $# -gt 0 ]; then options+=("--args=$(printf '"%s" ' "$@")"); fi
fi

summary=artifacts/tests/summary.txt
rm -f "$summary"
code=0
trap 'code=130' INT
dotnet tool restore </dev/null && dotnet cake build.cake "--target=$target" "${options[@]}" </dev/null || code=$?

# Cake stops the servers that it started; if it was killed before, they have no owner now and this does.
bash tests/servers.sh sweep || true

# The last line is the result of the tests, whatever came before it; a run without results is a failure of its own.
if [ "$target" = test ] || [ "$target" = default ]; then
    if [ -f "$summary" ]; then
        echo
        cat "$summary"
    else
        echo 'FAILED: the run ended before its tests did, see above'
        echo '0 passed, 1 failed'
    fi
fi
exit "$code"
