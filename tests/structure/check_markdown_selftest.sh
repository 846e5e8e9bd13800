#!/usr/bin/env bash
# Proof that check_markdown.sh can fail: pages in order pass, and each violation put into them is found.
set -eu

checker=check_markdown.sh
. "$(dirname "${BASH_SOURCE[0]}")/seeded_tree.sh"

# add PATH TEXT LINE...: as `seed`, with the lines at the end of the page PATH.
add() {
  local path=$1 text=$2
  shift 2
  seed "$path" "$text" "$(cat "$root/$path")" '' "$@"
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

add README.md '150 characters' "${long}"
add README.md '121 characters' "${ends_in_time}x"
add README.md 'no such file' '[gone](docs/gone.md)'
add README.md 'no such heading' '[gone](docs/glossary.md#gone)'
add README.md 'no such heading' '[gone](#gone)'
add docs/glossary.md 'no such file' '[up](README.md)'
add runtime/coherence/README.md 'no such file' '[up](../README.md)'
add README.md "'held against'" 'It is held against a limit.'
add docs/glossary.md "'whoever'" 'The rank is whoever asks.'
add README.md "first use of 'mark'" 'A mark is set.'
add CONTRIBUTING.md "first use of 'replica'" 'Replicas are copies.'
add CONTRIBUTING.md "first use of 'replica'" 'Replicas are [replicas](docs/glossary.md#replica).'
add CONTRIBUTING.md "first use of 'directory-entry'" 'Directory entries are [entries](docs/glossary.md).'
passes 'the pages restored'

rm "$root/CONTRIBUTING.md"
cases=$((cases + 1))
if check >/dev/null; then
  printf 'FAILED: a page of the glossary check that is not there passes\n'
  failures=$((failures + 1))
fi

finish
