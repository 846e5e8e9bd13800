#!/usr/bin/env bash
# What the tests rely on of cmake/run_job.sh: run_job_test.sh RUN_JOB
set -u

run_job=$1
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
failures=0

# ends STATUS NAME SECONDS COMMAND...: the exit status must be that; output in a file.
ends() {
  local expected=$1 name=$2 status=0
  shift 2
  bash "$run_job" "$@" >"$scratch/output" 2>&1 || status=$?
  if [ $status -eq "$expected" ]; then
    printf 'passed  %s\n' "$name"
  else
    printf 'FAILED  %s: exit status %d\n' "$name" $status
    cat "$scratch/output"
    failures=$((failures + 1))
  fi
}
# tells NAME REGEX: the output must match.
tells() {
  if grep -qE "$2" "$scratch/output"; then
    printf 'passed  %s\n' "$1"
  else
    printf 'FAILED  %s\n' "$1"
    cat "$scratch/output"
    failures=$((failures + 1))
  fi
}

ends 7 'the exit status is that of the command' 60 bash -c 'exit 7'
ends 0 'input and output are those of the command' 60 cat <<<'as it came'
tells 'input and output are those of the command' '^as it came$'
ends 124 'a command that hangs is ended' 1 sleep 1000
tells 'a limit that has passed is told, with what was measured' '^run_job.sh: .* did not end within .* small job'
# shellcheck disable=SC2016 # the command expands it
ends 124 'a script that hangs is ended' 1 bash -c 'sleep 1000 & echo $! >"$0"; wait' "$scratch/started"
# A zombie has ended.
if ps -o stat= -p "$(<"$scratch/started")" | grep -qv '^Z'; then
  printf 'FAILED  what a script has started goes on when it is ended\n'
  failures=$((failures + 1))
fi
# shellcheck disable=SC2016 # the command expands it
ends 0 'jobs have session directories of their own' 60 bash -c '[ -d "$OMPI_MCA_orte_tmpdir_base" ]'
ends 2 'a call without a limit is wrong' true
exit $((failures != 0))
