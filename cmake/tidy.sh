#!/usr/bin/env bash
# clang-tidy over every source that the release build compiles: tidy.sh [--changed] [JOBS]
#
#   --changed   only over what differs from the default branch of origin. Of a header that differs, over one source that includes it.
#
# Nearly all its time would go to the headers of the standard library, fmt and GoogleTest, which every translation unit brings along again. So
# sources with the same flags are looked at together, in units of twenty. A source whose names collide with others' of its unit is looked at alone.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
apart=build/tidy units=build/tidy/units
changed=no
if [ "${1-}" = --changed ]; then
  changed=yes
  shift
fi
jobs=${1:-$(nproc)}

directories='(runtime|transport|allocator|benchmarks|apps|tests)'
# GCC's command lines name warnings that clang does not know.
tidy=(clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wthread-safety)

# check DIRECTORY FILE ARGUMENT...: what clang-tidy says is shown only if it complains, because otherwise it counts the warnings in system headers.
check() {
  local output directory=$1 file=$2
  shift 2
  if output=$("${tidy[@]}" -p "$directory" "$@" "$file" 2>&1); then return 0; fi
  printf '%s\n' "$output" | grep -vE '^[0-9]+ warnings?( and [0-9]+ errors?)? (generated|treated)|^Error while processing'
  return 1
}

sources_of() { sed -n 's/^#include "\(.*\)"$/\1/p' "$1"; }

# to_blame UNIT OUTPUT: of its sources those in which the compiler finds errors, or else those that lead to them, or else all.
to_blame() {
  local pattern blamed
  for pattern in ':[0-9:]+ error: ' ':'; do
    blamed=$(sources_of "$1" | while read -r source; do grep -qE "^$source$pattern" <<<"$2" && printf '%s\n' "$source"; done)
    [ -z "$blamed" ] || break
  done
  printf '%s\n' "${blamed:-$(sources_of "$1")}"
}

# look UNIT
look() {
  local output source alone=() blamed filter="--header-filter=/$directories/[^ ]*\\.[ch]pp\$"
  # The compiler and one check, without which clang-tidy does not begin, are quick.
  while [ -n "$(sources_of "$1")" ] && ! output=$(check $units "$1" "$filter" --checks='-*,clang-diagnostic-*,bugprone-suspicious-semicolon'); do
    mapfile -t blamed < <(to_blame "$1" "$output")
    for source in "${blamed[@]}"; do sed -i "\\|^#include \"$source\"\$|d" "$1"; done
    alone+=("${blamed[@]}")
  done
  # A unit includes its sources, for which the configuration has a check of its own; `included` below stands in for it.
  [ -z "$(sources_of "$1")" ] || check $units "$1" "$filter" --checks=-bugprone-suspicious-include || touch "$failed"
  for source in "${alone[@]}"; do check $apart "$source" || touch "$failed"; done
}

# write_units: of the sources on standard input, as their commands in the build allow it. Optimisation and the like are no affair of clang-tidy.
# One main function a unit would be too few.
write_units() {
  rm -rf $units && mkdir -p $units || return
  awk -v units="$PWD/$units" -v most=20 '
    FNR == NR { wanted[$0] = 1; next }
    $1 == "\"command\":" { command = $0; sub(/^[^:]*: "/, "", command); sub(/ -o [^ ]* -c .*/, "", command) }
    $1 == "\"file\":" {
      file = $0
      sub(/^[^:]*: "/, "", file)
      sub(/",?$/, "", file)
      if (!(file in wanted)) next
      delete wanted[file]
      gsub(/ -(O[0-9]|fPI[CE]|DFMT_SHARED|DSPDLOG_SHARED_LIB|DGTEST_HAS_PTHREAD=1)/, "", command)
      number = unit[command]
      if (number == "" || count[number] == most) { number = unit[command] = ++all; of[number] = command }
      name = units "/" number ".cpp"
      printf "#define main main_%d  // NOLINT\n#include \"%s\"\n#undef main\n", count[number]++, file >name
    }
    END {
      database = units "/compile_commands.json"
      printf "[" >database
      for (i = 1; i <= all; ++i) {
        name = units "/" i ".cpp"
        separator = i == 1 ? "" : ","
        printf "%s\n{\"directory\": \"%s\", \"command\": \"%s -c %s\", \"file\": \"%s\"}", separator, units, of[i], name, name >database
        print name
      }
      print "]" >database
    }' - $apart/compile_commands.json
}

included() {
  ! grep -rnE '^ *# *include +["<][^">]*\.(c|cc|cpp|cxx)[">]' --include='*.[ch]pp' runtime transport allocator benchmarks apps tests
}

# differing: sources and headers that are not as in the default branch of origin, or in the last commit where there is no origin.
differing() {
  local base
  base=$(git merge-base HEAD origin/HEAD 2>/dev/null || git rev-parse HEAD) || return
  { git diff --name-only --diff-filter=d "$base"; git ls-files --others --exclude-standard; } | grep -E "^$directories/.*\\.[ch]pp\$"
  return 0
}

# shows FILE: itself if it is a source; of a header the source of its name, or else one that includes it, maybe through other headers.
shows() {
  local includer
  case $1 in
    *.cpp) printf '%s\n' "$PWD/$1"; return ;;
  esac
  if [ -e "${1%.hpp}.cpp" ]; then
    printf '%s\n' "$PWD/${1%.hpp}.cpp"
    return
  fi
  for extension in cpp hpp; do
    includer=$(grep -rlE "^#include [\"<]([^\">]*/)?${1##*/}[\">]" --include="*.$extension" "$(dirname "$1")" runtime transport allocator benchmarks apps tests |
      head -n 1)
    [ -z "$includer" ] || { shows "$includer"; return; }
  done
}

if [ $changed = yes ]; then
  files=$(differing) || { printf 'tidy.sh --changed: this is no clone by git, so nothing is known to have changed\n'; exit 0; }
  sources=$(while read -r file; do [ -z "$file" ] || shows "$file"; done <<<"$files")
  [ -n "$sources" ] || { printf 'tidy.sh --changed: nothing differs\n'; exit 0; }
else
  sources=$(find runtime transport allocator benchmarks apps tests -name '*.cpp' -printf "$PWD/%p\n")
fi

output=$(cmake --preset tidy 2>&1) || { printf '%s\n' "$output"; exit 1; }
failed=$(mktemp -u)
trap 'rm -f "$failed"' EXIT
export -f look check sources_of to_blame
export units apart directories failed
included || { printf 'tidy.sh: a source is included, which only headers are\n'; touch "$failed"; }
written=$(sort -u <<<"$sources" | write_units) || exit 1
# An array cannot be exported.
printf '%s' "$written" | tr '\n' '\0' | xargs -0 -r -n 1 -P "$jobs" bash -c "$(declare -p tidy); look \"\$1\"" look
[ ! -e "$failed" ]
