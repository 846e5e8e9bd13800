#include "transport/verbs/queue_pair.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "transport/verbs/failures.hpp"

namespace liana::transport::verbs {
namespace {

constexpr std::uint8_t rnr_retry_count = 6;
constexpr std::uint8_t rnr_timer = 12;
constexpr std::uint8_t hop_limit = 64;
constexpr unsigned remote_access = IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_ATOMIC;

/// One try; null with errno when the device refuses.
ibv_qp* create(const protection_domain& domain, const completion_queue& completions, queue_limits wanted,
               queue_limits& given) {
  ibv_qp_init_attr attributes = {};
  attributes.send_cq = completions.get();
  attributes.recv_cq = completions.get();
  attributes.cap.max_send_wr = wanted.send_depth;
  attributes.cap.max_recv_wr = 1;  // nothing is received, but not every driver takes 0
  attributes.cap.max_send_sge = wanted.pieces;
  attributes.cap.max_recv_sge = 1;
  attributes.cap.max_inline_data = wanted.inline_bytes;
  attributes.qp_type = IBV_QPT_RC;
  attributes.sq_sig_all = 0;
  ibv_qp* const pair = ibv_create_qp(domain.get(), &attributes);
  // What it gives beyond what was asked for may be there only by rounding up: the depth stays as asked.
  given = wanted;
  given.inline_bytes = attributes.cap.max_inline_data;
  return pair;
}

std::string pair_text(const char* call, const chosen_port& chosen, std::uint32_t number) {
  return std::string(call) + " of queue pair " + std::to_string(number) + " on " + chosen.facts.name;
}

void to_init(ibv_qp* pair, const chosen_port& chosen) {
  ibv_qp_attr attributes = {};
  attributes.qp_state = IBV_QPS_INIT;
  attributes.port_num = static_cast<std::uint8_t>(chosen.port.number);
  attributes.pkey_index = 0;
  attributes.qp_access_flags = remote_access;
  if (const int error =
          ibv_modify_qp(pair, &attributes, IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS);
      error != 0) {
    give_up(pair_text("ibv_modify_qp to INIT", chosen, pair->qp_num) + ", port " + std::to_string(chosen.port.number),
            error);
  }
}

void to_ready_to_receive(ibv_qp* pair, const chosen_port& chosen, const endpoint& theirs, const agreed_path& path) {
  ibv_qp_attr attributes = {};
  attributes.qp_state = IBV_QPS_RTR;
  attributes.path_mtu = path.mtu;
  attributes.dest_qp_num = theirs.queue_pair;
  attributes.rq_psn = theirs.first_packet;
  attributes.max_dest_rd_atomic = path.reads_in;
  attributes.min_rnr_timer = rnr_timer;
  attributes.ah_attr.port_num = static_cast<std::uint8_t>(chosen.port.number);
  attributes.ah_attr.dlid = theirs.lid;
  if (path.global) {
    attributes.ah_attr.is_global = 1;
    std::copy(theirs.gid.begin(), theirs.gid.end(), std::begin(attributes.ah_attr.grh.dgid.raw));
    attributes.ah_attr.grh.sgid_index = static_cast<std::uint8_t>(chosen.gid_index);
    attributes.ah_attr.grh.hop_limit = hop_limit;
  }
  if (const int error = ibv_modify_qp(pair, &attributes,
                                      IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN |
                                          IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER);
      error != 0) {
    ibv_gid gid = {};
    std::copy(theirs.gid.begin(), theirs.gid.end(), std::begin(gid.raw));
    give_up(pair_text("ibv_modify_qp to RTR", chosen, pair->qp_num) + " towards queue pair " +
                std::to_string(theirs.queue_pair) + " at " +
                (path.global ? "GID " + gid_text(gid) : "LID " + std::to_string(theirs.lid)) + " from GID " +
                std::to_string(chosen.gid_index) + ", MTU " + std::to_string(mtu_bytes(path.mtu)) +
                ", max_dest_rd_atomic " + std::to_string(path.reads_in),
            error, path.global ? "; is there a route to that address? LIANA_GID_INDEX chooses another GID" : "");
  }
}

void to_ready_to_send(ibv_qp* pair, const chosen_port& chosen, const endpoint& mine, const agreed_path& path) {
  ibv_qp_attr attributes = {};
  attributes.qp_state = IBV_QPS_RTS;
  attributes.sq_psn = mine.first_packet;
  attributes.timeout = ack_timeout;
  attributes.retry_cnt = retry_count;
  attributes.rnr_retry = rnr_retry_count;
  attributes.max_rd_atomic = path.reads_out;
  if (const int error = ibv_modify_qp(pair, &attributes,
                                      IBV_QP_STATE | IBV_QP_SQ_PSN | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT |
                                          IBV_QP_RNR_RETRY | IBV_QP_MAX_QP_RD_ATOMIC);
      error != 0) {
    give_up(
        pair_text("ibv_modify_qp to RTS", chosen, pair->qp_num) + ", max_rd_atomic " + std::to_string(path.reads_out),
        error);
  }
}

}  // namespace

prepared_queue_pair::prepared_queue_pair(std::shared_ptr<protection_domain> domain,
                                         std::shared_ptr<completion_queue> completions, const chosen_port& chosen,
                                         queue_limits wanted)
    : domain_(std::move(domain)), completions_(std::move(completions)) {
  pair_.reset(create(*domain_, *completions_, wanted, limits_));
  while (pair_ == nullptr && errno == EINVAL && wanted.inline_bytes != 0) {
    wanted.inline_bytes /= 2;
    pair_.reset(create(*domain_, *completions_, wanted, limits_));
  }
  if (pair_ == nullptr) {
    give_up("ibv_create_qp(" + chosen.facts.name + ", " + std::to_string(wanted.send_depth) + " requests)", errno,
            "; a device has a fixed number of queue pairs for all its processes together, here " +
                std::to_string(chosen.facts.attributes.max_qp) + ", and each rank takes one per rank of the job");
  }
  to_init(pair_.get(), chosen);
}

connected_queue_pair::connected_queue_pair(prepared_queue_pair prepared, const chosen_port& chosen,
                                           const endpoint& mine, const endpoint& theirs)
    : prepared_(std::move(prepared)) {
  const agreed_path path = agree_on_path(mine, theirs);
  to_ready_to_receive(prepared_.pair_.get(), chosen, theirs, path);
  to_ready_to_send(prepared_.pair_.get(), chosen, mine, path);
}

void connected_queue_pair::break_off() const noexcept {
  ibv_qp_attr attributes = {};
  attributes.qp_state = IBV_QPS_ERR;
  ibv_modify_qp(prepared_.pair_.get(), &attributes, IBV_QP_STATE);  // where even that fails, the device is gone
}

}  // namespace liana::transport::verbs
