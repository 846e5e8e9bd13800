#!/usr/bin/env bash
# Proof that the run script keeps what its --help promises: self_test.sh [one|two], for one guest, two guests or both. Takes a few minutes.
# shellcheck disable=SC2016 # commands in quotes are meant for the guest
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=$here/run
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The run script puts its files there, and the paths of its sockets tell its guests from those of others.
export TMPDIR=$scratch
failures=0
cases=0

# check NAME CONDITION...: passes if the command CONDITION succeeds.
check() {
  local name=$1
  shift
  cases=$((cases + 1))
  if "$@"; then
    printf 'passed  %s\n' "$name"
  else
    printf 'FAILED  %s\n' "$name"
    sed 's/^/        /' "$scratch/stdout" "$scratch/stderr" | tail -n 60
    failures=$((failures + 1))
  fi
}

# in_guest ARGUMENT...: the run script with these; leaves $status and the output in two files.
in_guest() {
  status=0
  "$run" "$@" >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
}
ends_with() { [ "$status" -eq "$1" ]; }
output_is() { [ "$(cat "$scratch/stdout")" = "$1" ]; }
output_has() { grep -qE -- "$1" "$scratch/stdout"; }
complaint_is() { [ "$(cat "$scratch/stderr")" = "$1" ]; }
complaint_has() { grep -qE -- "$1" "$scratch/stderr"; }
none_left() { ! pgrep -f "qemu-system.*$scratch/softroce" >/dev/null && ! ls -d "$scratch"/softroce.* >/dev/null 2>&1; }

one_guest() {
  in_guest -- bash -c 'echo output; echo complaint >&2; exit 7'
  check 'the exit status comes back' ends_with 7
  check 'standard output comes back alone' output_is output
  check 'standard error comes back alone' complaint_is complaint
  check 'no guest is left after the command' none_left

  LIANA_SELF_TEST="it's \$HOME" in_guest --env 'OTHER=a=b  c' --out "$scratch/out" -- bash -c '
    printf "%s|%s|%s|%s\n" "$LIANA_SELF_TEST" "$OTHER" "$PWD" "$(hostname)"
    echo result >'"$scratch"'/out/file
    touch '"$scratch"'/elsewhere && ulimit -l
    ibv_devinfo -v'
  check 'variables, directory and host name hold in the guest' output_has "^it's \\\$HOME\|a=b  c\|$PWD\|vm1\$"
  check 'a file written to --out is there afterwards' grep -qx result "$scratch/out/file"
  check 'a file written elsewhere is gone afterwards' test ! -e "$scratch/elsewhere"
  check 'memory may be locked without limit' output_has '^unlimited$'
  check 'the device is there' output_has '^hca_id:[[:space:]]+rxe0$'
  check 'GID 1 is RoCE v2 over IPv4' output_has 'GID\[ *1\]:[[:space:]]+::ffff:10\.77\.0\.1, RoCE v2'

  in_guest --memlock 128 -- bash -c 'ulimit -l; ibv_rc_pingpong -d rxe0 -g 1 -s 1000000'
  check '--memlock sets the limit' output_has '^128$'
  check '--memlock makes a registration fail' complaint_has "Couldn't register MR"

  in_guest --no-rdma -- ibv_devinfo
  check '--no-rdma leaves no device' complaint_has 'No IB devices found'

  in_guest --timeout 5 -- bash -c 'echo before; sleep 1000'
  check 'the time limit ends the command with 124' ends_with 124
  check 'what was written before the time limit comes back' output_is before
  check 'the time limit is told, with the console log' complaint_has '^guest 1: up'
  check 'the time limit is told, with what the guest was doing' complaint_has '^ *[0-9]+ +[0-9]+ S .* sleep 1000'

  # The run script looks once a second for a line, which may be there in part.
  in_guest -- bash -c 'port=$(echo /dev/vport*p3); printf "exit " >$port; sleep 3; echo 5 >$port; sleep 1000'
  check 'a control line that comes in two parts is understood' ends_with 5

  in_guest --boot-limit 1 -- true
  check 'a guest that does not come up ends with 125' ends_with 125
  in_guest --memory 100000000 -- true
  check 'a guest that QEMU cannot start ends with 125' ends_with 125
  check 'QEMU tells why it cannot start a guest' complaint_has 'qemu-system-x86_64: .*memory'
  in_guest -- bash -c 'echo c >/proc/sysrq-trigger; sleep 100'
  check 'a kernel panic ends with 125' ends_with 125
  check 'a kernel panic is shown' complaint_has 'Kernel panic'

  "$run" -- bash -c 'echo started; sleep 1000' >"$scratch/stdout" 2>"$scratch/stderr" &
  local pid=$!
  until grep -q started "$scratch/stdout" || ! kill -0 $pid; do sleep 0.2; done
  kill -TERM $pid
  wait $pid
  status=$?
  check 'a killed run ends with 143' ends_with 143
  check 'a killed run leaves no guest' none_left

  "$run" -- bash -c 'echo first; exit 3' >"$scratch/first" 2>&1 &
  pid=$!
  in_guest -- bash -c 'echo second; exit 4'
  check 'the second of two runs at once is as if alone' ends_with 4
  wait $pid
  status=$?
  check 'the first of two runs at once is as if alone' ends_with 3
}

