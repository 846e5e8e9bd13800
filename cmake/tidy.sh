#!/usr/bin/env bash
# clang-tidy over every source that the release build compiles: tidy.sh [JOBS]
#
# Nearly all its time would go to the headers of the standard library, fmt and GoogleTest, which every translation unit brings along again. So
# it is shown the sources of a target together, in the units of the preset `tidy`. Sources of one unit whose names collide are looked at one by
# one; a line says so, and SKIP_UNITY_BUILD_INCLUSION on one of them saves the time.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
units=build/tidy jobs=${1:-$(nproc)}

directories='(runtime|transport|allocator|benchmarks|apps|tests)'
# GCC's command lines name warnings that clang does not know.
tidy=(clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option)

# look UNIT: what clang-tidy says is shown only if it complains, because otherwise it counts the warnings in system headers.
look() {
  local output collision='\[clang-diagnostic-error' counts='^[0-9]+ warnings?( and [0-9]+ errors?)? (generated|treated)|^Error while processing'
  local command=("${tidy[@]}" -p "$units")
  # A unit includes its sources, for which the configuration has a check of its own; `included` below stands in for it.
  case $1 in */Unity/*) command+=(--checks=-bugprone-suspicious-include --header-filter="/$directories/[^ ]*\\.[ch]pp\$") ;; esac
  if output=$("${command[@]}" "$1" 2>&1); then return 0; fi
  if [[ $1 = */Unity/* ]] && grep -q "$collision" <<<"$output"; then
    printf 'tidy.sh: one by one, because some may have names of others: %s\n' "$(sources_of "$1" | tr '\n' ' ')"
    sources_of "$1" | while read -r source; do
      "${tidy[@]}" -p build/release "$source" 2>&1 || touch "$failed"
    done | grep -vE "$counts"
    return 0
  fi
  printf '%s\n' "$output" | grep -vE "$counts"
  touch "$failed"
}

# sources_of UNIT: those in the tree, which generated ones are not.
sources_of() {
  case $1 in
    */Unity/*) sed -n 's/^#include "\(.*\)"$/\1/p' "$1" ;;
    *) printf '%s\n' "$1" ;;
  esac | grep -E "^$PWD/$directories/"
}

# Largest first, so that none is left over for the end.
largest_first() {
  local unit
  while read -r unit; do
    mapfile -t sources < <(sources_of "$unit")
    [ ${#sources[@]} -eq 0 ] || printf '%d %s\n' "$(cat "${sources[@]}" | wc -c)" "$unit"
  done | sort -rn | sed 's/^[0-9]* //'
}

included() {
  ! grep -rnE '^ *# *include +["<][^">]*\.(c|cc|cpp|cxx)[">]' --include='*.[ch]pp' runtime transport allocator benchmarks apps tests
}

[ -e build/release/compile_commands.json ] || { printf 'tidy.sh needs build/release: cmake --preset release\n' >&2; exit 2; }
output=$(cmake --preset tidy 2>&1) || { printf '%s\n' "$output"; exit 1; }
failed=$(mktemp -u)
trap 'rm -f "$failed"' EXIT
export -f look sources_of
export units directories failed
included || { printf 'tidy.sh: a source is included, which only headers are\n'; touch "$failed"; }
# An array cannot be exported.
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' $units/compile_commands.json | sort -u | largest_first | tr '\n' '\0' |
  xargs -0 -r -n 1 -P "$jobs" bash -c "$(declare -p tidy); look \"\$1\"" look
[ ! -e "$failed" ]
