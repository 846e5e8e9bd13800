#!/usr/bin/env bash
# The ranking of Debian's packages by PageRank, on four ranks of this machine. Installs what is missing, builds, and runs
# apps/pagerank on the graph that this machine's apt lists describe; arguments go to pagerank (--help lists them).
# Ends with pagerank's exit status: 0 only if its result agrees with a serial computation.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf '\n== %s\n' "$*"; }

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
cmake --build --preset release --target pagerank

# What the user has set stays.
export LIANA_SEGMENT_BYTES="${LIANA_SEGMENT_BYTES:-256M}" LIANA_CACHE_BYTES="${LIANA_CACHE_BYTES:-64M}"
set -a
. cmake/openmpi.env
set +a

say "mpirun -n 4 pagerank $* (LIANA_SEGMENT_BYTES=$LIANA_SEGMENT_BYTES LIANA_CACHE_BYTES=$LIANA_CACHE_BYTES)"
exec mpirun -n 4 build/release/apps/pagerank/pagerank "$@"
