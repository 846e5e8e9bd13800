#!/usr/bin/env bash
# Feeds the readers of settings, command lines and files with what libFuzzer makes up: run.sh [--seed N] [SECONDS [TARGET...]]
#
# Builds the targets with clang in build/fuzz and gives each its share of the SECONDS (60), on one processor. Begins with the corpus of the
# target, the data of tests/apps and what earlier runs found worth keeping, in build/fuzz/grown. With 0 seconds it only plays these.
#
#   --seed N   the same inputs once more, on an idle machine; otherwise a seed is drawn and printed
#
# Exit status 0 if no target failed, 1 if one did: then the input is kept in build/fuzz/findings and the command that plays it is printed. 2 if
# nothing could be run.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../../build/fuzz
usage() { printf 'usage: run.sh [--seed N] [SECONDS [TARGET...]]\n' >&2; exit 2; }
fail() { printf 'run.sh: %s\n' "$1" >&2; exit 2; }

seed=$((RANDOM * 32768 + RANDOM + 1)) # libFuzzer takes 0 for a seed of its own choice
if [ "${1-}" = --seed ]; then
  [ $# -ge 2 ] || usage
  seed=$2
  shift 2
fi
seconds=${1-60}
[[ $seed =~ ^[1-9][0-9]{0,8}$|^[1-9][0-9]{9}$ && $seconds =~ ^(0|[1-9][0-9]{0,6})$ ]] || usage
[ $# -eq 0 ] || shift
targets=("$@")
[ $# -gt 0 ] || targets=(configuration command_lines edge_list matrix_market packages cgroup)

remedy='run cmake/install_dependencies.sh build apps fuzz (on Debian 12: apt-get install clang-14 libclang-rt-14-dev)'
compiler=$(command -v clang++-14 || command -v clang++) || fail "no clang++ here: $remedy"
for tool in cmake ninja flock; do
  command -v $tool >/dev/null || fail "no $tool here: $remedy"
done
mkdir -p "$build" || exit 2
build=$(cd "$build" && pwd)

links_libfuzzer() {
  printf 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n' |
    "$compiler" -fsanitize=fuzzer,address,undefined -x c++ -o "$build/empty_target" -
}
[ -e "$build/build.ninja" ] || links_libfuzzer || fail "$compiler does not link libFuzzer: $remedy"

# The lock, because two presets may be tested at once and share the directory.
build_targets() {
  flock 9
  # Configured once; ninja does it again when it has to.
  [ -e "$build/build.ninja" ] || cmake -G Ninja -S "$here/targets" -B "$build" -DCMAKE_CXX_COMPILER="$compiler" || return
  cmake --build "$build" -- -j 1
}
if ! build_targets >"$build/build.log" 2>&1 9>"$build/lock"; then
  cat "$build/build.log"
  fail 'the targets do not build'
fi

# For targets that need files: in memory where there is some, because every input is written.
if [ -w /dev/shm ]; then scratch=$(mktemp -d -p /dev/shm fuzz.XXXXXX); else scratch=$(mktemp -d); fi || exit 2
trap 'rm -rf "$scratch"' EXIT

# options_of TARGET: one a line. The memory that 8 KB of text may take is a few megabytes; a reader that lets a number in the text say how much
# it takes, or takes the square, is found by the limit.
options_of() {
  local dictionary=$here/dictionaries/$1.dict
  [ ! -e "$dictionary" ] || printf '%s\n' "-dict=$dictionary"
  printf '%s\n' -max_len=8192 -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=16
}

# directories_of TARGET: the first takes what is found.
directories_of() {
  printf '%s\n' "$build/grown/$1"
  case $1 in
    planted) printf '%s\n' "$here/corpus/edge_list" ;;
    edge_list | matrix_market | packages) printf '%s\n' "$here/corpus/$1" "$here/../apps/data" ;;
    *) printf '%s\n' "$here/corpus/$1" ;;
  esac
}

# figure NAME FILE: the last value of NAME in libFuzzer's output, which also shows what it inserts, in bytes of any kind.
figure() { grep -aoE "\b$1: *[0-9]+" "$2" | grep -oE '[0-9]+$' | tail -n 1; }

# run TARGET SECONDS
run() {
  local target=$1 findings=$build/findings/$1 log=$build/$1.log began=$SECONDS status=0 executions finding
  local options=() limits=() directories=()
  [ -x "$build/$target" ] || fail "there is no target $target"
  mkdir -p "$build/grown/$target" "$findings"
  mapfile -t options < <(options_of "$target")
  mapfile -t directories < <(directories_of "$target")
  if [ "$2" -eq 0 ]; then limits=(-runs=0); else limits=("-max_total_time=$2"); fi
  TMPDIR=$scratch "$build/$target" "${options[@]}" "${limits[@]}" -seed="$seed" -print_final_stats=1 -artifact_prefix="$findings/" "${directories[@]}" \
    >"$log" 2>&1 </dev/null || status=$?
  executions=$(figure stat::number_of_executed_units "$log")
  # A target that ends well without a word of what it did has not been run.
  if [ $status -eq 0 ] && [ "${executions:-0}" -gt "$2" ]; then
    printf 'passed  %-14s %10d executions %8d/s  coverage %5d, features %6d, inputs kept %5d  %3d s\n' "$target" "$executions" \
      "$(figure stat::average_exec_per_sec "$log")" "$(figure cov "$log")" "$(figure ft "$log")" \
      "$(find "$build/grown/$target" -type f | wc -l)" $((SECONDS - began))
    return 0
  fi
  printf 'FAILED  %-14s %10d executions, exit status %d, %d s\n' "$target" "${executions:-0}" $status $((SECONDS - began))
  grep -avE '^#[0-9]+[[:space:]]+[A-Z]|NEW_FUNC|^INFO:|^Dictionary:|^NOTE:|^ +Combine|^stat::' "$log" | cut -c1-300 | tail -n 60
  finding=$(LC_ALL=C sed -nE 's/.*Test unit written to (.*)$/\1/p' "$log" | tail -n 1)
  if [ -n "$finding" ]; then
    printf '\nThe input: %s\nPlay it:   %s' "$finding" "$build/$target"
    printf ' %s' "${options[@]}" "$finding"
    printf '\nKeep it:   cp %s %s/corpus/%s/NAME_OF_THE_BUG\n' "$finding" "$here" "$target"
  fi
  return 1
}

printf 'seed %d\n' "$seed"
status=0
for target in "${targets[@]}"; do
  run "$target" $(((seconds + ${#targets[@]} - 1) / ${#targets[@]})) || status=1
done
exit $status
