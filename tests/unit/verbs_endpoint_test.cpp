// What two ends of a connection agree on, how large the queues are, and what is said when memory cannot be registered.

#include <algorithm>
#include <cerrno>
#include <string>

#include <gtest/gtest.h>

#include "transport/transport.hpp"
#include "transport/verbs/endpoint.hpp"
#include "transport/verbs/failures.hpp"

namespace {

using liana::transport::unavailable;
using liana::transport::verbs::agree_on_path;
using liana::transport::verbs::decode;
using liana::transport::verbs::device_facts;
using liana::transport::verbs::encode;
using liana::transport::verbs::endpoint;
using liana::transport::verbs::mtu_bytes;
using liana::transport::verbs::plan_queues;
using liana::transport::verbs::registration_remedy;

endpoint roce(std::uint8_t last_byte_of_address) {
  endpoint end;
  end.link_layer = IBV_LINK_LAYER_ETHERNET;
  end.mtu = IBV_MTU_4096;
  end.reads_as_target = 16;
  end.reads_as_initiator = 16;
  end.gid = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, last_byte_of_address};
  return end;
}

endpoint infiniband(std::uint8_t subnet) {
  endpoint end = roce(1);
  end.link_layer = IBV_LINK_LAYER_INFINIBAND;
  end.gid = {0xFE, 0x80, 0, 0, 0, 0, 0, subnet};
  return end;
}

template <class F>
std::string refusal(F action) {
  try {
    action();
  } catch (const unavailable& problem) {
    return problem.what();
  }
  return "nothing was refused";
}

TEST(verbs_path, has_the_smaller_mtu) {
  endpoint small = roce(1);
  small.mtu = IBV_MTU_1024;
  EXPECT_EQ(agree_on_path(small, roce(2)).mtu, IBV_MTU_1024);
  EXPECT_EQ(agree_on_path(roce(2), small).mtu, IBV_MTU_1024);
  EXPECT_EQ(mtu_bytes(IBV_MTU_256), 256U);
  EXPECT_EQ(mtu_bytes(IBV_MTU_4096), 4096U);
}

TEST(verbs_path, has_as_many_reads_out_as_the_other_side_takes_in) {
  endpoint mine = roce(1);
  mine.reads_as_initiator = 128;
  mine.reads_as_target = 4;
  endpoint theirs = roce(2);
  theirs.reads_as_initiator = 8;
  theirs.reads_as_target = 16;
  const auto here = agree_on_path(mine, theirs);
  const auto there = agree_on_path(theirs, mine);
  EXPECT_EQ(here.reads_out, 16);
  EXPECT_EQ(here.reads_in, 4);
  EXPECT_EQ(there.reads_out, here.reads_in);
  EXPECT_EQ(there.reads_in, here.reads_out);
}

TEST(verbs_path, that_takes_no_read_is_refused) {
  endpoint none = roce(1);
  none.reads_as_target = 0;
  EXPECT_NE(refusal([&] { (void)agree_on_path(roce(2), none); }).find("max_qp_rd_atom"), std::string::npos);
}

TEST(verbs_path, carries_gids_over_ethernet_and_between_subnets) {
  EXPECT_TRUE(agree_on_path(roce(1), roce(2)).global);
  EXPECT_FALSE(agree_on_path(infiniband(1), infiniband(1)).global);
  EXPECT_TRUE(agree_on_path(infiniband(1), infiniband(2)).global);
}

TEST(verbs_path, between_kinds_of_links_or_addresses_is_refused) {
  EXPECT_NE(refusal([&] { (void)agree_on_path(roce(1), infiniband(1)); }).find("InfiniBand"), std::string::npos);
  endpoint ipv6 = roce(1);
  ipv6.gid = {0x20, 0x01, 0x0D, 0xB8};
  EXPECT_NE(refusal([&] { (void)agree_on_path(roce(1), ipv6); }).find("LIANA_GID_INDEX"), std::string::npos);
}

TEST(verbs_endpoint, survives_the_way_to_another_rank) {
  endpoint sent = roce(7);
  sent.queue_pair = 0x123456;
  sent.segment = 0x7F0000001000;
  const endpoint received = decode(encode(sent));
  EXPECT_EQ(received.queue_pair, sent.queue_pair);
  EXPECT_EQ(received.segment, sent.segment);
  EXPECT_EQ(received.gid, sent.gid);
}

TEST(verbs_endpoint, of_another_build_is_refused) {
  EXPECT_THROW((void)decode("short"), unavailable);
  EXPECT_THROW((void)decode(std::string(sizeof(endpoint), 'x')), unavailable);
}

device_facts device(int pairs, int requests, int completions) {
  device_facts made;
  made.name = "a";
  made.attributes.max_qp = pairs;
  made.attributes.max_qp_wr = requests;
  made.attributes.max_cqe = completions;
  return made;
}

TEST(verbs_queues, have_room_in_the_completion_queue_for_every_request) {
  for (const int pairs : {2, 9, 100, 127, 128, 500, 2000}) {
    const auto sizes = plan_queues(device(1 << 20, 1 << 20, 32767), pairs);
    EXPECT_LE(static_cast<int>(sizes.send_depth) * pairs, sizes.completion_entries);
    EXPECT_LE(sizes.completion_entries, 32767);
  }
}

TEST(verbs_queues, are_as_deep_as_the_device_allows) {
  EXPECT_EQ(plan_queues(device(1 << 20, 1 << 20, 1 << 22), 3).send_depth, 256U);
  EXPECT_EQ(plan_queues(device(1 << 20, 64, 1 << 22), 3).send_depth, 64U);
  EXPECT_EQ(plan_queues(device(1 << 20, 1 << 20, 32767), 1000).send_depth, 32U);
}

TEST(verbs_queues, of_too_many_ranks_are_refused_with_the_limit) {
  EXPECT_NE(refusal([] { (void)plan_queues(device(100, 1 << 20, 1 << 22), 101); }).find("100 queue pairs (max_qp)"),
            std::string::npos);
  EXPECT_NE(refusal([] { (void)plan_queues(device(1 << 20, 1 << 20, 1000), 101); }).find("1000 completions"),
            std::string::npos);
}

TEST(verbs_registration, beyond_the_limit_of_locked_memory_says_both_and_the_remedy) {
  const std::string text = registration_remedy(ENOMEM, 1 << 30, 65536, false);
  EXPECT_NE(text.find("65536 bytes"), std::string::npos) << text;
  EXPECT_NE(text.find("1073741824"), std::string::npos) << text;
  EXPECT_NE(text.find("ulimit -l"), std::string::npos) << text;
  EXPECT_NE(text.find("limits.conf"), std::string::npos) << text;
}

TEST(verbs_registration, refused_for_another_reason_does_not_blame_the_limit) {
  EXPECT_EQ(registration_remedy(ENOMEM, 4096, 65536, false).find("ulimit"), std::string::npos);
  EXPECT_NE(registration_remedy(ENOMEM, 4096, 0, true).find("off"), std::string::npos);
  EXPECT_EQ(registration_remedy(EINVAL, 1 << 30, 65536, false), "");
}

}  // namespace
