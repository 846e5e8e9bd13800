#!/usr/bin/env bash
# Proof that check_markdown.sh can fail: pages in order pass, and each violation put into them is found.
set -eu

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

check() { bash "$here/check_markdown.sh" "$root" 2>&1; }

# passes NAME: the pages as they are must pass.
passes() {
  cases=$((cases + 1))
  local output
  if ! output=$(check); then
    printf 'FAILED: %s: must pass, but:\n%s\n' "$1" "$output"
    failures=$((failures + 1))
  fi
}

# seed PATH TEXT LINE...: with these lines at the end of PATH, the check must fail and name PATH and TEXT. The page is
# restored.
seed() {
  cases=$((cases + 1))
  local path=$1 text=$2 output saved
  shift 2
  saved=$(cat "$root/$path")
  put "$path" "$saved" '' "$@"
  if output=$(check); then
    printf 'FAILED: %s with %s passes\n' "$path" "$*"
    failures=$((failures + 1))
  elif ! grep -e "^$path:" <<<"$output" | grep -qF -- "$text"; then
    printf 'FAILED: %s with %s: expected "%s", got:\n%s\n' "$path" "$*" "$text" "$output"
    failures=$((failures + 1))
  fi
  put "$path" "$saved"
}

long=$(printf 'word %.0s' {1..30})
ends_in_time=$(printf 'ä%.0s' {1..120})
put docs/glossary.md '# Glossary' '<a id="replica"></a>**Replica**: a copy.' '- <a id="mark"></a>**Mark**: a byte.' \
  '<a id="sharer"></a><a id="directory-entry"></a>'
put README.md '# Title of `this`, and more' "$ends_in_time" "| $long |" "$long [link](docs/glossary.md)" \
  'A [replica](docs/glossary.md#replica), and the replica.' '' '```' 'mark' '```' '' '    stamp in code' '' \
  'Code: `orphan`, `held against`.' 'See [above](#title-of-this-and-more).'
put ARCHITECTURE.md '# A mark' '![a stamp](docs/picture.svg)' '[`sharers`](docs/glossary.md#sharer) are sharers.' \
  'A [directory' 'entry](docs/glossary.md#directory-entry), [outside](https://example.org/no#thing)'
put docs/picture.svg '<svg/>'
put CONTRIBUTING.md 'Nothing.'
put runtime/coherence/README.md 'Up: [readme](../../README.md#title-of-this-and-more), [folder](../../docs).'
passes 'pages in order'

seed README.md '150 characters' "${long}"
seed README.md '121 characters' "${ends_in_time}x"
seed README.md 'no such file' '[gone](docs/gone.md)'
seed README.md 'no such heading' '[gone](docs/glossary.md#gone)'
seed README.md 'no such heading' '[gone](#gone)'
seed docs/glossary.md 'no such file' '[up](README.md)'
seed runtime/coherence/README.md 'no such file' '[up](../README.md)'
seed README.md "'held against'" 'It is held against a limit.'
seed docs/glossary.md "'whoever'" 'The rank is whoever asks.'
seed README.md "first use of 'mark'" 'A mark is set.'
seed CONTRIBUTING.md "first use of 'replica'" 'Replicas are copies.'
seed CONTRIBUTING.md "first use of 'replica'" 'Replicas are [replicas](docs/glossary.md#replica).'
seed CONTRIBUTING.md "first use of 'directory-entry'" 'Directory entries are [entries](docs/glossary.md).'
passes 'the pages restored'

rm "$root/CONTRIBUTING.md"
cases=$((cases + 1))
if check >/dev/null; then
  printf 'FAILED: a page of the glossary check that is not there passes\n'
  failures=$((failures + 1))
fi

printf '%d cases, %d failed\n' "$cases" "$failures"
[ "$failures" -eq 0 ]
