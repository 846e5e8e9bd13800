#!/usr/bin/env bash
# check_parts.sh PROGRAM: runs liana-info for one rank, with LIANA_HOSTS=each and LIANA_SEGMENT_BYTES=64M, and looks for each part of what
# it must print.
set -u
output=$("$1") || { printf '%s\nliana-info ended with status %d\n' "$output" $?; exit 1; }
printf '%s\n' "$output"
failed=0
while read -r part; do
  grep -qE -- "$part" <<<"$output" || { printf 'check_parts.sh: no line matches: %s\n' "$part" >&2; failed=1; }
done <<'PARTS'
^host .*: rank 0$
^  processors +[0-9]+ cores?, [0-9]+ hardware threads
^  NUMA nodes +[0-9]+
^  shared memory +[0-9.]+ MiB free in /dev/shm; 1 rank here
^  locked memory +([0-9.]+ MiB|unlimited)
^  huge pages +[0-9]+ of [0-9]+ free
^  RDMA
^  LIANA_SEGMENT_BYTES +64M +environment
^  LIANA_HOSTS +each +environment
^  LIANA_PORT +auto +default
^transport: shm: .*; 1 host, pretended
PARTS
exit $failed
