#!/usr/bin/env bash
# Runs a command that starts a job of MPI: run_job.sh SECONDS COMMAND...
# Exit status: the command's; 124 if it did not end in time, which is then told; 2 for a wrong call.
#
# Time. A limit must only end a job that hangs, also on a slow machine, in an emulated guest, and beside other work. So SECONDS, which are for
# an idle machine on which a small job takes 0.42 s, are not the last word. When they have passed, that small job, two processes which compute
# for a while, is measured as things are now, and the limit becomes as many times as long as the job takes longer than 0.42 s: 20 times at most.
#
# Session. The job has a session directory of Open MPI that no other job shares. By default all jobs of a user have theirs below one directory,
# /tmp/ompi.HOST.UID. An mpirun that ends removes that one when it finds it empty; if that is between the moment when another mpirun has made
# sure of it and the moment when it makes its own below, then the other fails ("A call to mkdir was unable to create the desired directory").
set -u

reference_ms=420
most_times=20  # cmake/rank_test.cmake has it as well

[[ $# -ge 2 && $1 =~ ^[1-9][0-9]*$ ]] || { printf 'usage: run_job.sh SECONDS COMMAND...\n' >&2; exit 2; }
seconds=$1
shift

# Short, because sockets may lie below it, whose paths end at 107 characters.
directory=$(mktemp -d "${TMPDIR:-/tmp}/mpi.XXXXXX") || exit 2
export OMPI_MCA_orte_tmpdir_base=$directory
trap 'rm -rf "$directory"' EXIT

# In the background, so that a signal which asks this script to end reaches the command at once; the command then decides when it is over. It
# leads a process group, because a script that starts mpirun must not leave it behind.
[ ! -t 0 ] || exec </dev/null # a process group in the background would be stopped when it reads from the terminal
set -m
"$@" <&0 &
command=$!
set +m
for signal in HUP INT TERM; do
  # shellcheck disable=SC2064 # the names are those of now
  trap "kill -$signal -- -$command 2>/dev/null" $signal
done

# await SECONDS: until the command has ended, with its exit status in $status; fails if the time passes first.
await() {
  local sleeper ended
  sleep "$1" >/dev/null 2>&1 &
  sleeper=$!
  while :; do
    wait -n -p ended "$command" "$sleeper"
    status=$?
    # None, if a signal interrupted the wait.
    [ -z "${ended-}" ] || break
  done
  [ "$ended" = "$command" ] || return 1
  kill "$sleeper" 2>/dev/null
  return 0
}

# What the small job takes now, in milliseconds. A start of mpirun alone, which mostly waits, would not show how much other work there is.
time_of_small_job() {
  local start=${EPOCHREALTIME/[.,]/}
  timeout 300 "${MPIEXEC:-mpirun}" -n 2 bash -c 'for ((i = 0; i < 300000; ++i)); do :; done' </dev/null >/dev/null 2>&1 ||
    printf 'run_job.sh: the small job that is to show how fast this machine is has failed\n' >&2
  printf '%d\n' $(((${EPOCHREALTIME/[.,]/} - start) / 1000))
}

await "$seconds" && exit "$status"
measured_ms=$(time_of_small_job)
limit=$((seconds * measured_ms / reference_ms))
[ $limit -le $((most_times * seconds)) ] || limit=$((most_times * seconds))
if [ $limit -gt $SECONDS ]; then
  await $((limit - SECONDS)) && exit "$status"
fi
printf 'run_job.sh: the command did not end within %d s; the limit is %d s where a small job takes %d ms; here it took %d ms\n' \
  "$SECONDS" "$seconds" $reference_ms "$measured_ms" >&2
# mpirun ends its ranks in order when it is asked to.
kill -TERM -- "-$command" 2>/dev/null
await 30
kill -KILL -- "-$command" 2>/dev/null
exit 124
