#!/usr/bin/env bash
# same_ranking.sh EXPECTED MPIEXEC PAGERANK ARGUMENTS...
# Passes if pagerank prints exactly the ranking in the file EXPECTED on any number of ranks, near and far.
set -u

[ $# -ge 4 ] || { printf 'usage: same_ranking.sh EXPECTED MPIEXEC PAGERANK ARGUMENTS...\n' >&2; exit 2; }
expected=$1
mpiexec=$2
shift 2

failed=0
for ranks in 1 3 8; do
  for hosts in real each 2; do
    output=$(LIANA_HOSTS=$hosts "$mpiexec" -n "$ranks" "$@") || { printf 'exit status %d\n' $?; failed=1; }
    # The lines of the ranking, and no others, start with a place and a value.
    if ! grep -E '^ +[0-9]+  0\.[0-9]{10}  ' <<<"$output" | diff "$expected" -; then
      printf '^ %d ranks, LIANA_HOSTS=%s: another ranking than %s\n' "$ranks" "$hosts" "$expected"
      failed=1
    fi
  done
done
exit $failed
