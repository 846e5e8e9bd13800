#!/usr/bin/env bash
# Tests of this build once more, in one guest and through its RDMA device: suite.sh BUILD SECONDS JOBS CTEST-ARGUMENT...
#
# The arguments select the tests, as ctest takes them. Passes only if every test that they select ran and passed there, and each test
# inside a gtest program did so with at least one of its numbers of ranks. LIANA_TRANSPORT=verbs holds for all, so what is far goes through the NIC.
set -u

[ $# -ge 4 ] || { printf 'usage: suite.sh BUILD SECONDS JOBS CTEST-ARGUMENT...\n' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 seconds=$2 jobs=$3
shift 3
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# What gtest would run of a program, were nothing left out.
listed() { "$1" --gtest_list_tests | grep -c '^  '; }

# The packets received tell whether the NIC was used.
status=0
"$here/run" --timeout "$seconds" --env LIANA_TRANSPORT=verbs --env GTEST_COLOR=no -- bash -c '
  jobs=$1
  shift
  ctest -N "$@"
  ctest --verbose --no-tests=error -j "$jobs" "$@"
  status=$?
  echo "packets $(cat /sys/class/infiniband/rxe0/ports/1/hw_counters/rcvd_pkts)"
  exit $status' suite "$jobs" --test-dir "$build" "$@" >"$scratch/output" 2>&1 || status=$?

results() { grep -E '^ *[0-9]+/[0-9]+ Test +#' "$scratch/output"; }
results
sed -n 's/^ *Test *#[0-9]*: \([^ ]*\)$/\1/p' "$scratch/output" | sort >"$scratch/selected"
results | grep -E ' Passed ' | sed -E 's/^.* Test +#[0-9]+: ([^ ]+) .*/\1/' | sort >"$scratch/passed"
packets=$(sed -n 's/^packets //p' "$scratch/output")

failures=0
complain() {
  printf 'suite.sh: %s\n' "$1" >&2
  failures=$((failures + 1))
}
[ "$status" -eq 0 ] || complain "the run in the guest ended with $status"
if ! missing=$(comm -23 "$scratch/selected" "$scratch/passed") || [ -n "$missing" ]; then
  complain "selected here, not passed there: $(tr '\n' ' ' <<<"$missing")"
fi
if grep -qE '\*\*\*Skipped|\*\*\*Not Run|Not Run \(Disabled\)' "$scratch/output"; then
  complain 'ctest left out some of them'
fi
# Some need more ranks than one variant has; then another must have run them.
cases() { sed -nE "s/^[0-9]+: \[$1\] ([^ ]+) \([0-9]+ ms\)\$/\1/p" "$scratch/output" | sort -u; }
cases ' {7}OK ' >"$scratch/ok"
skipped=$(cases '  SKIPPED ' | comm -23 - "$scratch/ok")
[ -z "$skipped" ] || complain "never run, only skipped: $(tr '\n' ' ' <<<"$skipped")"
[ "${packets:-0}" -gt 0 ] || complain 'no packet went through the device'

# Each gtest program names itself in ctest's line "N: Test command: ...", and says how many tests it ran.
while read -r number program; do
  "$program" --gtest_list_tests >/dev/null 2>&1 || continue
  ran=$(sed -n "s/^$number: \[==========\] \([0-9]*\) tests\{0,1\} from .* ran.*/\1/p" "$scratch/output" | tail -n 1)
  expected=$(listed "$program")
  total=$((${total:-0} + ${ran:-0}))
  [ "${ran:-0}" -eq "$expected" ] || complain "$(basename "$program") holds $expected tests, and ran ${ran:-0} in the guest"
done < <(sed -nE 's/^([0-9]+): Test command: .*mpiexec" .*"([^"]*_tests)".*/\1 \2/p' "$scratch/output" | sort -u)

printf '%d of %d tests passed through the NIC; %d runs of %d tests of gtest programs, none skipped in all variants; %s packets\n' \
  "$(wc -l <"$scratch/passed")" "$(wc -l <"$scratch/selected")" "${total:-0}" "$(wc -l <"$scratch/ok")" "${packets:-no}"
[ $failures -eq 0 ] && exit 0
# What the tests that failed said, or else the end of all.
mapfile -t failed < <(results | grep -v ' Passed ' | sed -E 's/^.* Test +#([0-9]+): .*/\1/')
for number in "${failed[@]}"; do
  printf -- '---- test %d\n' "$number"
  grep -E "^$number: " "$scratch/output" | tail -n 100 | cut -c -1000
done
[ ${#failed[@]} -gt 0 ] || tail -n 200 "$scratch/output"
exit 1
