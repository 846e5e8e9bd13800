// Chains as work requests: which, in which order, from which memory, with which flags.

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "transport/verbs/work_requests.hpp"

namespace {

using liana::transport::operation;
using liana::transport::verbs::chain_translator;
using liana::transport::verbs::check_chain;
using liana::transport::verbs::count_requests;
using liana::transport::verbs::peer_of;
using liana::transport::verbs::request_context;
using liana::transport::verbs::request_list;
using liana::transport::verbs::request_number;
using liana::transport::verbs::sequence_of;

constexpr std::uint32_t segment_key = 11;
constexpr std::uint32_t scratch_key = 22;
constexpr std::uint32_t remote_key = 33;
constexpr std::uint64_t remote_base = 0x7F0000000000;

class verbs_requests : public testing::Test {
 protected:
  verbs_requests() {
    context.segment = segment;
    context.segment_key = segment_key;
    context.scratch = scratch;
    context.scratch_key = scratch_key;
    context.inline_limit = 64;
    context.longest_message = 1U << 30U;
    context.send_depth = 64;
    context.remote_segment = remote_base;
    context.remote_bytes = 1U << 20U;
    context.remote_key = remote_key;
    context.peer = 3;
  }

  std::span<ibv_send_wr> translate(std::span<const operation> chain, std::uint32_t sequence = 0) {
    chain_translator(chain, context).fill(list, request_list::capacity, sequence);
    return list.requests();
  }
  std::span<ibv_send_wr> translate(const operation& only, std::uint32_t sequence = 0) {
    return translate(std::span(&only, 1), sequence);
  }
  static std::uint64_t number(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

  std::array<std::byte, 8192> segment{};
  std::array<std::byte, 64> scratch{};
  std::array<std::byte, 4096> bounce{};
  request_context context;
  request_list list;
};

TEST_F(verbs_requests, of_a_read_go_from_the_peer_into_the_segment) {
  const auto got = translate(operation::read(4096, &segment[64], 128));
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].opcode, IBV_WR_RDMA_READ);
  EXPECT_EQ(got[0].wr.rdma.remote_addr, remote_base + 4096);
  EXPECT_EQ(got[0].wr.rdma.rkey, remote_key);
  EXPECT_EQ(got[0].sg_list->addr, number(&segment[64]));
  EXPECT_EQ(got[0].sg_list->length, 128U);
  EXPECT_EQ(got[0].sg_list->lkey, segment_key);
}

TEST_F(verbs_requests, of_a_small_write_are_inline_from_anywhere) {
  const std::uint64_t value = 7;
  const auto got = translate(operation::write(8, &value, sizeof value));
  EXPECT_EQ(got[0].opcode, IBV_WR_RDMA_WRITE);
  EXPECT_NE(got[0].send_flags & IBV_SEND_INLINE, 0U);
  EXPECT_EQ(got[0].sg_list->addr, number(&value));
}

TEST_F(verbs_requests, of_a_small_write_bounce_where_the_device_takes_less_inline) {
  context.inline_limit = 4;
  context.bounce = bounce;
  const std::uint64_t value = 0x0123456789ABCDEF;
  const auto got = translate(operation::write(8, &value, sizeof value), 64 + 5);
  EXPECT_EQ(got[0].send_flags & IBV_SEND_INLINE, 0U);
  EXPECT_EQ(got[0].sg_list->addr, number(&bounce[std::size_t{5} * 64])) << "one place for each place in the queue";
  EXPECT_EQ(got[0].sg_list->lkey, scratch_key);
  EXPECT_EQ(std::memcmp(&bounce[std::size_t{5} * 64], &value, sizeof value), 0);
}

TEST_F(verbs_requests, of_a_large_write_come_from_the_segment) {
  const auto got = translate(operation::write(8, segment.data(), 4096));
  EXPECT_EQ(got[0].send_flags & IBV_SEND_INLINE, 0U);
  EXPECT_EQ(got[0].sg_list->addr, number(segment.data()));
  EXPECT_EQ(got[0].sg_list->lkey, segment_key);
}

