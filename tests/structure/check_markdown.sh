#!/usr/bin/env bash
# Checks every Markdown page: check_markdown.sh ROOT, where ROOT is the top of the source tree. Prints every violation and
# fails if there is one.
#
#   width      a line has at most 120 characters; rows of tables and lines with a link may be longer
#   links      a relative link leads to a file of the tree and, after #, to a heading or an <a id="..."> of that page
#   glossary   the pages named below link a term to docs/glossary.md where they first use it
#   phrases    none of those below, which readers stumbled over
set -eu

[ $# -eq 1 ] || { printf 'usage: check_markdown.sh ROOT\n' >&2; exit 2; }
cd "$1"
export LC_ALL=C.UTF-8

glossary_pages=(README.md ARCHITECTURE.md CONTRIBUTING.md runtime/coherence/README.md)
# Terms that have no other meaning in these pages, each with its name in the glossary where that is another one.
glossary_terms='replica mark stamp sharer orphan hint claim mutant twin invalidation=invalidat(e|es|ed|ion|ions)
  directory-entry=directory.entr(y|ies) validity-word=validity.words? spurious-miss=spurious.miss(es)?'
phrases='One does not do|for want of|[Ww]hoever|nobody waits for|held against|PROTOCOL'

status=0
# violation PATH LINE TEXT
violation() {
  printf '%s:%s: %s\n' "$1" "$2" "$3"
  status=1
}

mapfile -t pages < <(find . -path ./build -prune -o -path ./.git -prune -o -name '*.md' -print | sed 's|^\./||' | sort)
[ ${#pages[@]} -gt 0 ] || { printf 'check_markdown.sh: no Markdown page in %s\n' "$PWD" >&2; exit 2; }

# prose PAGE: the page without fenced and indented code, code in a line, and headings; lines keep their numbers. A link to
# a name in code is a link.
prose() {
  sed -E 's/\[`([^`]*)`\]\(/[\1](/g' "$1" | awk '/^```/ { code = !code; print ""; next }
       code || /^#/ { print ""; next }
       /^    / && (blank || indented) && !list { indented = 1; print ""; next }
       { indented = 0; blank = /^$/; if (/^ ? ?([-*]|[0-9]+\.) /) list = 1; else if (/^[^ ]/) list = 0
         gsub(/`[^`]*`/, "`"); print }'
}

# anchors PAGE: what may stand after # in a link to it.
anchors() {
  grep -oE '<a id="[^"]+"' "$1" | sed 's/.*"\(.*\)"/\1/' || true
  awk '/^```/ { code = !code } !code && /^#/' "$1" |
    sed -E 's/^#+ *//; s/\[([^]]*)\]\([^)]*\)/\1/g' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

declare -A anchors_of
for page in "${pages[@]}"; do anchors_of[$page]=$(anchors "$page"); done

# check_link PAGE LINE TARGET
check_link() {
  local page=$1 line=$2 target=$3 path anchor=''
  case $target in
    *://* | mailto:*) return ;;
    *\#*) anchor=${target#*#} ;;
  esac
  path=${target%%#*}
  if [ -z "$path" ]; then
    path=$page
  else
    path=$(realpath -m --relative-to=. "$(dirname "$page")/$path")
  fi
  if [ ! -e "$path" ]; then
    violation "$page" "$line" "link to $target: no such file"
  elif [ -n "$anchor" ] && ! grep -qxF -- "$anchor" <<<"${anchors_of[$path]-}"; then
    violation "$page" "$line" "link to $target: no such heading or id"
  fi
}

for page in "${pages[@]}"; do
  while IFS=: read -r line text; do
    violation "$page" "$line" "${#text} characters; at most 120"
  done < <(grep -nE '^.{121,}$' "$page" | grep -vE '^[0-9]+:\||\]\(|https?://' || true)
  while IFS=: read -r line text; do
    violation "$page" "$line" "'$text'"
  done < <(prose "$page" | grep -noE "$phrases" || true)
  while IFS=: read -r line target; do
    target=${target#](}
    check_link "$page" "$line" "${target%)}"
  done < <(prose "$page" | grep -noE '\]\([^) ]+\)' || true)
done

# The first use of each term, in the text as one line, must be the text of a link to it. Pictures, and the table that
# benchmarks/run writes, do not count.
for page in "${glossary_pages[@]}"; do
  [ -e "$page" ] || { violation "$page" 1 'no such page'; continue; }
  # A link's address is no use of the term.
  text=$(prose "$page" | sed '/<!-- benchmarks: begin/,/<!-- benchmarks: end/d; s/^!.*//' | tr -s '\n ' ' ' |
    sed -E 's/\]\(([^) ]*)\)/](\U\1)/g')
  for each in $glossary_terms; do
    name=${each%%=*}
    pattern=${each#*=}
    [ "$pattern" != "$name" ] || pattern="${name}s?"
    [[ ${text,,} =~ $pattern ]] || continue
    first=$(grep -oiE "(\[[^][]*)?\b($pattern)\b([^][]*\]\([^)]*\))?" <<<"$text" | head -n 1 || true)
    [ -n "$first" ] || continue
    if ! grep -qE "^\[.*GLOSSARY\.MD#${name^^}\)\$" <<<"$first"; then
      violation "$page" 1 "first use of '$name' is no link to docs/glossary.md#$name: $first"
    fi
  done
done

[ $status -ne 0 ] || printf '%d pages are in order\n' "${#pages[@]}"
exit $status
