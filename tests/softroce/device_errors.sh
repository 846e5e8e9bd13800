#!/usr/bin/env bash
# What can be wrong with a device, each in turn in one guest: device_errors.sh guest BUILD, run there by device_errors.sh BUILD. Every rank has to
# say what failed, with what, why, and what helps, by resource_error; the job ends with an exit status other than 0 and leaves nothing behind.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "${1-}" != guest ]; then
  [ $# -eq 1 ] || { printf 'usage: device_errors.sh BUILD\n' >&2; exit 2; }
  exec "$here/run" --timeout 150 --env LIANA_TRANSPORT=verbs --env LIANA_HOSTS=each -- bash "$here/device_errors.sh" guest "$1"
fi

build=$2
start=$build/tests/errors/start_program
scratch=$(mktemp -d)
failures=0

# refused NAME REGEX COMMAND...: both ranks must print the regular expression.
refused() {
  local name=$1 expect=$2 rank
  shift 2
  if ! bash "$here/../../cmake/run_failure.sh" "caught resource_error: .*$expect" 60 "$@" >"$scratch/output" 2>&1 ||
    ! for rank in 0 1; do grep -qE "^rank $rank caught resource_error: .*$expect" "$scratch/output" || exit 1; done; then
    printf 'FAILED  %s: not on both ranks: %s\n' "$name" "$expect"
    cat "$scratch/output"
    failures=$((failures + 1))
    return
  fi
  printf 'passed  %s\n        %s\n' "$name" "$(sed -n 's/^rank 0 caught //p' "$scratch/output")"
}

# informs NAME REGEX: a line that liana-info must print.
informs() {
  "$build/bin/liana-info" >"$scratch/output" 2>&1
  if grep -qE "$2" "$scratch/output"; then
    printf 'passed  liana-info: %s\n' "$1"
  else
    printf 'FAILED  liana-info: %s: no line matches %s\n' "$1" "$2"
    cat "$scratch/output"
    failures=$((failures + 1))
  fi
}

# Root without the capability, whom the limit binds.
limited() { prlimit --memlock=1048576 setpriv --bounding-set -ipc_lock,-sys_resource "$@"; }
export -f limited

informs 'the device, its atomics and limits' '^  RDMA device rxe0, .*IBV_ATOMIC_HCA.*queue pairs.*requests.*reads'
informs 'the port' '^    port 1, Ethernet: active, MTU 1024'
informs 'the GIDs' '^      GID 1: RoCE v2, 10\.77\.0\.1$'
informs 'what would be chosen, and why' '^  RDMA would go through rxe0 port 1, RoCE v2, GID 1 \(10\.77\.0\.1\), MTU 1024: .*LIANA_DEVICE'
informs 'the transport, and why' '^transport: verbs: RDMA is asked for'

refused 'a device that is not there' 'LIANA_DEVICE .*"none_such", which does not exist; there is rxe0' env LIANA_DEVICE=none_such mpirun -n 2 "$start"
refused 'a port that is not there' 'device rxe0: it has no port 9, which LIANA_PORT .* but ports 1 \(active\)' env LIANA_PORT=9 mpirun -n 2 "$start"
refused 'a GID that is not there' 'rxe0: port 1 has no GID 77, which LIANA_GID_INDEX .*1 \(RoCE v2, 10\.77\.0\.1\)' env LIANA_GID_INDEX=77 mpirun -n 2 "$start"
locked='ibv_reg_mr\(rxe0, [0-9]+ bytes\) failed: .*may lock 1048576 bytes .*RLIMIT_MEMLOCK.* and needs [0-9]+ .*ulimit -l unlimited'
refused 'a limit of locked memory' "$locked" bash -c 'limited mpirun -n 2 "$0"' "$start"
refused 'a limit of locked memory of one rank' "rank 1: $locked" mpirun -n 1 "$start" : -n 1 bash -c 'limited "$0"' "$start"

# Not of the device, but of the guest's kernel, Debian's: it gives memory back at each signal.
if timeout 100 "$build/tests/unit/unit_tests" --gtest_filter='shared_segment.*' >"$scratch/output" 2>&1; then
  printf 'passed  memory is taken while signals arrive\n'
else
  printf 'FAILED  memory is taken while signals arrive\n'
  cat "$scratch/output"
  failures=$((failures + 1))
fi

ip link set eth0 down
informs 'a port that is down' '^    port 1, Ethernet: down'
refused 'a port that is down' 'rxe0: port 1 is not active, its state is down.*LIANA_DEVICE' mpirun -n 2 "$start"
# The link-local GID stays, without an address that it could be reached by.
ip link set eth0 up
ip address flush dev eth0
refused 'a GID without a route' 'ibv_modify_qp to RTR .* GID fe80::.*Network is unreachable.*LIANA_GID_INDEX' mpirun -n 2 "$start"
rdma link del rxe0
informs 'a host without a device' '^  RDMA: no RDMA device: the kernel knows none .*LIANA_TRANSPORT=shm'
refused 'no device' 'no RDMA device: the kernel knows none .*driver.*LIANA_TRANSPORT=shm' mpirun -n 2 "$start"
if env -u LIANA_TRANSPORT mpirun -n 2 "$start" >"$scratch/output" 2>&1; then
  printf 'passed  without a device auto takes shared memory on one host\n'
else
  printf 'FAILED  without a device auto takes shared memory on one host\n'
  cat "$scratch/output"
  failures=$((failures + 1))
fi
exit $((failures != 0))
