#!/usr/bin/env bash
# Checks the model of the coherence protocol: run.sh [small|large]. Every set of ranks and operations below must hold over all its states, and with any one rule of the
# protocol left out SPIN must find a violation. Prints a table; exit status 0 only if all came out as expected.
#
#   small   what CI runs, two checks at a time: under 3 minutes and 4 GB each (default)
#   large   more operations and READs in any order besides, one check at a time: some seven minutes, the largest takes 3.2 GB
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
what=${1-small}
[ "$what" = small ] || [ "$what" = large ] || { printf 'usage: run.sh [small|large]\n' >&2; exit 2; }
for tool in spin gcc; do
  command -v $tool >/dev/null || { printf 'run.sh: no %s here: run cmake/install_dependencies.sh test\n' $tool >&2; exit 2; }
done
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# READ 1, WRITE 2, PUT of a part 4, EVICT 8 (far) or get() 8 (near): see coherence.pml.
two='-DFAR=2 -DNEAR=0 -DOPS=2 -DHOME_DOES=0 -DNEAR_DOES=0'
three='-DFAR=2 -DNEAR=0 -DOPS=3 -DHOME_DOES=0 -DNEAR_DOES=0 -DFAR_DOES=3 -DUNORDERED'
home='-DFAR=1 -DNEAR=1 -DOPS=2 -DFAR_DOES=15 -DHOME_DOES=15 -DNEAR_DOES=0'
# The home writes twice beside two readers of one host, which read twice and once.
far_pair='-DENTRY_ONLY -DFAR=2 -DFAR_HOSTS=1 -DNEAR=1 -DOPS=2 -DLAST_OPS=1 -DHOME_DOES=2 -DNEAR_DOES=0 -DFAR_DOES=1 -DMOST_WRITES=2'
near_pair='-DENTRY_ONLY -DFAR=0 -DNEAR=3 -DOPS=2 -DLAST_OPS=1 -DHOME_DOES=2 -DNEAR_DOES=1 -DFAR_DOES=0 -DMOST_WRITES=2'
far_three='-DENTRY_ONLY -DFAR=3 -DFAR_HOSTS=2 -DFIRST_ALONE -DNEAR=0 -DOPS=2 -DLAST_OPS=1 -DHOME_DOES=0 -DNEAR_DOES=0 -DFIRST_DOES=2 -DFAR_DOES=1 -DMOST_WRITES=2'
guided='-DENTRY_ONLY -DFAR=0 -DNEAR=3 -DOPS=2 -DLAST_OPS=1 -DHOME_DOES=2 -DNEAR_DOES=1 -DFAR_DOES=0 -DHOME_OPS=3 -DMOST_WRITES=3 -DGUIDED'

# name | holds or breaks | definitions
small_checks() {
  cat <<END
two far ranks                                  |holds |$two -DFAR_DOES=15 -DUNORDERED
two far ranks of one host                      |holds |$two -DFAR_DOES=15 -DFAR_HOSTS=1 -DUNORDERED
two far ranks, hosts sharing a mark            |holds |$two -DFAR_DOES=15 -DGROUP=2 -DUNORDERED
two far ranks, one writes, three operations    |holds |$three -DFIRST_DOES=2
two far ranks, one writes, two blocks          |holds |$two -DFIRST_DOES=2 -DFAR_DOES=3 -DBLOCKS=2 -DLINE_ATOMIC
two far ranks of one host and the home         |holds |-DFAR=2 -DFAR_HOSTS=1 -DNEAR=1 -DOPS=1 -DFAR_DOES=7 -DHOME_DOES=15 -DNEAR_DOES=0 -DUNORDERED
three far ranks                                |holds |-DFAR=3 -DNEAR=0 -DOPS=1 -DHOME_DOES=0 -DNEAR_DOES=0 -DFAR_DOES=7 -DLINE_ATOMIC
three far ranks on two hosts                   |holds |-DFAR=3 -DNEAR=0 -DOPS=1 -DHOME_DOES=0 -DNEAR_DOES=0 -DFAR_HOSTS=2 -DFAR_DOES=1 -DFIRST_DOES=6 -DUNORDERED
one far rank and the home                      |holds |$home -DUNORDERED
one far rank, the home and a near rank         |holds |-DFAR=1 -DNEAR=2 -DOPS=1 -DFAR_DOES=7 -DHOME_DOES=15 -DNEAR_DOES=15 -DUNORDERED
the home and a near rank                       |holds |-DFAR=0 -DNEAR=2 -DOPS=2 -DFAR_DOES=0 -DHOME_DOES=15 -DNEAR_DOES=15
two readers of a far host, the home writes     |holds |$far_pair
two readers near, the home writes              |holds |$near_pair
without R2: stamp loaded after the data        |breaks|$two -DFAR_DOES=3 -DNO_R2
without R3: the lock is not looked at          |breaks|$two -DFAR_DOES=3 -DNO_R3
without R4: the mark is not looked at          |breaks|$two -DFAR_DOES=3 -DNO_R4
without R5: the stamp is not looked at again   |breaks|$two -DFAR_DOES=3 -DNO_R5
without R6: near holders are not waited for    |breaks|$home -DNO_R6
without R7: invalidations are not waited for   |breaks|$two -DFAR_DOES=3 -DNO_R7
without R8: sharers cleared before the data    |breaks|$two -DFAR_DOES=3 -DUNORDERED -DR8_CLEAR_FIRST
without R8: unlocked before sharers are cleared|breaks|$two -DFAR_DOES=3 -DR8_UNLOCK_FIRST
without R8: unlocked early, near ranks as well |breaks|$home -DR8_UNLOCK_FIRST
near ranks do not look at the lock             |breaks|$home -DNEAR_IGNORES_LOCK
near writers wait for the lock as holders      |breaks|$home -DNEAR_HOLDS_ON
a write's data read before its entry           |breaks|$home -DWRITE_UNORDERED
any mark will do in one look at the entry: far |breaks|$far_pair -DANY_MARK
any mark will do in one look at the entry: near|breaks|$near_pair -DANY_MARK
any mark will do in one look, a far writer     |breaks|$far_three -DANY_MARK
two looks, the first at a held entry: far      |breaks|$far_pair -DTWO_LOOKS=1
two looks, the first at a held entry: near     |breaks|$near_pair -DTWO_LOOKS=1
two looks, both unheld: near, three writes     |breaks|$guided -DTWO_LOOKS=2
sharers cleared early, READs in order          |holds |$two -DFAR_DOES=7 -DR8_CLEAR_FIRST
END
}
large_checks() {
  cat <<END
one far rank and the home, three operations    |holds |-DFAR=1 -DNEAR=1 -DOPS=3 -DFAR_DOES=7 -DHOME_DOES=15 -DNEAR_DOES=0 -DUNORDERED
two far ranks, three operations                |holds |$three
two readers near, three writes, guided         |holds |$guided
two far ranks, two blocks, READs in any order  |holds |$two -DFAR_DOES=3 -DBLOCKS=2 -DLINE_ATOMIC -DUNORDERED
three far ranks, READs in any order            |holds |-DFAR=3 -DNEAR=0 -DOPS=1 -DHOME_DOES=0 -DNEAR_DOES=0 -DFAR_DOES=3 -DUNORDERED
END
}

