#!/usr/bin/env bash
# Runs a job that must fail well: run_failure.sh REGEX SECONDS COMMAND...
# Exit 0 only if COMMAND ends by itself, in the time that run_job.sh gives it, with a status other than 0, a line of its output matches the
# extended regular expression REGEX, and no object of liana is left in /dev/shm.
set -u

[ $# -ge 3 ] || { printf 'usage: run_failure.sh REGEX SECONDS COMMAND...\n' >&2; exit 2; }
expect=$1
seconds=$2
shift 2

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

bash "$here/shm_leftovers.sh" snapshot "$scratch/before" || exit 2
bash "$here/run_job.sh" "$seconds" "$@" >"$scratch/output" 2>&1 </dev/null
status=$?
cat "$scratch/output"
printf -- '--- exit status %d\n' "$status"

failed=0
complain() {
  printf 'run_failure.sh: %s\n' "$1" >&2
  failed=1
}
case $status in
  0) complain 'the job succeeded, but must fail' ;;
  124) complain 'the job did not end by itself' ;;
  126 | 127) complain 'the job could not be started' ;;
esac
grep -qE -- "$expect" "$scratch/output" || complain "no line of the output matches: $expect"
bash "$here/shm_leftovers.sh" check "$scratch/before" || failed=1
exit $failed
