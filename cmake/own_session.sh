#!/usr/bin/env bash
# Runs a command with a session directory of Open MPI that no other job shares: own_session.sh COMMAND...
# Exit status: the command's; 2 if there is no command or no directory.
#
# By default all jobs of a user have theirs below one directory, /tmp/ompi.HOST.UID. An mpirun that ends removes that one when it finds it
# empty; if that is between the moment when another mpirun has made sure of it and the moment when it makes its own below, then the other
# fails ("A call to mkdir was unable to create the desired directory"). So whatever starts jobs that may run side by side goes through here.
set -u

[ $# -ge 1 ] || { printf 'usage: own_session.sh COMMAND...\n' >&2; exit 2; }

# Short, because sockets may lie below it, whose paths end at 107 characters.
directory=$(mktemp -d "${TMPDIR:-/tmp}/mpi.XXXXXX") || exit 2
export OMPI_MCA_orte_tmpdir_base=$directory
trap 'rm -rf "$directory"' EXIT

# In the background, so that a signal which asks this script to end reaches the command at once; the command then decides when it is over.
# ctest's kill takes all processes of a test along by itself.
"$@" <&0 &
command=$!
for signal in HUP INT TERM; do
  # shellcheck disable=SC2064 # the names are those of now
  trap "kill -$signal $command 2>/dev/null" $signal
done
while :; do
  wait "$command"
  status=$?
  # A wait that a signal interrupted says 128 and its number although the command goes on.
  kill -0 "$command" 2>/dev/null || break
done
exit "$status"
