# A small tree for the proof that a check can fail: sourced with `checker` set to the check, a script that takes the top of a tree.
# The tree that respects the check is written by `put` and passes; each violation seeded into it must be found.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
failures=0
cases=0

# put PATH LINE...: writes a file of the tree.
put() {
  local path=$root/$1
  shift
  mkdir -p "$(dirname "$path")"
  printf '%s\n' "$@" >"$path"
}

check() { bash "$here/$checker" "$root" 2>&1; }

# passes NAME: the tree as it is must pass.
passes() {
  cases=$((cases + 1))
  local output
  if ! output=$(check); then
    printf 'FAILED: %s: must pass, but:\n%s\n' "$1" "$output"
    failures=$((failures + 1))
  fi
}

# seed PATH TEXT LINE...: with PATH of these lines, the check must fail and name PATH and TEXT. The tree is restored.
seed() {
  cases=$((cases + 1))
  local path=$1 text=$2 output saved=''
  shift 2
  if [ -e "$root/$path" ]; then saved=$(cat "$root/$path"); fi
  put "$path" "$@"
  if output=$(check); then
    printf 'FAILED: %s with %s passes\n' "$path" "$*"
    failures=$((failures + 1))
  elif ! grep -e "^$path:" -e "^${path%%/*}/: " -e "^${path%/*}: " <<<"$output" | grep -qF -- "$text"; then
    printf 'FAILED: %s with %s: expected "%s", got:\n%s\n' "$path" "$*" "$text" "$output"
    failures=$((failures + 1))
  fi
  if [ -n "$saved" ]; then put "$path" "$saved"; else rm "$root/$path"; fi
}

# finish: says how many cases there were, and fails if one did.
finish() {
  printf '%d cases, %d failed\n' "$cases" "$failures"
  [ "$failures" -eq 0 ]
}
