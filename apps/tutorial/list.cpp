// A linked list whose nodes lie wherever they were made. Every rank puts some in front, and every rank walks along all.

#include <cstdlib>
#include <iostream>

#include <liana/liana.hpp>

struct node {
  int value = 0;
  int maker = 0;  // the rank that has made it
  liana::global_ptr<node> next;
};

using node_ptr = liana::global_ptr<node>;

/// Makes a node in this rank's memory and puts it in front of the list whose first node `list` tells.
void push(liana::global_ptr<node_ptr> list, int value) {
  list.update([&](node_ptr& first) { first = liana::make_global<node>(value, liana::rank(), first); });
}

int main(int argc, char** argv) {
  const liana::runtime runtime(argc, argv);

  // An empty list: a null pointer, in the memory of rank 0.
  liana::global_ptr<node_ptr> made;
  if (liana::rank() == 0) made = liana::make_global<node_ptr>();
  const auto list = liana::broadcast(made, 0);

  for (int i = 1; i <= 3; ++i) push(list, 100 * liana::rank() + i);
  liana::barrier();

  int nodes = 0;
  int far = 0;
  for (node_ptr at = list.get(); at != nullptr;) {
    const auto here = at.read();  // the node itself, or the copy in this rank's cache
    ++nodes;
    far += here->maker == liana::rank() ? 0 : 1;
    at = here->next;
  }
  std::cout << "Rank " << liana::rank() << " has seen " << nodes << " nodes, " << far << " of other ranks" << std::endl;

  // Memory is given back by a rank that knows that no rank needs it any more.
  liana::barrier();
  if (liana::rank() == 0) {
    for (node_ptr at = list.get(); at != nullptr;) {
      const node_ptr next = at.get().next;
      liana::destroy(at);
      at = next;
    }
    liana::destroy(list);
  }
  return nodes == 3 * liana::size() && far == nodes - 3 ? EXIT_SUCCESS : EXIT_FAILURE;
}