TEST_F(verbs_requests, of_a_compare_swap_name_both_values) {
  auto* const before = reinterpret_cast<std::uint64_t*>(&segment[8]);
  const auto got = translate(operation::compare_swap(128, 1, 2, before));
  EXPECT_EQ(got[0].opcode, IBV_WR_ATOMIC_CMP_AND_SWP);
  EXPECT_EQ(got[0].wr.atomic.remote_addr, remote_base + 128);
  EXPECT_EQ(got[0].wr.atomic.compare_add, 1U);
  EXPECT_EQ(got[0].wr.atomic.swap, 2U);
  EXPECT_EQ(got[0].sg_list->addr, number(before));
  EXPECT_EQ(got[0].sg_list->length, 8U);
}

TEST_F(verbs_requests, of_an_atomic_whose_result_nobody_wants_go_to_the_scratch_memory) {
  const auto got = translate(operation::fetch_add(128, 5, nullptr));
  EXPECT_EQ(got[0].opcode, IBV_WR_ATOMIC_FETCH_AND_ADD);
  EXPECT_EQ(got[0].wr.atomic.compare_add, 5U);
  EXPECT_EQ(got[0].sg_list->addr, number(scratch.data()));
  EXPECT_EQ(got[0].sg_list->lkey, scratch_key);
}

TEST_F(verbs_requests, of_a_visible_write_are_followed_by_a_read_of_its_end) {
  const std::array<std::uint64_t, 2> values{1, 2};
  const auto got = translate(operation::visible_write(512, values.data(), sizeof values));
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].opcode, IBV_WR_RDMA_WRITE);
  EXPECT_EQ(got[1].opcode, IBV_WR_RDMA_READ);
  EXPECT_EQ(got[1].wr.rdma.remote_addr, remote_base + 512 + 8);
  EXPECT_EQ(got[1].sg_list->addr, number(scratch.data()));
  EXPECT_EQ(got[1].sg_list->length, 8U);
}

TEST_F(verbs_requests, of_a_fenced_operation_have_the_fence) {
  operation each = operation::write(8, segment.data(), 256);
  each.fenced = true;
  EXPECT_NE(translate(each)[0].send_flags & IBV_SEND_FENCE, 0U);
  each.fenced = false;
  EXPECT_EQ(translate(each)[0].send_flags & IBV_SEND_FENCE, 0U);
}

TEST_F(verbs_requests, are_linked_in_order_and_only_the_last_is_signalled) {
  const std::uint8_t mark = 1;
  const std::array chain{operation::write(24, &mark, 1), operation::read(0, segment.data(), 64),
                         operation::read(4096, &segment[4096], 4096)};
  const auto got = translate(chain, 1000);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[0].next, &got[1]);
  EXPECT_EQ(got[1].next, &got[2]);
  EXPECT_EQ(got[2].next, nullptr);
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ((got[i].send_flags & IBV_SEND_SIGNALED) != 0, i == 2);
    EXPECT_EQ(got[i].wr_id, request_number(3, static_cast<std::uint32_t>(1000 + i)));
  }
}

TEST_F(verbs_requests, of_a_chain_longer_than_a_list_come_in_several_each_signalled) {
  std::vector<operation> chain;
  for (std::uint64_t i = 0; i < 20; ++i) {
    chain.push_back(operation::visible_write(i * 8, segment.data(), 8));
  }
  EXPECT_EQ(count_requests(chain, context), 40U);
  chain_translator translator(chain, context);
  translator.fill(list, 31, 0);
  ASSERT_EQ(list.size(), 31U);
  EXPECT_NE(list.requests()[30].send_flags & IBV_SEND_SIGNALED, 0U);
  translator.fill(list, 9, 31);
  ASSERT_EQ(list.size(), 9U);
  EXPECT_EQ(list.requests()[0].opcode, IBV_WR_RDMA_READ) << "the flush of the write before";
  EXPECT_EQ(list.requests()[0].wr.rdma.remote_addr, remote_base + std::uint64_t{15} * 8);
  EXPECT_NE(list.requests()[8].send_flags & IBV_SEND_SIGNALED, 0U);
}

