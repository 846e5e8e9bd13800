// Passes when the translation unit of each public header is in this program: that it compiled and linked is the test.

#include "public_headers.hpp"

#include <cstdio>
#include <cstdlib>

namespace {

int& count() {
  static int registered = 0;
  return registered;
}

}  // namespace

registered_header::registered_header(const char* name) {
  ++count();
  std::printf("<%s> compiles alone\n", name);
}

int main() {
  std::printf("%d of %d public headers\n", count(), LIANA_PUBLIC_HEADERS);
  return count() == LIANA_PUBLIC_HEADERS ? EXIT_SUCCESS : EXIT_FAILURE;
}