# check NUMBER LINE: leaves a line of the table in $scratch/NUMBER, which begins with "passed" or "FAILED".
check() {
  local name expected flags found states took optimised=-O1 started=$SECONDS directory=$scratch/work$1
  IFS='|' read -r name expected flags <<<"$2"
  expected=${expected%% *}
  # A violation is found in the time that the compiler would need to make the search quicker.
  [ "$expected" = breaks ] || optimised=-O2
  mkdir "$directory" && cd "$directory" || return
  # shellcheck disable=SC2086 # words of the command line
  if ! { spin -a $flags "$here/coherence.pml" && gcc $optimised -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM="$memory" -o pan pan.c; } >output 2>&1; then
    printf 'FAILED  %s: does not compile\n' "$name" >"$scratch/$1"
    cat output >>"$scratch/$1"
    return
  fi
  ./pan -m2000000 >output 2>&1
  states=$(sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' output)
  took=$((SECONDS - started))
  found=incomplete
  # A search that was cut short proves nothing.
  if ! grep -qE 'out of memory|max search depth too small|exceed|aborting|interrupted' output; then
    if grep -qE 'errors: 0$' output; then found=holds; fi
  fi
  if grep -qE 'assertion violated|invalid end state \(' output; then found=breaks; fi
  if [ "$found" = "$expected" ]; then
    printf 'passed  %-47s %-6s %12s states %4d s  %s\n' "$name" "$found" "$states" "$took" \
      "$(sed -nE 's/^pan:1: (.*) \(at depth ([0-9]+)\)/after \2 steps: \1/p' output | cut -c1-60)" >"$scratch/$1"
  else
    printf 'FAILED  %-47s %s, not %s: %s states, %d s; %s\n' "$name" "$found" "$expected" "$states" "$took" "$flags" >"$scratch/$1"
    if [ -e coherence.pml.trail ]; then spin -t -p -g -l $flags "$here/coherence.pml" 2>&1 | tail -n 150 >>"$scratch/$1"; else tail -n 40 output >>"$scratch/$1"; fi
  fi
  cat "$scratch/$1"
  cd / && rm -rf "$directory"
}
export -f check
export here scratch memory=4096
[ "$what" = small ] || memory=16384

{
  small_checks
  [ "$what" = small ] || large_checks
} >"$scratch/checks"
parallel=2
[ "$what" = small ] || parallel=1
nl -ba -w1 -s'|' "$scratch/checks" | tr '\n' '\0' | xargs -0 -n 1 -P $parallel bash -c 'check "${1%%|*}" "${1#*|}"' check

total=$(wc -l <"$scratch/checks")
good=$(grep -l '^passed' "$scratch"/[0-9]* 2>/dev/null | wc -l)
printf '%d of %d checks of the model came out as expected, in %d s\n' "$good" "$total" $SECONDS
[ "$good" -eq "$total" ]
