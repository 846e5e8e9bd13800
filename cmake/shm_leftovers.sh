#!/usr/bin/env bash
# Objects of liana in /dev/shm that nobody uses any more.
#
#   shm_leftovers.sh snapshot FILE     writes the names of those that exist now
#   shm_leftovers.sh check FILE        fails, naming them, if others than those in FILE are left
#
# An object that a living process has open or mapped belongs to a job that runs beside this one and is not left over. Between a job's last
# process and the end of its clean-up some time may pass, hence the short wait.
set -eu

names() {
  find /dev/shm -mindepth 1 -maxdepth 1 -user "$(id -un)" -name '*liana*' -printf '%f\n' 2>/dev/null | sort
}

in_use() {
  # A process that ends while it is looked at makes grep and find complain, which says nothing about the object.
  grep -qsF -- "/dev/shm/$1" /proc/[0-9]*/maps || [ -n "$(find /proc/[0-9]*/fd -lname "/dev/shm/$1" -print -quit 2>/dev/null)" ]
}

leftovers() {
  local name
  names | comm -23 - "$1" | while read -r name; do
    in_use "$name" || printf '%s\n' "$name"
  done
}

usage() {
  printf 'usage: shm_leftovers.sh snapshot|check FILE\n' >&2
  exit 2
}

[ $# -eq 2 ] || usage
case $1 in
  snapshot) names >"$2" ;;
  check)
    [ -r "$2" ] || { printf 'shm_leftovers.sh: no snapshot %s\n' "$2" >&2; exit 2; }
    for _ in $(seq 20); do
      left=$(leftovers "$2")
      [ -n "$left" ] || exit 0
      sleep 0.1
    done
    printf 'left in /dev/shm, used by no process:\n%s\n' "$left" >&2
    exit 1
    ;;
  *) usage ;;
esac
