# Checks the files named on the command line against the layer table; see check_layers.sh, which calls this.
# The first file lists the paths of all source files of the project, one a line. Prints "path:line: violation" for each.
# Written for any POSIX awk, so there are no word boundaries in the regular expressions.

BEGIN {
  public_dir["runtime/include/"]; public_dir["allocator/include/"]; public_dir["transport/include/"]

  # may["from", "to"]: the layer table. A layer may always include itself, and one back end is not another.
  may["transport", "address"]
  may["back end", "transport"]; may["back end", "address"]
  may["back end", "factory"]  # for what it hands to them
  may["factory", "transport"]; may["factory", "address"]; may["factory", "back end"]
  may["allocator", "address"]
  may["runtime", "allocator"]; may["runtime", "transport"]; may["runtime", "address"]; may["runtime", "factory"]

  # level[folder]: of runtime/, bottom up. A folder may include itself and those below it.
  count = split(runtime_folders, names, " ")
  for (i = 1; i <= count; i++) level[names[i]] = i
}

NR == FNR {
  known[$0]
  if (kind(layer($0)) == "back end") {
    name = substr(layer($0), length("transport/") + 1)
    if (!(name in back_ends)) back_end_names = back_end_names (back_end_names == "" ? "" : "|") name
    back_ends[name]
  }
  next
}

FNR == 1 { from = layer(FILENAME); in_comment = 0; raw_end = "" }

{
  strip($0)  # sets code, without comments, and bare, without string literals as well
  if (match(code, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/)) check_include(substr(code, RSTART, RLENGTH))
  else check_words()
}

END { exit violations > 0 }

function violation(text) {
  printf "%s:%d: %s\n", FILENAME, FNR, text
  violations++
}