TEST_F(verbs_requests, of_an_operation_longer_than_a_message_are_several) {
  context.longest_message = 1000;
  operation each = operation::visible_write(64, segment.data(), 2500);
  each.fenced = true;
  EXPECT_EQ(count_requests(std::span(&each, 1), context), 4U);
  const auto got = translate(each);
  ASSERT_EQ(got.size(), 4U);
  EXPECT_EQ(got[2].wr.rdma.remote_addr, remote_base + 64 + 2000);
  EXPECT_EQ(got[2].sg_list->addr, number(&segment[2000]));
  EXPECT_EQ(got[2].sg_list->length, 500U);
  EXPECT_EQ(got[3].opcode, IBV_WR_RDMA_READ);
  EXPECT_EQ(got[1].send_flags & IBV_SEND_FENCE, 0U) << "only the first has to wait";
}

TEST_F(verbs_requests, of_reads_in_a_row_are_one_with_several_pieces) {
  context.most_pieces = 3;
  const std::array chain{
      operation::read(0, &segment[64], 64),    operation::read(64, &segment[4096], 64),
      operation::read(128, &segment[512], 32), operation::read(160, &segment[1024], 64),
      operation::read(512, &segment[2048], 8),  // a gap
  };
  EXPECT_EQ(count_requests(chain, context), 3U);
  const auto got = translate(chain);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[0].num_sge, 3) << "no more than the device takes";
  EXPECT_EQ(got[0].wr.rdma.remote_addr, remote_base);
  EXPECT_EQ(got[0].sg_list[1].addr, number(&segment[4096]));
  EXPECT_EQ(got[0].sg_list[2].addr, number(&segment[512]));
  EXPECT_EQ(got[0].sg_list[2].length, 32U);
  EXPECT_EQ(got[1].num_sge, 1);
  EXPECT_EQ(got[1].wr.rdma.remote_addr, remote_base + 160);
  EXPECT_EQ(got[2].wr.rdma.remote_addr, remote_base + 512);
}

TEST_F(verbs_requests, of_reads_nearly_in_a_row_are_one_that_reads_the_gaps_too) {
  context.most_pieces = 6;
  const std::array chain{
      operation::read(0, &segment[64], 64),
      operation::read(128, &segment[4096], 64),  // as far as the scratch memory is long
      operation::read(192, &segment[512], 32),
      operation::read(232, &segment[1024], 8),
      operation::read(248, &segment[2048], 8),  // two pieces would be too many
      operation::read(400, &segment[2048], 8),  // too far
      operation::read(392, &segment[2048], 8),  // backwards
  };
  EXPECT_EQ(count_requests(chain, context), 4U);
  const auto got = translate(chain);
  ASSERT_EQ(got.size(), 4U);
  ASSERT_EQ(got[0].num_sge, 6);
  const std::array<std::uint64_t, 6> to{number(&segment[64]),  number(scratch.data()), number(&segment[4096]),
                                        number(&segment[512]), number(scratch.data()), number(&segment[1024])};
  const std::array<std::uint32_t, 6> bytes{64, 64, 64, 32, 8, 8};
  for (std::size_t i = 0; i < to.size(); ++i) {
    EXPECT_EQ(got[0].sg_list[i].addr, to[i]);
    EXPECT_EQ(got[0].sg_list[i].length, bytes[i]);
    EXPECT_EQ(got[0].sg_list[i].lkey, to[i] == number(scratch.data()) ? scratch_key : got[0].sg_list[0].lkey);
  }
  EXPECT_EQ(got[1].wr.rdma.remote_addr, remote_base + 248);
  EXPECT_EQ(got[1].num_sge, 1);
  EXPECT_EQ(got[2].wr.rdma.remote_addr, remote_base + 400);
  EXPECT_EQ(got[3].wr.rdma.remote_addr, remote_base + 392);
}

