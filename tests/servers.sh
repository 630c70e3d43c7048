#!/usr/bin/env bash
# The servers that the tests talk to: a private PostgreSQL, a private RabbitMQ, a private Slurm and the path of a Chromium.
#
#   eval "$(tests/servers.sh start)"     starts them and sets the variables below
#   tests/servers.sh stop                stops what that start started and removes its files
#   tests/servers.sh sweep               does the same for the starts whose owner has ended
#
# A variable that is already set names a server of yours and is left as it is:
#   MARKETPLACE_TEST_POSTGRES   an Npgsql connection string, of a user who may create databases
#   MARKETPLACE_TEST_RABBITMQ   amqp://user:password@host:port/vhost
#   MARKETPLACE_TEST_CHROMIUM   the path of the browser
#   MARKETPLACE_TEST_SLURM      the slurm.conf of a cluster that you administer, with slurmdbd and an idle partition `market`
#                               of 8 CPUs and 4 gpu
# The fifth, MARKETPLACE_TEST_SERVERS, is the directory of one start. Each start has its own directory and its own
# ports on the loopback interface, so that any number of them live side by side.
#
# `start --owner PID` ties the servers to a process: should it be killed before it stops them, the next start sweeps them up.
set -euo pipefail

base=${TMPDIR:-/tmp}
base=${base%/}

# shellcheck source=tests/slurm.sh
. "$(dirname "${BASH_SOURCE[0]}")/slurm.sh"

say() { echo "servers: $*" >&2; }
die() { say "$*"; exit 1; }

# --- The programs ---------------------------------------------------------------------------------------------------

# Debian keeps PostgreSQL's programs off the PATH, a directory for each major version; the newest wins.
postgres_programs() {
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [ -n "$found" ] && [ -x "$found/initdb" ] && [ -x "$found/pg_ctl" ]; then
        echo "$found"
    elif found=$(command -v initdb) && command -v pg_ctl >/dev/null; then
        dirname "$(readlink -f "$found")"
    fi
}

# Debian's command on the PATH insists on the package's own user, directories and log; the one behind it does not.
rabbitmq_program() {
    if [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then
        echo /usr/lib/rabbitmq/bin/rabbitmq-server
    else
        command -v rabbitmq-server || true
    fi
}

chromium_program() {
    command -v chromium || command -v chromium-browser || command -v google-chrome-stable || true
}

# Only a Debian-like system is asked about its fonts; without them pages in Chinese are drawn as boxes.
fonts_present() {
    ! command -v dpkg >/dev/null || dpkg -s fonts-noto-cjk >/dev/null 2>&1
}

missing_packages() {
    if [ -z "${MARKETPLACE_TEST_POSTGRES:-}" ] && [ -z "$(postgres_programs)" ]; then echo postgresql; fi
    if [ -z "${MARKETPLACE_TEST_RABBITMQ:-}" ] && [ -z "$(rabbitmq_program)" ]; then echo rabbitmq-server; fi
    if [ -z "${MARKETPLACE_TEST_CHROMIUM:-}" ]; then
        if [ -z "$(chromium_program)" ]; then echo chromium; fi
        if ! fonts_present; then echo fonts-noto-cjk; fi
    fi
    if [ -z "${MARKETPLACE_TEST_SLURM:-}" ] && ! slurm_present; then printf '%s\n' "${slurm_packages[@]}"; fi
}

variable_for() {
    case $1 in
        postgresql) echo 'MARKETPLACE_TEST_POSTGRES="Host=...;Username=...;Password=...;Database=postgres"' ;;
        rabbitmq-server) echo 'MARKETPLACE_TEST_RABBITMQ="amqp://user:password@host:port/vhost"' ;;
        chromium | fonts-noto-cjk) echo 'MARKETPLACE_TEST_CHROMIUM="/path/to/chromium"' ;;
        *) echo 'MARKETPLACE_TEST_SLURM="/path/to/slurm.conf"' ;;
    esac
}

explain_missing() {
    local package line
    say "missing on this machine: $*"
    say "either install them as root:   apt-get update && apt-get install -y --no-install-recommends $*"
    say "or name what you already have:"
    for package in "$@"; do variable_for "$package"; done | sort -u | while read -r line; do say "  export $line"; done
}

# The packages would start services of their own on the usual ports, and hosts in containers often cannot start any;
# Debian asks /usr/sbin/policy-rc.d first, and 101 says no. A policy that is already there is the machine's own.
policy=/usr/sbin/policy-rc.d
our_policy=

forbid_services() {
    if [ ! -e "$policy" ]; then
        our_policy=$policy
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
}

allow_services() {
    if [ -n "$our_policy" ]; then rm -f "$our_policy"; our_policy=; fi
}

