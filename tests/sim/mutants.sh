#!/usr/bin/env bash
# Looks for a violation in every mutant that `explore` must catch: mutants.sh [--note] EXPLORE SCHEDULES
#
# Prints which check found which mutant, at which seed, and what it saw. Passes only if all were caught. First comes the seed that mutants.seeds
# has for the mutant. Only where that catches it no more, because the code has changed, the seeds from 1 to SCHEDULES follow.
#
#   --note   writes into mutants.seeds the seeds that caught the mutants
set -u
note=no
[ "${1-}" != --note ] || { note=yes; shift; }
[ $# -eq 2 ] || { printf 'usage: mutants.sh [--note] EXPLORE SCHEDULES\n' >&2; exit 2; }
seeds=$(dirname "${BASH_SOURCE[0]}")/mutants.seeds

# try EXPLORE NAME FIRST SCHEDULES: prints check, seed, how many schedules it took and the violation, if there is one.
try() {
  timeout 6000 "$1" --mutant "$2" --expect-violation --first "$3" --schedules "$4" 2>/dev/null |
    sed -n 's/^caught by \(.*\) after \([0-9]*\) schedules, seed \([0-9]*\): \(.*\)/\1\t\3\t\2\t\4/p' | head -n 1
}
look() {
  local output='' noted
  noted=$(awk -v name="$3" '$1 == name { print $2 }' "$4")
  [ -z "$noted" ] || output=$(try "$1" "$3" "$noted" 1)
  if [ -z "$output" ]; then
    output=$(try "$1" "$3" 1 "$2")
    # By itself, too: else what was seen came from the schedules before it.
    [ -z "$output" ] || output=$(try "$1" "$3" "$(cut -f 2 <<<"$output")" 1)
  fi
  printf '%s\t%s\n' "$3" "${output:-MISSED}"
}
export -f try look
table=$("$1" --mutants | xargs -n 1 -P 2 bash -c 'look "$1" "$2" "$4" "$3"' look "$1" "$2" "$seeds" | sort)
printf '%-42s %-10s %7s %9s  %s\n' mutant 'caught by' seed schedules 'first violation'
while IFS=$'\t' read -r name check seed count what; do
  printf '%-42s %-10s %7s %9s  %.110s\n' "$name" "$check" "${seed:--}" "${count:--}" "${what-}"
done <<<"$table"
if [ $note = yes ]; then
  {
    printf '# A seed at which `explore` catches each mutant, for mutants.sh, whose option --note writes this file.\n'
    awk -F '\t' '$2 != "MISSED" { print $1, $3 }' <<<"$table"
  } >"$seeds"
fi
caught=$(grep -vc MISSED <<<"$table")
all=$(grep -c . <<<"$table")
printf '%d of %d mutants caught\n' "$caught" "$all"
[ "$all" -gt 0 ] && [ "$caught" -eq "$all" ]