# The part of the tree that a path belongs to: each directory under transport/ is a back end.
function layer(path) {
  if (path ~ /^transport\/(address\.|include\/)/) return "address"
  if (path ~ /^transport\/factory\./) return "factory"
  if (match(path, /^transport\/[^\/]+\//)) return substr(path, 1, RLENGTH - 1)
  return substr(path, 1, index(path, "/") - 1)
}

# The folder of runtime/ that a file lies in; "" for public headers.
function folder(path,    rest) {
  if (is_public(path)) return ""
  rest = substr(path, length("runtime/") + 1)
  return substr(rest, 1, index(rest, "/") - 1)
}

# Its name in the layer table.
function kind(layer_name) { return layer_name ~ /^transport\// ? "back end" : layer_name }

function is_public(path) { return path ~ /^(runtime|allocator|transport)\/include\/liana\// }

function may_include_mpi(path) {
  return path ~ /^runtime\/group\/process_group\./ || path == "runtime/include/liana/mpi.hpp" || path ~ /^apps\/.*_mpi\.[ch]pp$/ ||
         path ~ /^benchmarks\//
}

function check_include(directive,    form, name, to, path) {
  form = directive ~ /</ ? "<" : "\""
  name = directive
  sub(/^[^<"]*[<"]/, "", name)
  sub(/[>"]$/, "", name)

  path = resolve(form, name)
  if (path != "") {
    check_internal(form, name, path)
  } else if (form == "\"" || name ~ /^liana\//) {
    violation("\"" name "\" is no file of this project")
  } else {
    check_external(name)
  }
}

# The project's file that an #include means, or "" when it means none.
function resolve(form, name,    directory, path) {
  for (directory in public_dir) if ((directory name) in known) return directory name
  if (name in known) return name
  if (form == "<") return ""
  path = FILENAME
  sub(/[^\/]*$/, "", path)
  path = path name
  while (sub(/[^\/]+\/\.\.\//, "", path)) continue
  return path in known ? path : ""
}

function check_internal(form, name, path,    to) {
  to = layer(path)
  if (is_public(FILENAME) && !is_public(path)) {
    violation("a public header includes " path ", which is not installed")
  } else if (is_public(FILENAME) && form != "<") {
    violation("a public header includes \"" name "\": write <liana/...>")
  } else if (from == "apps" && path ~ /\/include\/liana\/detail\//) {
    violation("an application includes " path ", which is not for programs")
  } else if ((from == "apps" || from == "benchmarks") && is_public(path)) {
    # The public API, whichever layer it comes from.
  } else if (from != to && !((kind(from), kind(to)) in may)) {
    violation(from " includes " path " of " to)
  } else if (from == "runtime" && to == "runtime" && folder(path) != "" && level[folder(path)] > level[folder(FILENAME)]) {
    violation("runtime/" folder(FILENAME) " includes " path ", which lies above it")
  }
  if (from == "runtime" && path == "runtime/include/liana/mpi.hpp" && !may_include_mpi(FILENAME)) {
    violation("<liana/mpi.hpp>, and with it <mpi.h>, outside runtime/group/process_group")
  }
}

function check_external(name) {
  if (name ~ /^(infiniband|rdma)\// && from != "transport/verbs" && FILENAME != "benchmarks/bare_verbs.cpp") {
    violation("<" name "> outside transport/verbs")
  } else if (name ~ /^mpi(-ext)?\.h$/ && !may_include_mpi(FILENAME)) {
    violation("<" name "> outside runtime/group/process_group and liana/mpi.hpp")
  } else if ((name == "hwloc.h" || name ~ /^hwloc\//) && FILENAME !~ /^runtime\/machine\/topology\./) {
    violation("<" name "> outside runtime/machine/topology")
  } else if (is_public(FILENAME) && name ~ /[.\/]/ && name != "mpi.h") {
    violation("a public header includes <" name ">: only public headers and the standard library's are allowed there")
  }
}

function check_words(    lowered) {
  if (FILENAME ~ /^transport\//) {
    lowered = "_" tolower(code) "_"
    if (match(lowered, /[^a-z](blocks?|sharers?|versions?)[^a-z]/)) {
      violation("transport knows no " substr(lowered, RSTART + 1, RLENGTH - 2))
    }
  }
  if (from != "factory" && from !~ /^transport\// && back_end_names != "" &&
      match("_" bare, "[^A-Za-z0-9](" back_end_names ")(::|_transport)")) {
    violation("names the back end " substr("_" bare, RSTART + 1, RLENGTH - 1) ", which only transport/factory does")
  }
}

# Reads one line on from the state the last one left: inside a comment, or inside a raw string that ends with raw_end.
function strip(line,    i, n, c, two, end) {
  code = ""
  bare = ""
  n = length(line)
  for (i = 1; i <= n; ) {
    c = substr(line, i, 1)
    two = substr(line, i, 2)
    if (in_comment) {
      end = index(substr(line, i), "*/")
      if (!end) return
      i += end + 1
      in_comment = 0
    } else if (raw_end != "") {
      end = index(substr(line, i), raw_end)
      if (!end) { code = code substr(line, i); return }
      code = code substr(line, i, end - 1 + length(raw_end))
      i += end - 1 + length(raw_end)
      raw_end = ""
    } else if (two == "//") {
      return
    } else if (two == "/*") {
      in_comment = 1
      i += 2
    } else if (two == "R\"" && match(substr(line, i), /^R"[^( ]*\(/)) {
      raw_end = ")" substr(line, i + 2, RLENGTH - 3) "\""
      code = code substr(line, i, RLENGTH)
      i += RLENGTH
    } else if (c == "\"" || (c == "'" && substr(line, i - 1, 1) !~ /[A-Za-z0-9]/)) {
      end = literal_end(line, i, c)
      code = code substr(line, i, end - i + 1)
      bare = bare c c
      i = end + 1
    } else {
      code = code c
      bare = bare c
      i++
    }
  }
}

# Position of the quote that closes the literal opened at start, or the line's length.
function literal_end(line, start, quote,    i, c) {
  for (i = start + 1; i <= length(line); i++) {
    c = substr(line, i, 1)
    if (c == "\\") i++
    else if (c == quote) return i
  }
  return length(line)
}