two_guests() {
  LIANA_SELF_TEST='a b' in_guest --hosts 2 --env OTHER=x --memlock 4096 -- bash -c '
    mpirun -n 4 sh -c '\''echo "$OMPI_COMM_WORLD_RANK $(hostname) $LIANA_SELF_TEST $OTHER $PWD $(bash -c "ulimit -l")"'\'' | sort
    LIANA_SELF_TEST=changed mpirun -n 3 sh -c '\''echo "changed $OMPI_COMM_WORLD_RANK $(hostname) $LIANA_SELF_TEST"'\''
    mpirun -n 2 sh -c '\''[ $OMPI_COMM_WORLD_RANK = 0 ] || kill -KILL $$; sleep 1000'\''
    echo "killed: $?"
    exit 9'
  check 'the exit status comes back' ends_with 9
  for place in '0 vm1' '1 vm1' '2 vm2' '3 vm2'; do
    check "rank and host, variables, directory and limit: $place" output_has "^$place a b x $PWD 4096\$"
  done
  check 'ranks see the variables of their mpirun' output_has '^changed 2 vm2 changed$'
  check 'a rank killed in a guest ends the job' output_has '^killed: 137$'

  # The first connection attempts may come before the server listens.
  in_guest --hosts 2 --netem 'loss 2% delay 20ms' -- bash -c '
    busybox ping -q -c 4 vm2
    ssh -F /run/softroce/ssh_config vm2 "ibv_rc_pingpong -d rxe0 -g 1 -n 20" >/dev/null &
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
      sleep 1
      timeout 60 ibv_rc_pingpong -d rxe0 -g 1 -n 20 vm2 2>/dev/null && exit 0
    done
    exit 1'
  check '--netem delays in both directions' output_has 'round-trip min/avg/max = [4-9][0-9]\.'
  check 'verbs work between the guests in spite of loss' output_has '^20 iters in'

  in_guest --hosts 2 --timeout 150 -- mpirun -n 2 bash -c '
    if [ $OMPI_COMM_WORLD_RANK = 0 ]; then sleep 2; /run/softroce/vanish; fi
    sleep 1000'
  check 'mpirun ends when a host vanishes' complaint_has 'lost communication with a remote daemon'
  check 'a vanished host is not a guest that failed' test "$status" -ne 125 -a "$status" -ne 124 -a "$status" -ne 0
  check 'guest 2 vanishes when the command says so' complaint_has '^run: guest 2 vanishes'

  in_guest --hosts 2 --kill-host 2 --after 2 -- bash -c 'until ! busybox ping -c 1 -W 1 vm2; do sleep 1; done; exit 9'
  check 'guest 2 vanishes after the time set' ends_with 9
  check 'no guest is left' none_left
}

case ${1-both} in
  one) one_guest ;;
  two) two_guests ;;
  both) one_guest; two_guests ;;
  *) printf 'usage: self_test.sh [one|two]\n' >&2; exit 2 ;;
esac
printf '%d cases, %d failed\n' "$cases" "$failures"
[ "$failures" -eq 0 ]