install_missing() {
    local missing
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -eq 0 ]; then return 0; fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        explain_missing "${missing[@]}"
        exit 1
    fi
    say "installing ${missing[*]}"
    forbid_services
    # Lock::Timeout: another run may be installing the same packages just now.
    if ! { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
            "${missing[@]}"; } </dev/null >&2; then
        explain_missing "${missing[@]}"
        exit 1
    fi
    allow_services
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -ne 0 ]; then
        explain_missing "${missing[@]}"
        exit 1
    fi
}

# --- Users, ports, processes ----------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root, and RabbitMQ should not: root lends each the user of its package.
lend_user() {
    if [ "$(id -u)" -eq 0 ]; then as=(runuser -u "$1" --); else as=(); fi
}

own_directory() {
    local user=$1 directory=$2
    mkdir -p "$directory"
    if [ "$(id -u)" -eq 0 ]; then
        id "$user" >/dev/null 2>&1 || die "root may not run this server, and there is no user '$user' to lend it"
        chown "$user" "$directory"
    fi
    chmod 700 "$directory"
}

# Below 32768, where Linux hands out ports for outgoing connections. Two starts may still choose the same free port at
# the same moment; the loser finds it taken and start_one chooses anew.
free_port() {
    local port
    while :; do
        port=$((10240 + (RANDOM * 32768 + RANDOM) % 22000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
}

alive() {
    if [ -d /proc/self ]; then [ -d "/proc/$1" ]; else kill -0 "$1" 2>/dev/null; fi
}

# A pid that we wrote down may belong to a stranger by now. Ours carries the directory in its arguments or environment.
ours() {
    local pid=$1 directory=$2
    alive "$pid" || return 1
    [ -d /proc/self ] || return 0
    cat "/proc/$pid/cmdline" "/proc/$pid/environ" 2>/dev/null | tr '\0' '\n' | grep -qF -- "$directory"
}

# return 0, as anywhere here: a bare return in a trap gives the status from before the trap, and set -e would end it.
stop_process() {
    local file=$1 directory=$2 pid i signal
    pid=$(head -n 1 "$file" 2>/dev/null | tr -dc 0-9) || true
    if [ -z "$pid" ]; then return 0; fi
    for signal in INT TERM KILL; do
        # Erlang answers INT with a menu that nobody reads.
        if [ "$signal" = INT ] && [ "$(basename "$file")" != postmaster.pid ]; then continue; fi
        if ! ours "$pid" "$directory"; then return 0; fi
        kill "-$signal" "$pid" 2>/dev/null || true
        for i in $(seq 100); do
            if ! ours "$pid" "$directory"; then return 0; fi
            sleep 0.1
        done
    done
}

# --- PostgreSQL -----------------------------------------------------------------------------------------------------

# fsync stays on: the tests that kill a process mean it.
start_postgres() {
    local directory=$1/postgres programs port as
    lend_user postgres
    programs=$(postgres_programs)
    port=$(free_port)
    own_directory postgres "$directory"
    (
        cd "$directory"
        "${as[@]}" "$programs/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
            >"$1/postgres.log" 2>&1 &&
            "${as[@]}" "$programs/pg_ctl" -D "$directory/data" -w -t 60 -l "$directory/log" \
                -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200" start \
                >>"$1/postgres.log" 2>&1 </dev/null
    ) || return 1
    MARKETPLACE_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
}

stop_postgres() {
    stop_process "$1/postgres/data/postmaster.pid" "$1"
}

# --- RabbitMQ -------------------------------------------------------------------------------------------------------

# A broker that is ready answers the protocol header with a method frame, whose first byte is 1.
amqp_answers() {
    local port=$1 first
    first=$( (
        exec 3<>"/dev/tcp/127.0.0.1/$port"
        printf 'AMQP\0\0\011\001' >&3
        timeout 5 head -c 1 <&3 | od -An -tu1
    ) 2>/dev/null) || return 1
    [ "${first//[[:space:]]/}" = 1 ]
}

# Erlang's port mapper is started by hand, so that it is ours alone and we know its pid. setsid keeps a Ctrl-C in the
# terminal from reaching the broker before the tests have ended; pg_ctl does the same for PostgreSQL.
start_rabbitmq() {
    local directory=$1/rabbitmq program port epmd_port as i
    lend_user rabbitmq
    program=$(rabbitmq_program)
    port=$(free_port)
    epmd_port=$(free_port)
    own_directory rabbitmq "$directory"
    cat >"$1/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
CONF
    (
        cd "$directory"
        export HOME=$directory
        export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd_port
        export RABBITMQ_NODENAME=test@localhost RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$(free_port)
        export RABBITMQ_CONF_ENV_FILE=$directory/none RABBITMQ_CONFIG_FILE=$1/rabbitmq.conf
        export RABBITMQ_ADVANCED_CONFIG_FILE=$directory/none.config RABBITMQ_ENABLED_PLUGINS_FILE=$directory/plugins
        export RABBITMQ_MNESIA_BASE=$directory RABBITMQ_LOG_BASE=$directory RABBITMQ_PID_FILE=$directory/pid
        export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
        # sh writes its pid and becomes the port mapper: runuser would stand between us and it.
        setsid "${as[@]}" sh -c 'echo $$ >epmd.pid; exec epmd' >>"$1/rabbitmq.log" 2>&1 </dev/null &
        setsid "${as[@]}" sh -c 'echo $$ >start.pid; exec "$1"' sh "$program" >>"$1/rabbitmq.log" 2>&1 </dev/null &
    )
    for i in $(seq 300); do
        if amqp_answers "$port"; then
            MARKETPLACE_TEST_RABBITMQ="amqp://guest:guest@127.0.0.1:$port/%2F"
            return 0
        fi
        sleep 0.2
        if [ "$i" -gt 10 ] && ! ours "$(cat "$directory/start.pid" 2>/dev/null || echo 0)" "$1"; then return 1; fi
    done
    return 1
}

# The broker writes its own pid down once it boots; until then there is only the script that starts it.
stop_rabbitmq() {
    stop_process "$1/rabbitmq/pid" "$1"
    stop_process "$1/rabbitmq/start.pid" "$1"
    stop_process "$1/rabbitmq/epmd.pid" "$1"
}

# --- start and stop -------------------------------------------------------------------------------------------------

start_one() {
    local name=$1 directory=$2 attempt
    for attempt in 1 2 3; do
        if "start_$name" "$directory"; then return 0; fi
        "stop_$name" "$directory"
        if [ "$attempt" -lt 3 ]; then
            say "$name did not start; trying other ports"
            rm -rf "${directory:?}/$name"
        fi
    done
    cat "$directory/$name.log" "$directory/$name"/*log* >&2 2>/dev/null || true
    die "$name did not start, see above"
}

stop() {
    local directory=$1
    if [ ! -d "$directory" ]; then return 0; fi
    case $directory in
        */marketplace-servers.*) ;;
        *) die "$directory is no directory of ours" ;;
    esac
    stop_postgres "$directory"
    stop_rabbitmq "$directory"
    stop_slurm "$directory"
    # Two runs may be sweeping up after the same dead one.
    rm -rf "$directory" || true
}

