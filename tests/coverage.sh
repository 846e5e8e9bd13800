#!/usr/bin/env bash
# How many of the lines of runtime/ and allocator/ the tests run, per file, per directory and in total: coverage.sh [--report] [--lines]
#
#   --report   only the report, of the tests that ran last: after `ctest --preset coverage -R ...`, say
#   --lines    after the table, the lines that no test ran, by file
#
# Builds the preset `coverage`, in build/coverage, and runs its tests, which takes some twenty minutes on two cores. Exit status 0 only if all
# tests passed and the total is at least 90 %. tests/coverage.md says what is left and why.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
exec </dev/null

least=90
build=build/coverage
report_only=no
lines=no
for argument in "$@"; do
  case $argument in
    --report) report_only=yes ;;
    --lines) lines=yes ;;
    --help | -h) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    *) printf 'coverage.sh: unknown option %s; --report, --lines and --help are known\n' "$argument" >&2; exit 2 ;;
  esac
done

status=0
bash cmake/install_dependencies.sh build apps test coverage || exit 1
if [ $report_only = no ]; then
  cmake --preset coverage && cmake --build --preset coverage -- -j "$(nproc)" || exit 1
  # Counts add up from run to run.
  find $build -name '*.gcda' -delete
  ctest --preset coverage || status=1
fi

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# The two readings of the counts, because gcovr 5.2 makes only one text report at once.
gcovr --root . --filter runtime/ --filter allocator/ -j "$(nproc)" --json "$scratch/counts.json" $build || exit 1
gcovr --root . --add-tracefile "$scratch/counts.json" --csv "$scratch/files.csv" || exit 1

# filename, lines, lines that ran, ... to a table.
awk -F, -v least=$least '
  function row(name, covered, all) { printf "%-46s %6d of %6d  %5.1f %%\n", name, covered, all, all ? 100 * covered / all : 100 }
  NR == 1 { next }
  {
    directory = $1
    sub(/\/[^\/]*$/, "", directory)
    row($1, $3, $2)
    if (!(directory in all)) order[++directories] = directory
    covered[directory] += $3; all[directory] += $2
    total_covered += $3; total += $2
  }
  END {
    printf "\n"
    for (i = 1; i <= directories; ++i) row(order[i], covered[order[i]], all[order[i]])
    row("total", total_covered, total)
    if (!total || 100 * total_covered < least * total) { printf "below %d %%\n", least; exit 1 }
  }' "$scratch/files.csv" || status=1
if [ $lines = yes ]; then
  printf '\n'
  gcovr --root . --add-tracefile "$scratch/counts.json" --txt "$scratch/lines.txt" && cat "$scratch/lines.txt"
fi
exit $status
