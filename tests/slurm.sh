# A private Slurm for the tests, sourced by servers.sh: one node that says it has 8 CPUs and 4 GPUs, in the partition
# `market`, with the books that real sites have: slurmdbd over MariaDB, and munge, all of them our own processes.

slurm_packages=(slurmctld slurmd slurmdbd slurm-client munge mariadb-server-core mariadb-client-core)

slurm_present() {
    local program
    # Debian keeps servers where only root looks.
    PATH=$PATH:/usr/sbin:/sbin
    for program in slurmctld slurmd slurmdbd sbatch sacctmgr munged mariadbd mariadb-install-db my_print_defaults; do
        command -v "$program" >/dev/null || return 1
    done
}

# Waits for a command to succeed, 20 s at most.
slurm_await() {
    local i
    for i in $(seq 200); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    return 1
}

slurm_port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

slurm_node_idle() { [ "$(sinfo --noheader --format=%T)" = idle ]; }

slurm_configure() {
    local directory=$1 user gpu
    user=$(id -un)
    for gpu in 0 1 2 3; do ln -s /dev/null "$directory/gpu$gpu"; done
    echo "Name=gpu File=$directory/gpu[0-3]" >"$directory/gres.conf"
    (
        umask 077
        cat >"$directory/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$directory/lent/munge
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$3
SlurmUser=$user
LogFile=$directory/slurmdbd.log
PidFile=$directory/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$2
StorageUser=root
StorageLoc=slurm
CONF
    )
    # KillWait: a cancelled job is gone after a second and not after thirty. SchedulerParameters: one that is submitted does
    # not wait for others to be scheduled with.
    cat >"$directory/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$4
SlurmdPort=$5
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$directory/lent/munge
CredType=cred/munge
StateSaveLocation=$directory/state
SlurmdSpoolDir=$directory/spool
SlurmctldPidFile=$directory/slurmctld.pid
SlurmdPidFile=$directory/slurmd.pid
SlurmctldLogFile=$directory/slurmctld.log
SlurmdLogFile=$directory/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$3
AccountingStoragePass=$directory/lent/munge
AccountingStorageEnforce=associations,limits,safe
AccountingStorageTRES=gres/gpu
ReturnToService=2
KillWait=1
GresTypes=gpu
NodeName=node1 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=8 CoresPerSocket=8 RealMemory=1000 Gres=gpu:4
PartitionName=market Nodes=node1 Default=YES ReqResv=YES MaxTime=INFINITE State=UP
CONF
}

# Slurm's own daemons run as whoever runs this (root's slurmd starts jobs as their users, as on a real node); its database
# and its munge as the user of the package, because MariaDB will not be root's.
start_slurm() {
    local directory=$1/slurm database books as
    slurm_present || return 1
    lend_user slurm
    mkdir -p "$directory/state" "$directory/spool"
    chmod 755 "$directory"
    own_directory slurm "$directory/lent"
    chmod 755 "$directory/lent"
    database=$(free_port)
    books=$(free_port)
    slurm_configure "$directory" "$database" "$books" "$(free_port)" "$(free_port)"
    (
        cd "$directory" &&
            "${as[@]}" sh -c 'umask 077; head -c 128 /dev/urandom >"$1"' sh "$directory/lent/key" &&
            "${as[@]}" munged --force --socket="$directory/lent/munge" --key-file="$directory/lent/key" \
                --pid-file="$directory/lent/munged.pid" --log-file="$directory/lent/munged.log" \
                --seed-file="$directory/lent/seed" &&
            "${as[@]}" mariadb-install-db --no-defaults --datadir="$directory/lent/data" \
                --auth-root-authentication-method=normal --skip-test-db || exit 1
        setsid "${as[@]}" mariadbd --no-defaults --datadir="$directory/lent/data" --socket="$directory/lent/mariadb" \
            --port="$database" --bind-address=127.0.0.1 --pid-file="$directory/lent/mariadbd.pid" \
            --innodb-flush-log-at-trx-commit=0 &
        # Its books answer once they have made their tables.
        slurm_await slurm_port_answers "$database" &&
            SLURM_CONF=$directory/slurmdbd.conf slurmdbd &&
            slurm_await slurm_port_answers "$books" &&
            export SLURM_CONF=$directory/slurm.conf &&
            slurmctld -f "$directory/slurm.conf" &&
            slurmd -N node1 -f "$directory/slurm.conf" &&
            slurm_await slurm_node_idle
    ) >"$1/slurm.log" 2>&1 </dev/null || return 1
    MARKETPLACE_TEST_SLURM=$directory/slurm.conf
}

# Jobs first: they would outlive the node's daemon.
stop_slurm() {
    local directory=$1/slurm
    if [ ! -e "$directory/slurm.conf" ]; then return 0; fi
    if ours "$(cat "$directory/slurmctld.pid" 2>/dev/null || echo 0)" "$1"; then
        SLURM_CONF=$directory/slurm.conf timeout 5 scancel --partition=market >/dev/null 2>&1 || true
    fi
    stop_process "$directory/slurmd.pid" "$1"
    stop_process "$directory/slurmctld.pid" "$1"
    stop_process "$directory/slurmdbd.pid" "$1"
    stop_process "$directory/lent/mariadbd.pid" "$1"
    stop_process "$directory/lent/munged.pid" "$1"
}
