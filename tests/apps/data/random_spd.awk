# A symmetric positive definite matrix, as Matrix Market: 500 rows, each with some entries at random, the diagonal greater than all of them.
# The same each time, by the minimal standard generator.
function next_random() { return (state = (16807 * state) % 2147483647) / 2147483647 }
BEGIN {
  rows = 500
  state = 7
  for (i = 2; i <= rows; ++i) {
    for (k = 0; k < 3; ++k) {
      j = 1 + int((i - 1) * next_random())
      value[i, j] = next_random() - 0.5
    }
  }
  entries = rows
  for (place in value) ++entries
  print "%%MatrixMarket matrix coordinate real symmetric"
  print rows, rows, entries
  for (i = 1; i <= rows; ++i) {
    print i, i, 40 + next_random()
    for (j = 1; j < i; ++j) if ((i, j) in value) print i, j, value[i, j]
  }
}
