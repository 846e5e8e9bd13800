#!/usr/bin/env bash
# Two guests in the middle of a coherence stress, and one loses its power: lost_host.sh COHERENCE_STRESS. Passes if both ranks that are left
# say which rank on which host is gone, by peer_error, and the job ends by itself with an exit status other than 0.
set -u

[ $# -eq 1 ] || { printf 'usage: lost_host.sh COHERENCE_STRESS\n' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# Guest 2 goes five seconds after the ranks have begun. Each line comes with its second. No rank ends by a limit of its own.
# shellcheck disable=SC2016 # the guest expands it
"$here/run" --hosts 2 --timeout 150 --env LIANA_TRANSPORT=verbs --env LIANA_TIMEOUT=none -- bash -c '
  mpirun -n 4 "$1" --seconds 600 2>&1 | while IFS= read -r line; do
    printf "%s\n" "$line"
    if [[ $line = "coherence_stress: "* ]]; then (sleep 5; /run/softroce/vanish) & fi
  done
  exit "${PIPESTATUS[0]}"' lost_host "$1" 2>&1 | while IFS= read -r line; do printf '%4d %s\n' "$SECONDS" "$line"; done >"$scratch/output"
status=${PIPESTATUS[0]}
cat "$scratch/output"
printf -- '--- exit status %d\n' "$status"

failed=0
complain() {
  printf 'lost_host.sh: %s\n' "$1" >&2
  failed=1
}
case $status in
  0) complain 'the job succeeded, but must fail' ;;
  124) complain 'the job hung' ;;
  125) complain 'a guest failed that should not have' ;;
esac
lost=$(sed -nE 's/^ *([0-9]+) run: guest 2 vanishes$/\1/p' "$scratch/output")
[ -n "$lost" ] || complain 'guest 2 did not vanish'
for rank in 0 1; do
  # Either rank of the lost host may be the one that is needed first; rank 1 may also learn it from rank 0, which has left.
  noticed=$(sed -nE "s/^ *([0-9]+) rank $rank: .*(rank [0-3] on vm[12] is|ranks [02]-[13] on vm[12] are) gone.*/\1/p" "$scratch/output" | head -n 1)
  if [ -z "$noticed" ]; then
    complain "rank $rank did not say who is gone"
  else
    printf 'rank %d said so %d s after guest 2 vanished\n' $rank $((noticed - lost))
  fi
done
grep -qE '(rank [23] on vm2 is|ranks 2-3 on vm2 are) gone' "$scratch/output" || complain 'no rank named one of the lost host'
exit $failed
