#include "frontier.hpp"

#include <algorithm>

namespace bfs {

frontier::frontier(const own_rows& rows, const partition& among, const apps::place& at)
    : rows_(rows),
      among_(among),
      rank_(static_cast<std::size_t>(at.rank)),
      end_vertex_(rows.first_vertex + rows.of.size()),
      reached_(among.vertices()),
      own_(rows.of.size()) {}

void frontier::start(vertex root, std::span<vertex> parents) {
  parents_ = parents;
  std::fill(parents.begin(), parents.end(), no_vertex);
  reached_.clear();
  queue_.clear();
  size_ = {};
  reached_.set(root);
  if (among_.owner(root) == rank_) reach(root, root);
}

void frontier::reach(vertex which, vertex from) {
  parents_[which - rows_.first_vertex] = from;
  queue_.push_back(which);
  ++size_.vertices;
  size_.arcs += rows_.of_vertex(which).degree;
}

void frontier::top_down(std::vector<std::vector<step>>& out) {
  for (std::vector<step>& each : out) each.clear();
  last_.swap(queue_);
  queue_.clear();
  size_ = {};
  for (const vertex from : last_) {
    for (const vertex to : rows_.neighbours(from)) {
      if (reached_.test(to)) continue;
      reached_.set(to);
      if (to >= rows_.first_vertex && to < end_vertex_) {
        reach(to, from);
      } else {
        out[among_.owner(to)].push_back({.to = to, .from = from});
      }
    }
  }
}

void frontier::receive(std::span<const step> steps) {
  for (const step& each : steps) {
    if (reached_.test(each.to)) continue;
    reached_.set(each.to);
    reach(each.to, each.from);
  }
}

std::span<const word> frontier::own_words() {
  own_.clear();
  for (const vertex each : queue_) own_.set(each - rows_.first_vertex);
  return own_.words();
}

void frontier::bottom_up(const bitmap& all) {
  queue_.clear();
  size_ = {};
  const std::span<word> reached = reached_.words();
  for (std::size_t i = 0; i < reached.size(); ++i) reached[i] |= all.words()[i];
  const std::size_t first_word = rows_.first_vertex / word_bits;
  for (std::size_t i = 0; i < own_.words().size(); ++i) {
    word left = ~reached[first_word + i];
    if (i + 1 == own_.words().size() && end_vertex_ % word_bits != 0) left &= (word{1} << end_vertex_ % word_bits) - 1;
    for_each_bit(left, [&](std::size_t bit) {
      const auto which = static_cast<vertex>(rows_.first_vertex + i * word_bits + bit);
      for (const vertex neighbour : rows_.neighbours(which)) {
        if (!all.test(neighbour)) continue;
        reached[first_word + i] |= word{1} << bit;
        reach(which, neighbour);
        break;
      }
    });
  }
}

}  // namespace bfs
