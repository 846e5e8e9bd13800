# Prints an edge list of about 6,000 nodes and 100,000 edges, the same each time. A few nodes are the target of most edges: the first one
# of some 5,000, which is more than pagerank looks at in one go.
BEGIN {
  nodes = 6000
  state = 1
  for (i = 0; i < 100000; ++i) {
    from = int(nodes * next_random())
    to = int(nodes * next_random() ^ 4)
    print from, to
  }
}

# The minimal standard generator (Park and Miller 1988), whose products doubles hold exactly.
function next_random() {
  state = (16807 * state) % 2147483647
  return state / 2147483647
}