TEST_F(verbs_requests, of_reads_in_a_row_are_not_joined_over_a_fence_a_write_or_a_message) {
  context.most_pieces = 8;
  std::array chain{operation::read(0, segment.data(), 64), operation::read(64, &segment[64], 64)};
  EXPECT_EQ(count_requests(chain, context), 1U);
  chain[1].fenced = true;
  EXPECT_EQ(count_requests(chain, context), 2U);
  chain[1].fenced = false;
  context.longest_message = 100;
  EXPECT_EQ(count_requests(chain, context), 2U);
  context.longest_message = 4096;
  const std::uint64_t value = 1;
  const std::array apart{chain[0], operation::write(512, &value, 8), chain[1]};
  EXPECT_EQ(count_requests(apart, context), 3U);
}

TEST_F(verbs_requests, of_many_scattered_reads_come_in_several_lists) {
  context.most_pieces = 8;
  std::vector<operation> chain;
  for (std::uint64_t i = 0; i < 20; ++i) {
    for (std::uint64_t j = 0; j < 8; ++j) {
      chain.push_back(operation::read(i * 1024 + j * 8, &segment[8 * j], 8));
    }
  }
  ASSERT_EQ(count_requests(chain, context), 20U);
  chain_translator translator(chain, context);
  std::size_t got = 0;
  while (got < 20) {
    translator.fill(list, 20 - got, static_cast<std::uint32_t>(got));
    ASSERT_NE(list.size(), 0U);
    for (const ibv_send_wr& each : list.requests()) {
      EXPECT_EQ(each.num_sge, 8);
      EXPECT_EQ(each.wr.rdma.remote_addr, remote_base + got * 1024);
      ++got;
    }
  }
  EXPECT_EQ(got, 20U);
}

TEST_F(verbs_requests, number_tells_peer_and_sequence) {
  const std::uint64_t made = request_number(65535, 0xFFFFFFFF);
  EXPECT_EQ(peer_of(made), 65535);
  EXPECT_EQ(sequence_of(made), 0xFFFFFFFFU);
}

TEST_F(verbs_requests, are_not_made_of_buffers_outside_of_the_segment) {
  std::array<std::byte, 128> outside{};
  const auto check = [&](const operation& each) { check_chain(std::span(&each, 1), context); };
  EXPECT_THROW(check(operation::read(0, outside.data(), 8)), std::logic_error);
  EXPECT_THROW(check(operation::read(0, &segment[8190], 8)), std::logic_error);
  EXPECT_THROW(check(operation::write(0, outside.data(), 65)), std::logic_error);
  EXPECT_THROW(check(operation::compare_swap(0, 0, 1, reinterpret_cast<std::uint64_t*>(outside.data()))),
               std::logic_error);
  EXPECT_NO_THROW(check(operation::write(0, outside.data(), 64)));
  EXPECT_NO_THROW(check(operation::compare_swap(0, 0, 1, nullptr)));
  EXPECT_NO_THROW(check(operation::read(0, &segment[8184], 8)));
}

TEST_F(verbs_requests, are_not_made_of_bytes_outside_of_the_peers_segment) {
  const auto check = [&](const operation& each) { check_chain(std::span(&each, 1), context); };
  EXPECT_NO_THROW(check(operation::read((1U << 20U) - 8, segment.data(), 8)));
  EXPECT_THROW(check(operation::read((1U << 20U) - 7, segment.data(), 8)), std::logic_error);
  EXPECT_THROW(check(operation::read(~std::uint64_t{0}, segment.data(), 8)), std::logic_error);
  EXPECT_THROW(check(operation::fetch_add(4, 1, nullptr)), std::logic_error) << "not aligned";
}

}  // namespace
