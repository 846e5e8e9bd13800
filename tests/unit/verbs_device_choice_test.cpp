// Device, port and GID chosen from made-up devices.

#include <arpa/inet.h>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "transport/transport.hpp"
#include "transport/verbs/device_choice.hpp"

namespace {

using liana::transport::unavailable;
using liana::transport::verbs::best_gid;
using liana::transport::verbs::choose_port;
using liana::transport::verbs::device_facts;
using liana::transport::verbs::gid_text;
using liana::transport::verbs::port_facts;
using wishes = liana::transport::job_view::device_wishes;

ibv_gid_entry gid(int index, ibv_gid_type type, const char* address) {
  ibv_gid_entry entry = {};
  entry.gid_index = static_cast<std::uint32_t>(index);
  entry.port_num = 1;
  entry.gid_type = type;
  EXPECT_EQ(inet_pton(AF_INET6, address, entry.gid.raw), 1) << address;
  return entry;
}

port_facts port(int number, std::vector<ibv_gid_entry> gids, ibv_port_state state = IBV_PORT_ACTIVE,
                std::uint8_t link_layer = IBV_LINK_LAYER_ETHERNET) {
  port_facts made;
  made.number = number;
  made.attributes.state = state;
  made.attributes.link_layer = link_layer;
  made.gids = std::move(gids);
  return made;
}

port_facts good_port(int number) { return port(number, {gid(0, IBV_GID_TYPE_ROCE_V2, "::ffff:10.0.0.1")}); }

device_facts device(const char* name, std::vector<port_facts> ports, int distance = 0) {
  device_facts made;
  made.name = name;
  made.distance = distance;
  made.attributes.atomic_cap = IBV_ATOMIC_HCA;
  made.ports = std::move(ports);
  return made;
}

std::string refusal(const std::vector<device_facts>& devices, const wishes& wished = {}) {
  try {
    (void)choose_port(devices, wished);
  } catch (const unavailable& problem) {
    return problem.what();
  }
  return "nothing was refused";
}

TEST(verbs_gid, prefers_roce_v2_over_ipv4) {
  const auto table =
      port(1, {gid(0, IBV_GID_TYPE_ROCE_V2, "fe80::1"), gid(1, IBV_GID_TYPE_ROCE_V2, "2001:db8::1"),
               gid(2, IBV_GID_TYPE_ROCE_V1, "::ffff:10.0.0.1"), gid(3, IBV_GID_TYPE_ROCE_V2, "::ffff:10.0.0.1")});
  EXPECT_EQ(best_gid(table)->gid_index, 3U);
}

TEST(verbs_gid, prefers_a_global_ipv6_address_to_a_link_local_one) {
  const auto table = port(1, {gid(0, IBV_GID_TYPE_ROCE_V2, "fe80::1"), gid(5, IBV_GID_TYPE_ROCE_V2, "2001:db8::1")});
  EXPECT_EQ(best_gid(table)->gid_index, 5U);
}

TEST(verbs_gid, takes_a_link_local_one_where_there_is_no_other) {
  const auto table = port(1, {gid(0, IBV_GID_TYPE_ROCE_V1, "fe80::1"), gid(1, IBV_GID_TYPE_ROCE_V2, "fe80::1")});
  EXPECT_EQ(best_gid(table)->gid_index, 1U);
}

TEST(verbs_gid, of_roce_v1_or_without_an_address_is_none) {
  const auto table = port(1, {gid(0, IBV_GID_TYPE_ROCE_V1, "::ffff:10.0.0.1"), gid(1, IBV_GID_TYPE_ROCE_V2, "::")});
  EXPECT_EQ(best_gid(table), nullptr);
}

TEST(verbs_gid, over_infiniband_is_the_first) {
  const auto table = port(1, {gid(0, IBV_GID_TYPE_IB, "fe80::2:c903:1"), gid(1, IBV_GID_TYPE_IB, "fe80::2:c903:2")},
                          IBV_PORT_ACTIVE, IBV_LINK_LAYER_INFINIBAND);
  EXPECT_EQ(best_gid(table)->gid_index, 0U);
}

TEST(verbs_gid, is_written_as_users_know_it) {
  EXPECT_EQ(gid_text(gid(0, IBV_GID_TYPE_ROCE_V2, "::ffff:10.77.0.1").gid), "10.77.0.1");
  EXPECT_EQ(gid_text(gid(0, IBV_GID_TYPE_ROCE_V2, "fe80::1").gid), "fe80::1");
}

TEST(verbs_device, is_the_nearest_that_can_be_used) {
  const std::vector devices{device("far", {good_port(1)}, 2), device("near_but_down", {port(1, {}, IBV_PORT_DOWN)}, 0),
                            device("near", {good_port(1)}, 1)};
  EXPECT_EQ(choose_port(devices, {}).device, 2U);
}

TEST(verbs_device, is_the_first_of_those_equally_near) {
  const std::vector devices{device("a", {good_port(1)}, 3), device("b", {good_port(1)}, 3)};
  EXPECT_EQ(choose_port(devices, {}).device, 0U);
}

TEST(verbs_device, and_port_and_gid_are_what_is_wished) {
  const std::vector devices{device("a", {good_port(1)}),
                            device("b", {good_port(1), port(2, {gid(0, IBV_GID_TYPE_ROCE_V2, "::ffff:10.0.0.1"),
                                                                gid(4, IBV_GID_TYPE_ROCE_V1, "fe80::1")})})};
  const auto choice = choose_port(devices, {.name = "b", .port = 2, .gid_index = 4});
  EXPECT_EQ(choice.device, 1U);
  EXPECT_EQ(choice.port, 1U);
  EXPECT_EQ(choice.gid_index, 4);
}

TEST(verbs_device, takes_its_first_active_port) {
  const std::vector devices{device("a", {port(1, {}, IBV_PORT_DOWN), good_port(2)})};
  EXPECT_EQ(choose_port(devices, {}).port, 1U);
}

TEST(verbs_device, that_is_wished_but_not_there_is_refused_with_those_that_are) {
  const std::string text = refusal({device("mlx5_0", {good_port(1)}), device("mlx5_1", {good_port(1)})},
                                   {.name = "mlx5_7", .port = {}, .gid_index = {}});
  EXPECT_NE(text.find("LIANA_DEVICE"), std::string::npos) << text;
  EXPECT_NE(text.find("mlx5_7"), std::string::npos) << text;
  EXPECT_NE(text.find("mlx5_0, mlx5_1"), std::string::npos) << text;
}

TEST(verbs_device, port_that_is_wished_but_not_there_is_refused_with_those_that_are) {
  const std::string text = refusal({device("a", {good_port(1)})}, {.name = {}, .port = 3, .gid_index = {}});
  EXPECT_NE(text.find("no port 3"), std::string::npos) << text;
  EXPECT_NE(text.find("ports 1"), std::string::npos) << text;
}

TEST(verbs_device, gid_that_is_wished_but_not_there_is_refused_with_those_that_are) {
  const std::string text = refusal({device("a", {good_port(1)})}, {.name = {}, .port = {}, .gid_index = 9});
  EXPECT_NE(text.find("no GID 9"), std::string::npos) << text;
  EXPECT_NE(text.find("0 (RoCE v2, 10.0.0.1)"), std::string::npos) << text;
}

TEST(verbs_device, whose_port_is_down_is_refused_with_its_state) {
  const std::string text = refusal({device("a", {port(1, {}, IBV_PORT_DOWN)})});
  EXPECT_NE(text.find(ibv_port_state_str(IBV_PORT_DOWN)), std::string::npos) << text;
}

TEST(verbs_device, without_a_usable_gid_is_refused_with_those_it_has) {
  const std::string text = refusal({device("a", {port(1, {gid(0, IBV_GID_TYPE_ROCE_V1, "fe80::1")})})});
  EXPECT_NE(text.find("RoCE v1, fe80::1"), std::string::npos) << text;
}

TEST(verbs_device, without_atomics_is_refused) {
  auto without = device("a", {good_port(1)});
  without.attributes.atomic_cap = IBV_ATOMIC_NONE;
  const std::string text = refusal({without});
  EXPECT_NE(text.find("atomic"), std::string::npos) << text;
}

TEST(verbs_device, that_could_not_be_opened_is_passed_over_or_named) {
  auto broken = device("a", {});
  broken.problem = "ibv_open_device(a) failed: Permission denied (13)";
  EXPECT_EQ(choose_port(std::vector{broken, device("b", {good_port(1)}, 3)}, {}).device, 1U);
  const std::string text = refusal({broken});
  EXPECT_NE(text.find("Permission denied"), std::string::npos) << text;
}

}  // namespace
