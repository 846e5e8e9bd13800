#!/usr/bin/env bash
# Shows that tests/fuzz/run.sh finds faults: each kind that tests/fuzz/targets/planted.cpp knows, from the corpus of edge lists and within seconds.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../../build/fuzz
output=$(mktemp) || exit 2
trap 'rm -f "$output"' EXIT

complain() {
  printf 'self_test.sh: %s\n' "$1"
  cat "$output"
  exit 1
}

forget() { rm -rf "$build/findings/planted" "$build/grown/planted"; }

forget
PLANTED=none "$here/run.sh" 2 planted >"$output" 2>&1 || complain 'fails where nothing is planted'
printf 'passed  nothing planted, nothing found\n'

# kind | what is reported. The seed is fixed, because this is a test of the script.
while IFS='|' read -r kind report; do
  status=0
  forget
  PLANTED=$kind "$here/run.sh" --seed 1 60 planted >"$output" 2>&1 || status=$?
  [ $status -eq 1 ] || complain "the planted $kind is not found (exit status $status)"
  grep -aqE "$report" "$output" || complain "the planted $kind is not reported as $report"
  play=$(sed -n 's/^Play it: *//p' "$output")
  [ -n "$play" ] || complain "no command plays the input of the planted $kind"
  # shellcheck disable=SC2086 # words of the command line
  if PLANTED=$kind $play >>"$output" 2>&1; then complain "the planted $kind is not found again by its input"; fi
  # shellcheck disable=SC2086
  PLANTED=none $play >>"$output" 2>&1 || complain "the input of the planted $kind fails by itself"
  printf 'passed  %s\n' "$kind"
done <<'END'
overflow|AddressSanitizer: heap-buffer-overflow
undefined|runtime error: signed integer overflow
exception|what\(\): +planted
allocation|out-of-memory
leak|detected memory leaks
property|PROPERTY BROKEN: planted
END
forget
