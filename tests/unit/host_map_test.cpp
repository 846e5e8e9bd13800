#include "runtime/state/host_map.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace liana::detail {
namespace {

using image = std::array<std::byte, directory_entry::sharer_bytes>;

/// As `LIANA_HOSTS=n` deals them.
std::vector<int> dealt(int ranks, int hosts) {
  std::vector<int> host_of_rank(static_cast<std::size_t>(ranks));
  for (int rank = 0; rank < ranks; ++rank) {
    host_of_rank[static_cast<std::size_t>(rank)] = rank % hosts;
  }
  return host_of_rank;
}

/// As mpirun fills hosts.
std::vector<int> filled(int hosts, int ranks_each) {
  std::vector<int> host_of_rank(static_cast<std::size_t>(hosts) * static_cast<std::size_t>(ranks_each));
  for (int rank = 0; rank < hosts * ranks_each; ++rank) {
    host_of_rank[static_cast<std::size_t>(rank)] = rank / ranks_each;
  }
  return host_of_rank;
}

std::vector<int> sharers(const host_map& map, const image& marks) {
  std::vector<int> visited;
  map.for_each_sharer(marks.data(), [&](int host) { visited.push_back(host); });
  return visited;
}

/// What `rank` leaves when it alone shares, on top of something else.
image marks_of(const host_map& map) {
  image marks;
  marks.fill(std::byte{0xFF});
  map.only_me(marks.data());
  return marks;
}

class host_map_exact : public testing::TestWithParam<int> {};

TEST_P(host_map_exact, gives_each_host_a_byte_that_numbers_its_ranks) {
  const int hosts = GetParam();
  const auto host_of_rank = filled(hosts, 3);
  for (rank_t rank = 0; rank < hosts * 3; ++rank) {
    const host_map map(host_of_rank, rank, std::nullopt);
    ASSERT_EQ(map.mark_bytes(), 1U);
    ASSERT_EQ(map.hosts(), hosts);
    ASSERT_EQ(map.mark_offset(), static_cast<std::size_t>(rank / 3));
    ASSERT_EQ(map.my_mark(), rank % 3 + 1);
    const image marks = marks_of(map);
    ASSERT_EQ(map.mark_in(marks.data()), map.my_mark());
    ASSERT_EQ(sharers(map, marks), std::vector<int>{rank / 3});
    for (std::size_t i = 0; i < marks.size(); ++i) {
      ASSERT_EQ(std::to_integer<int>(marks[i]), i == map.mark_offset() ? map.my_mark() : 0) << "byte " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(hosts, host_map_exact, testing::Range(1, 41));

TEST(host_map, knows_leaders_and_neighbours_of_ranks_dealt_round_robin) {
  const host_map map(dealt(8, 3), 4, std::nullopt);
  EXPECT_EQ(map.hosts(), 3);
  EXPECT_EQ(map.my_host(), 1);
  EXPECT_EQ(map.leader(0), 0);
  EXPECT_EQ(map.leader(1), 1);
  EXPECT_EQ(map.leader(2), 2);
  EXPECT_TRUE(map.near(1));
  EXPECT_TRUE(map.near(4));
  EXPECT_TRUE(map.near(7));
  EXPECT_FALSE(map.near(3));
  EXPECT_FALSE(map.near(5));
  EXPECT_EQ(map.host_of(5), 2);
  EXPECT_EQ(map.my_mark(), 2) << "ranks 1 and 4 of its host are numbers 1 and 2";
}

TEST(host_map, takes_ranks_in_any_order) {
  const std::vector<int> host_of_rank{2, 0, 2, 1, 0};
  const host_map map(host_of_rank, 2, std::nullopt);
  EXPECT_EQ(map.leader(0), 1);
  EXPECT_EQ(map.leader(1), 3);
  EXPECT_EQ(map.leader(2), 0);
  EXPECT_EQ(map.mark_offset(), 2U);
  EXPECT_EQ(map.my_mark(), 2);
}

TEST(host_map, visits_exactly_the_hosts_that_share) {
  const auto host_of_rank = dealt(40, 40);
  image marks{};
  for (const int rank : {0, 7, 39}) {
    const host_map map(host_of_rank, rank, std::nullopt);
    marks[map.mark_offset()] = static_cast<std::byte>(map.my_mark());
  }
  const host_map map(host_of_rank, 5, std::nullopt);
  EXPECT_EQ(sharers(map, marks), (std::vector<int>{0, 7, 39}));
  EXPECT_EQ(sharers(map, image{}), std::vector<int>{});
  EXPECT_EQ(map.mark_in(marks.data()), 0);
}

TEST(host_map, numbers_the_255th_rank_of_a_host_in_a_byte) {
  const host_map map(filled(1, 255), 254, std::nullopt);
  EXPECT_EQ(map.mark_bytes(), 1U);
  EXPECT_EQ(map.my_mark(), 255);
  EXPECT_EQ(map.mark_in(marks_of(map).data()), 255);
}

TEST(host_map, takes_two_bytes_from_256_ranks_of_a_host_on) {
  const auto host_of_rank = filled(2, 300);
  std::set<std::uint16_t> seen;
  for (rank_t rank = 300; rank < 600; ++rank) {
    const host_map map(host_of_rank, rank, std::nullopt);
    ASSERT_EQ(map.mark_bytes(), 2U);
    ASSERT_EQ(map.mark_offset(), 2U) << "20 groups of one host each";
    ASSERT_NE(map.my_mark(), 0);
    const image marks = marks_of(map);
    ASSERT_EQ(map.mark_in(marks.data()), map.my_mark());
    ASSERT_EQ(sharers(map, marks), std::vector<int>{1});
    seen.insert(map.my_mark());
  }
  EXPECT_EQ(seen.size(), 300U);
  EXPECT_EQ(*seen.rbegin(), 300);
  EXPECT_EQ(host_map(filled(1, 256), 0, std::nullopt).mark_bytes(), 2U);
}

TEST(host_map, finds_a_mark_of_two_bytes_by_either_of_them) {
  const host_map map(filled(2, 300), 0, std::nullopt);
  for (const std::uint16_t mark : {std::uint16_t{0x0100}, std::uint16_t{0x0001}}) {
    image marks{};
    std::memcpy(marks.data() + 2, &mark, sizeof mark);
    EXPECT_EQ(sharers(map, marks), std::vector<int>{1}) << mark;
  }
}

TEST(host_map, groups_hosts_from_41_on) {
  const auto host_of_rank = dealt(82, 41);  // groups of ceil(41 / 20) = 3 hosts
  const host_map map(host_of_rank, 45, std::nullopt);
  EXPECT_EQ(map.mark_bytes(), 2U);
  EXPECT_EQ(map.my_host(), 4);
  EXPECT_EQ(map.mark_offset(), 2U);
  EXPECT_EQ(map.my_mark(), 5) << "ranks 3, 4, 5, 44 and 45 are on hosts 3 to 5";
  EXPECT_EQ(sharers(map, marks_of(map)), (std::vector<int>{3, 4, 5}));

  const host_map last(host_of_rank, 40, std::nullopt);
  EXPECT_EQ(last.mark_offset(), 26U);
  EXPECT_EQ(sharers(last, marks_of(last)), (std::vector<int>{39, 40}))
      << "hosts 39 to 41, of which the last does not exist";
}

TEST(host_map, marks_within_the_entry_however_many_hosts) {
  for (const int hosts : {41, 60, 399, 400, 401, 5000}) {
    const auto host_of_rank = dealt(hosts, hosts);
    std::vector<int> reached;
    for (const rank_t rank : {0, hosts / 2, hosts - 1}) {
      const host_map map(host_of_rank, rank, std::nullopt);
      ASSERT_LE(map.mark_offset() + map.mark_bytes(), directory_entry::sharer_bytes);
      const auto visited = sharers(map, marks_of(map));
      ASSERT_EQ(std::count(visited.begin(), visited.end(), rank), 1) << hosts << " hosts, rank " << rank;
      ASSERT_LE(visited.size(), static_cast<std::size_t>((hosts + 19) / 20));
    }
  }
}

TEST(host_map, forms_as_many_groups_as_are_forced) {
  for (const int hosts : {4, 8}) {
    const auto host_of_rank = dealt(2 * hosts, hosts);
    for (rank_t rank = 0; rank < 2 * hosts; ++rank) {
      const host_map map(host_of_rank, rank, 2);
      ASSERT_EQ(map.mark_bytes(), 2U);
      const bool upper = rank % hosts >= hosts / 2;
      ASSERT_EQ(map.mark_offset(), upper ? 2U : 0U);
      std::vector<int> group;
      for (int host = upper ? hosts / 2 : 0; host < (upper ? hosts : hosts / 2); ++host) {
        group.push_back(host);
      }
      ASSERT_EQ(sharers(map, marks_of(map)), group);
    }
  }
}

TEST(host_map, numbers_all_ranks_of_a_group_differently) {
  const auto host_of_rank = dealt(9, 4);
  std::set<std::pair<std::size_t, std::uint16_t>> seen;
  for (rank_t rank = 0; rank < 9; ++rank) {
    const host_map map(host_of_rank, rank, 2);
    EXPECT_NE(map.my_mark(), 0);
    EXPECT_TRUE(seen.emplace(map.mark_offset(), map.my_mark()).second) << "rank " << rank;
  }
}

TEST(host_map, forms_groups_even_of_one_host) {
  const host_map map(dealt(3, 1), 2, 20);
  EXPECT_EQ(map.mark_bytes(), 2U);
  EXPECT_EQ(map.mark_offset(), 0U);
  EXPECT_EQ(map.my_mark(), 3);
  EXPECT_EQ(sharers(map, marks_of(map)), std::vector<int>{0});
}

TEST(host_map, numbers_up_to_65535_ranks_of_a_group) {
  const auto host_of_rank = filled(1, 65536);
  EXPECT_EQ(host_map(host_of_rank, 65534, std::nullopt).my_mark(), 65535);
  EXPECT_THROW(host_map(host_of_rank, 65535, std::nullopt), std::invalid_argument);
}

TEST(host_map, rejects_what_makes_no_sense) {
  const std::vector<int> two{0, 1};
  EXPECT_THROW(host_map(two, 2, std::nullopt), std::invalid_argument);
  EXPECT_THROW(host_map(two, -1, std::nullopt), std::invalid_argument);
  EXPECT_THROW(host_map(two, 0, 0), std::invalid_argument);
  EXPECT_THROW(host_map(two, 0, 21), std::invalid_argument);
  EXPECT_NO_THROW(host_map(two, 0, 20));
  EXPECT_THROW(host_map(std::vector<int>{0, 2}, 0, std::nullopt), std::invalid_argument) << "no rank on host 1";
  EXPECT_THROW(host_map(std::vector<int>{0, -1}, 0, std::nullopt), std::invalid_argument);
}

}  // namespace
}  // namespace liana::detail
