#!/usr/bin/env bash
# Ranks Debian's packages by PageRank, on four ranks of this machine, and shows what Liana's cache saves. Installs what is missing, builds, and
# runs apps/pagerank three times on the graph that this machine's apt lists describe: with all memory near, with half of it far, and as its twin
# in plain MPI. Arguments go to pagerank; --help lists them. Exit status 0 only if each run agrees with a serial computation, and all have the
# same ranking.
set -eu -o pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'demo.sh: %s\n' "$*" >&2; exit 1; }

pagerank=build/release/apps/pagerank/pagerank
for argument in "$@"; do
  case $argument in
    --help | -h)
      sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
      [ -x $pagerank ] || { printf '\nThe options of pagerank: once ./demo.sh has built it.\n'; exit 0; }
      printf '\n'
      exec $pagerank --help
      ;;
  esac
done

say 'Packages that Liana is built from'
bash cmake/install_dependencies.sh build apps </dev/null
# The graph is read from the lists, so they must be there even when nothing had to be installed.
if [ -z "$(apt-cache dumpavail 2>/dev/null | head -c 1)" ]; then
  printf 'No apt lists on this machine: fetching them.\n'
  if [ "$(id -u)" -eq 0 ]; then apt-get -q update; else sudo apt-get -q update; fi
fi
printf 'All installed.\n'

say 'Building'
# A new build directory is configured without what only tests need; one that exists keeps its configuration.
if [ -e build/release/build.ninja ]; then
  cmake --preset release
else
  cmake --preset release -DLIANA_BUILD_TESTS=OFF -DLIANA_BUILD_BENCHMARKS=OFF
fi
cmake --build --preset release --target pagerank pagerank_mpi

# What the user has set stays.
export LIANA_SEGMENT_BYTES="${LIANA_SEGMENT_BYTES:-256M}" LIANA_CACHE_BYTES="${LIANA_CACHE_BYTES:-64M}"
set -a
. cmake/openmpi.env
set +a

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# run NAME HOSTS PROGRAM ARGUMENT...: the output goes into the file NAME; that of the run 'near' is shown as well.
run() {
  local name=$1 hosts=$2
  shift 2
  LIANA_HOSTS=$hosts mpirun -n 4 "build/release/apps/pagerank/$@" </dev/null | tee "$scratch/$name" | show "$name" ||
    fail "the run '$name' failed; it printed: $(cat "$scratch/$name")"
}
show() { if [ "$1" = near ]; then cat; else cat >/dev/null; fi; }

# Only the lines of the ranking start with a place and a value.
ranking() { sed -nE '/^ +[0-9]+  [0-9]\.[0-9]{10}  /p' "$scratch/$1"; }

# value NAME EXPRESSION: what the group of the expression matches in the output of a run.
value() {
  local found
  found=$(sed -nE "s/^$2.*/\\1/p" "$scratch/$1")
  [ -n "$found" ] || fail "the run '$1' printed no line '$2'"
  printf '%s' "$found"
}
with_commas() { sed -E ':again; s/([0-9])([0-9]{3})($|[^0-9])/\1,\2\3/; t again'; }
megabytes() { awk -v bytes="$1" 'BEGIN { if (bytes == 0) printf "0"; else printf "%.1f MB", bytes / 1e6 }'; }
row() { printf '%-46s %14s %14s %14s\n' "$@"; }

say "All memory near: mpirun -n 4 pagerank $*"
run near real pagerank "$@"

say "Half of the memory far: LIANA_HOSTS=2 mpirun -n 4 pagerank $*"
run far 2 pagerank "$@"
printf 'Done.\n'

say "The same by messages: mpirun -n 4 pagerank_mpi $*"
run messages real pagerank_mpi "$@"
printf 'Done.\n'

for name in far messages; do
  diff <(ranking near) <(ranking "$name") || fail "the runs 'near' and '$name' have different rankings"
done

say 'What moved, and how long it took'
cat <<'TEXT'
near      Memory of a rank on the same host. A rank reads it where it lies, and nothing goes through the network.
far       Memory of a rank on another host. A rank fetches a block of it and keeps the copy, a replica, in its cache; while nobody writes
          the block, it reads the replica. The run 'far' treats ranks 0 and 2 as one host and ranks 1 and 3 as another, so it does on this
          machine all that it would do between two, with copies in memory in place of the network.
messages  The twin in plain MPI, whose ranks send each other what they need; all of them on this machine.

TEXT
hits='Hits: ([0-9]+) ' misses='Hits: .*; misses: ([0-9]+),' moved='Bytes moved: ([0-9]+) read'
gets='Bytes without a cache: .* each of ([0-9]+) far' without='Bytes without a cache: ([0-9]+),'
least='Time per iteration: .* least ([0-9.]+) ms' median='Time per iteration: median ([0-9.]+) ms'
# Each with the values of the runs; an assignment, unlike an argument, ends the script if its command fails.
count_row() {
  near=$(value near "$2") far=$(value far "$2")
  row "$1" "$(with_commas <<<"$near")" "$(with_commas <<<"$far")" -
}
bytes_row() {
  near=$(value near "$2") far=$(value far "$2")
  row "$1" "$(megabytes "$near")" "$(megabytes "$far")" -
}
time_row() {
  near=$(value near "$2") far=$(value far "$2") messages=$(value messages "$2")
  row "$1" "$near ms" "$far ms" "$messages ms"
}

row '' near far messages
count_row 'reads served by a replica (hits)' "$hits"
count_row 'reads that fetched a block (misses) (1)' "$misses"
bytes_row 'bytes moved between the hosts' "$moved"
count_row 'without a cache (2): remote gets' "$gets"
bytes_row '                     bytes moved' "$without"
time_row 'time of an iteration, least' "$least"
time_row '                      median' "$median"
cat <<'TEXT'

(1) Near, a rank also makes a replica of a block in another rank's memory when it wants to go through the block in place.
(2) What moves if the program fetches each far element, of 4 or 8 bytes, by a remote get of its own whenever it needs it.

TEXT
fetches=$(value far "$misses") remote_gets=$(value far "$gets")
printf 'With the cache, %s fetches of blocks did the work of %s remote gets.\n' "$(with_commas <<<"$fetches")" "$(with_commas <<<"$remote_gets")"
if grep -q '^Comparison' "$scratch/near"; then
  printf 'All three runs have the same ranking, and agree with a serial computation.\n'
else
  printf 'All three runs have the same ranking.\n'
fi
