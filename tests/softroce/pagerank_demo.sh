#!/usr/bin/env bash
# The demo, PageRank over this machine's Debian packages, on four ranks of one host over shared memory and on two guests through RDMA:
# pagerank_demo.sh PAGERANK. Passes if both print the same ranking, to the last digit, and agree with their serial computation.
set -u

[ $# -eq 1 ] || { printf 'usage: pagerank_demo.sh PAGERANK\n' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

export LIANA_SEGMENT_BYTES=256M LIANA_CACHE_BYTES=64M
apt-cache dumpavail >"$scratch/packages" || exit 2
[ -s "$scratch/packages" ] || { printf 'pagerank_demo.sh: no apt lists on this machine; apt-get update fetches them\n' >&2; exit 1; }

# Only the lines of the ranking start with a place and a value.
ranking() { grep -E '^ +[0-9]+  0\.[0-9]{10}  ' "$1"; }
failed=0
bash "$here/../../cmake/run_job.sh" 120 mpirun -n 4 "$1" --packages "$scratch/packages" >"$scratch/shm" 2>&1 || { printf 'over shm: exit status %d\n' $?; failed=1; }
"$here/run" --hosts 2 --timeout 240 --env LIANA_TRANSPORT=verbs -- mpirun -n 4 "$1" --packages "$scratch/packages" >"$scratch/verbs" 2>&1 ||
  { printf 'on two guests: exit status %d\n' $?; failed=1; }
grep -E '^(Time|Hit|Bytes|Comparison)' "$scratch/verbs"
if [ "$(ranking "$scratch/verbs" | wc -l)" -ne 20 ] || ! diff <(ranking "$scratch/shm") <(ranking "$scratch/verbs"); then
  printf 'pagerank_demo.sh: not the same ranking of 20 packages\n' >&2
  failed=1
fi
[ $failed -eq 0 ] || cat "$scratch/shm" "$scratch/verbs"
exit $failed
