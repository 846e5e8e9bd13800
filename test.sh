#!/usr/bin/env bash
# Everything that must hold before a change lands: test.sh [--quick]
#
#   dependencies   what is missing is installed (Debian, as root or by sudo)
#   format         clang-format finds nothing to change
#   release        build of everything, warnings being errors, and all tests: among them the model, 210,000 simulated schedules, the mutants, a
#                  minute of fuzzing
#   asan-ubsan     build with AddressSanitizer and UndefinedBehaviorSanitizer, and the tests labelled `sanitize`
#   tidy           clang-tidy finds nothing to complain of; it begins, with what the tests leave of the processors, when release is built
#   softroce       what is far once more, through a real RDMA device in guests of QEMU: tests/README.md
#   verbs table    what Liana costs beside bare verbs, in one boot of one guest; it fails only if it cannot be measured
#
#   --quick        ends after the release tests
#
# A phase that fails does not keep the others from running. Exit status 0 only if all passed.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 2
exec </dev/null

quick=no
case ${1-} in
  '') ;;
  --quick) quick=yes ;;
  --help | -h) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
  *) printf 'test.sh: unknown option %s; --quick and --help are known\n' "$1" >&2; exit 2 ;;
esac

jobs=$(nproc)
names=()
results=()
seconds=()

# phase NAME COMMAND...: runs it under a heading, notes result and time, returns its status.
phase() {
  local name=$1 start=$SECONDS status=0
  shift
  printf '\n==== %s ====\n' "$name"
  "$@" || status=$?
  names+=("$name")
  seconds+=($((SECONDS - start)))
  if [ $status -eq 0 ]; then results+=(passed); else results+=("FAILED ($status)"); fi
  printf '==== %s: %s, %d s ====\n' "$name" "${results[-1]}" "${seconds[-1]}"
  return $status
}

summary() {
  local i failed=0
  printf '\n==== summary ====\n'
  for i in "${!names[@]}"; do
    printf '%-20s %6d s  %s\n' "${names[i]}" "${seconds[i]}" "${results[i]}"
    [ "${results[i]}" = passed ] || failed=1
  done
  printf '%-20s %6d s\n' total "$SECONDS"
  return $failed
}

build() { cmake --preset "$1" && cmake --build --preset "$1" -- -j "$jobs"; }

# build_and_test PRESET: tests that were built before a change that does not build say nothing, so they are not run then.
build_and_test() {
  phase "build $1" build "$1" && phase "tests $1" ctest --preset "$1"
}

sources() { find runtime transport allocator benchmarks apps tests -type f "$@"; }

format() {
  sources \( -name '*.hpp' -o -name '*.cpp' \) -print0 | xargs -0 clang-format --dry-run -Werror
}

# The tests wait a good deal, for mpirun above all, so clang-tidy goes on beside them.
begin_tidy() {
  tidy_output=$(mktemp)
  (
    renice -n 19 -p "$BASHPID" >/dev/null
    bash cmake/tidy.sh "$jobs"
  ) >"$tidy_output" 2>&1 &
  tidy_process=$!
}
end_tidy() {
  local status=0
  wait "$tidy_process" || status=$?
  cat "$tidy_output"
  rm -f "$tidy_output"
  return $status
}

verbs_table() {
  tests/softroce/run --env LIANA_TRANSPORT=verbs --env LIANA_HOSTS=each --env LIANA_SEGMENT_BYTES=192M --env LIANA_CACHE_BYTES=16M -- \
    mpirun -n 2 build/release/benchmarks/verbs_benchmark
}

groups=(build apps test fuzz)
[ $quick = yes ] || groups+=(lint softroce)
phase dependencies bash cmake/install_dependencies.sh "${groups[@]}" || { summary; exit 1; }
if [ $quick = yes ]; then
  build_and_test release
  summary
  exit
fi
phase format format
if phase 'build release' build release; then
  begin_tidy
  phase 'tests release' ctest --preset release
fi
build_and_test asan-ubsan
if [ -n "${tidy_process-}" ]; then
  # The guests come last, because they have no processor to spare.
  phase tidy end_tidy
  phase 'tests softroce' ctest --preset softroce
  phase 'verbs table' verbs_table
fi
summary