# What a killed run left behind. A directory without an owner was started by hand and stays.
sweep() {
    local owner_file owner
    for owner_file in "$base"/marketplace-servers.*/owner; do
        if [ ! -O "$owner_file" ]; then continue; fi
        owner=$(tr -dc 0-9 <"$owner_file")
        if [ -n "$owner" ] && ! alive "$owner"; then
            say "stopping what process $owner left behind"
            stop "$(dirname "$owner_file")"
        fi
    done
}

start() {
    local owner='' directory name started
    if [ "${1:-}" = --owner ]; then owner=$2; fi
    trap allow_services EXIT
    install_missing
    sweep
    directory=$(mktemp -d "$base/marketplace-servers.XXXXXXXX")
    # The servers' users must reach their own directories inside.
    chmod 755 "$directory"
    trap 'allow_services; stop "$directory"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    if [ -n "$owner" ]; then echo "$owner" >"$directory/owner"; fi
    started=(MARKETPLACE_TEST_SERVERS)
    MARKETPLACE_TEST_SERVERS=$directory
    if [ -z "${MARKETPLACE_TEST_POSTGRES:-}" ]; then
        start_one postgres "$directory"
        started+=(MARKETPLACE_TEST_POSTGRES)
    fi
    if [ -z "${MARKETPLACE_TEST_RABBITMQ:-}" ]; then
        start_one rabbitmq "$directory"
        started+=(MARKETPLACE_TEST_RABBITMQ)
    fi
    if [ -z "${MARKETPLACE_TEST_SLURM:-}" ]; then
        start_one slurm "$directory"
        started+=(MARKETPLACE_TEST_SLURM)
    fi
    if [ -z "${MARKETPLACE_TEST_CHROMIUM:-}" ]; then
        MARKETPLACE_TEST_CHROMIUM=$(chromium_program)
        started+=(MARKETPLACE_TEST_CHROMIUM)
    fi
    for name in "${started[@]}"; do
        echo "export $name='${!name}'"
    done
    trap - EXIT
}

case ${1:-} in
    start) shift; start "$@" ;;
    stop) stop "${2:-${MARKETPLACE_TEST_SERVERS:?names the directory of the start to stop}}" ;;
    sweep) sweep ;;
    *) sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
esac
