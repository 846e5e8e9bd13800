#!/usr/bin/env bash
# Looks for a violation in every mutant: mutants.sh DIRECTORY SCHEDULES NAME... Prints a table of which check found which mutant after how
# many schedules. Passes only if all were caught. A schedule is the seed's, from 1.
set -u
[ $# -ge 3 ] || { printf 'usage: mutants.sh DIRECTORY SCHEDULES NAME...\n' >&2; exit 2; }
directory=$1 schedules=$2
shift 2

look() {
  local output='' name=${3%@*} caught='s/^caught by \(.*\) after \([0-9]*\) schedules, seed [0-9]*: \(.*\)/\1\t\2\t\3/p'
  [ "$name" = "$3" ] || output=$("$1/mutant_$name" --expect-violation --first "${3#*@}" --schedules 1 2>/dev/null | sed -n "$caught" | head -n 1)
  [ -n "$output" ] || output=$(timeout 300 "$1/mutant_$name" --expect-violation --schedules "$2" 2>/dev/null | sed -n "$caught" | head -n 1)
  printf '%s\t%s\n' "$name" "${output:-MISSED}"
}
export -f look
table=$(printf '%s\0' "$@" | xargs -0 -n 1 -P 2 bash -c 'look "$1" "$2" "$3"' look "$directory" "$schedules" | sort)
printf '%-42s %9s  %-10s %s\n' mutant schedules 'caught by' 'first violation'
while IFS=$'\t' read -r name check count what; do
  printf '%-42s %9s  %-10s %.110s\n' "$name" "${count:--}" "$check" "${what-}"
done <<<"$table"
caught=$(grep -vc MISSED <<<"$table")
printf '%d of %d mutants caught\n' "$caught" $#
[ "$caught" -eq $# ]
