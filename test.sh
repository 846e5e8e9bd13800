#!/usr/bin/env bash
# Tells whether everything works: test.sh [--full]
#
#   dependencies        what is missing is installed (Debian, as root or by sudo)
#   format              clang-format finds nothing to change
#   build               everything, by the preset release; warnings are errors
#   tests               all tests but the long ones and those in guests
#   tidy                clang-tidy finds nothing in what differs from the default branch of origin; beside the tests
#
# With --full everything that must hold before a change lands. The phases are those above and:
#
#   long tests          more ranks and hosts, more simulated schedules, the model of the protocol, half a minute of fuzzing
#   build asan-ubsan    with AddressSanitizer and UndefinedBehaviorSanitizer; beside the tests
#   tests asan-ubsan    the tests labelled `sanitize`
#   tests softroce      what is far once more, through a real RDMA device in guests of QEMU: tests/README.md
#   tidy                of all sources instead; beside all tests
#   verbs table         what Liana costs beside bare verbs, in one boot of one guest; it fails only if it cannot be measured
#
# A phase that fails does not keep the others from running, except those that need what it builds. What runs beside the tests, at the same time,
# has what they leave of the processors; its output is shown when it has ended. Exit status 0 only if all passed.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 2
exec </dev/null

full=no
case ${1-} in
  '') ;;
  --full) full=yes ;;
  --help | -h) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
  *) printf 'test.sh: unknown option %s; --full and --help are known\n' "$1" >&2; exit 2 ;;
esac
[ $# -le 1 ] || { printf 'test.sh: one option at most; --full and --help are known\n' >&2; exit 2; }

jobs=$(nproc)
names=()
results=()
seconds=()
notes=()

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

# What goes on beside the phases, by name: its process, which leads a process group, and its output.
declare -A beside output

# begin NAME COMMAND...: runs it beside the phases that follow. Its own phase comes with `finish`.
begin() {
  local name=$1
  shift
  output[$name]=$(mktemp) || exit 2
  set -m
  (
    renice -n 19 -p "$BASHPID" >/dev/null
    start=$SECONDS status=0
    "$@" || status=$?
    printf '%d\n' $((SECONDS - start)) >"${output[$name]}.seconds"
    exit $status
  ) >"${output[$name]}" 2>&1 &
  set +m
  beside[$name]=$!
}

await() {
  local status=0
  # Nothing of these tests runs beside it any more, but maybe other work on this machine. Only root may do so.
  renice -n 0 -g "${beside[$1]}" >/dev/null 2>&1
  wait "${beside[$1]}" || status=$?
  unset "beside[$1]"
  cat "${output[$1]}"
  rm -f "${output[$1]}"
  return $status
}

# finish NAME: its phase is only the time for which there is nothing else to do.
finish() {
  local status=0 took=${output[$1]}.seconds
  phase "$1" await "$1" || status=$?
  [ ! -e "$took" ] || notes[${#names[@]} - 1]="in all $(<"$took") s, beside other phases"
  rm -f "$took"
  return $status
}

end_all() {
  local name
  for name in "${!beside[@]}"; do
    kill -- "-${beside[$name]}" 2>/dev/null
    rm -f "${output[$name]}" "${output[$name]}.seconds"
  done
}
trap end_all EXIT
trap 'exit 130' INT TERM HUP

summary() {
  local i failed=0
  printf '\n==== summary ====\n'
  for i in "${!names[@]}"; do
    printf '%-20s %6d s  %s\n' "${names[i]}" "${seconds[i]}" "${results[i]}${notes[i]:+ (${notes[i]})}"
    [ "${results[i]}" = passed ] || failed=1
  done
  printf '%-20s %6d s\n' total "$SECONDS"
  return $failed
}

sources() { find runtime transport allocator benchmarks apps tests -type f "$@"; }

format() {
  sources \( -name '*.hpp' -o -name '*.cpp' \) -print0 | xargs -0 clang-format --dry-run -Werror
}

build() { cmake --preset "$1" && cmake --build --preset "$1" -- -j "$jobs"; }

# The tests say how many places they take, of two for each processor.
tests() { ctest --preset "$1" -j $((2 * jobs)); }

# after PROCESS COMMAND...
after() {
  tail --pid="$1" -f /dev/null
  shift
  "$@"
}

verbs_table() {
  tests/softroce/run --env LIANA_TRANSPORT=verbs --env LIANA_HOSTS=each --env LIANA_SEGMENT_BYTES=192M --env LIANA_CACHE_BYTES=16M -- \
    mpirun -n 2 build/release/benchmarks/verbs_benchmark
}

groups=(build apps test lint)
[ $full = no ] || groups+=(fuzz softroce)
phase dependencies bash cmake/install_dependencies.sh "${groups[@]}" || { summary; exit 1; }
phase format format
if [ $full = no ]; then
  if phase build build release; then
    begin tidy bash cmake/tidy.sh --changed "$jobs"
    phase tests tests release
    finish tidy
  fi
  summary
  exit
fi

built=no
if phase build build release; then built=yes; fi
begin 'build asan-ubsan' build asan-ubsan
begin tidy after "${beside[build asan-ubsan]}" bash cmake/tidy.sh "$jobs"
if [ $built = yes ]; then
  phase tests tests release
  phase 'long tests' tests long
fi
if finish 'build asan-ubsan'; then
  phase 'tests asan-ubsan' tests asan-ubsan
fi
# The guests come last, and leave a third of the processors to what may still go on beside them.
if [ $built = yes ]; then phase 'tests softroce' tests softroce; fi
finish tidy
if [ $built = yes ]; then phase 'verbs table' verbs_table; fi
summary
