#!/usr/bin/env bash
# Programs one after the other on four ranks of two guests, in one boot: programs.sh SECONDS [RUN-OPTION...] --- NAME COMMAND [ARGUMENT...] [--- NAME ...]...
#
# SECONDS is the limit of all together. Prints the time of each; passes only if all succeed, and shows the output of those that do not.
set -u

[ $# -ge 4 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seconds=$1
shift
options=()
while [ "$1" != --- ]; do
  options+=("$1")
  shift
done

# In the guest: what follows each --- is a program.
# shellcheck disable=SC2016 # the guest expands it
exec "$here/run" --hosts 2 --timeout "$seconds" --env LIANA_TRANSPORT=verbs "${options[@]}" -- bash -c '
  failed=0
  run() {
    local name=$1 start=$SECONDS status=0
    shift
    mpirun -n 4 "$@" >/tmp/output 2>&1 </dev/null || status=$?
    printf "%-20s %4d s  %s\n" "$name" $((SECONDS - start)) "$([ $status -eq 0 ] && echo passed || echo "FAILED ($status)")"
    [ $status -eq 0 ] && return
    failed=1
    tail -n 100 /tmp/output
  }
  program=()
  for word in "$@" ---; do
    if [ "$word" != --- ]; then
      program+=("$word")
    elif [ ${#program[@]} -gt 0 ]; then
      run "${program[@]}"
      program=()
    fi
  done
  exit $failed' programs "$@"
