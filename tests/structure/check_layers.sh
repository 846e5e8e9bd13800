#!/usr/bin/env bash
# Checks the layers: check_layers.sh ROOT, where ROOT is the top of the source tree. Prints every violation and fails if there is one.
#
#   apps, benchmarks   the public API
#   runtime            allocator, transport, but no back end; its folders in the order of `runtime_folders` below, each
#                      those before it; runtime/include, the public headers, is for all of them
#   allocator          transport's address types
#   transport          nothing of the project, and no word of blocks, sharers or versions
#   transport/shm ...  transport; never each other; included and named by transport/factory.* only
#
# <infiniband/...> belongs in transport/verbs (and in benchmarks/bare_verbs.cpp, which measures the device without Liana), <mpi.h> in runtime/group/process_group* and liana/mpi.hpp (and in benchmarks and an application's MPI twin,
# *_mpi.cpp), hwloc in runtime/machine/topology*. A public header includes public headers and the standard library's alone.
set -eu

# Bottom up: a folder of runtime/ includes itself and those before it.
runtime_folders="report settings machine cache state group coherence objects sync job info"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { printf 'usage: check_layers.sh ROOT\n' >&2; exit 2; }
cd "$1"

status=0
for directory in */; do
  case ${directory%/} in
    runtime | transport | allocator | benchmarks | apps | tests | cmake | docs | build) ;;
    *) printf '%s: no top-level directory of this name is foreseen\n' "$directory"; status=1 ;;
  esac
done

for path in runtime/*; do
  case " include CMakeLists.txt README.md $runtime_folders " in
    *" ${path#runtime/} "*) ;;
    *) printf '%s: runtime/ has no folder of this name, and files of it lie in one: %s\n' "$path" "$runtime_folders"; status=1 ;;
  esac
done

layers=()
for layer in transport allocator runtime apps benchmarks; do
  [ -d "$layer" ] || { printf 'check_layers.sh: no directory %s/%s\n' "$PWD" "$layer" >&2; exit 2; }
  layers+=("$layer")
done

list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "${layers[@]}" -type f \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.inc' \) | sort >"$list"
mapfile -t files <"$list"
for layer in transport allocator runtime; do
  grep -q "^$layer/" "$list" || { printf 'check_layers.sh: no source file in %s\n' "$layer" >&2; exit 2; }
done

awk -v runtime_folders="$runtime_folders" -f "$here/check_layers.awk" "$list" "${files[@]}" || status=1
[ $status -ne 0 ] || printf '%d files respect the layers\n' "${#files[@]}"
exit $status
