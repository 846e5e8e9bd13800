#include "benchmarks/bare_verbs.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

#include <infiniband/verbs.h>

namespace bare {
namespace {

constexpr std::size_t head_bytes = 4096;  // the word for atomics, apart from the data
constexpr int depth = 256;

void require(bool good, const char* what) {
  if (!good) {
    std::perror(what);
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
}

/// What one side tells the other.
struct end {
  std::uint32_t pair = 0;
  std::uint32_t key = 0;
  std::uint64_t memory = 0;
  std::array<std::uint8_t, 16> gid{};
  std::uint32_t lid = 0;
  std::uint32_t mtu = 0;
  std::uint32_t reads = 0;  ///< under way at once, at most
};

const char* setting(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && std::strcmp(value, "auto") != 0 ? value : nullptr;
}

bool is_ipv4(const ibv_gid& gid) {
  static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::memcmp(gid.raw, mapped.data(), mapped.size()) == 0;
}

}  // namespace

struct connection::resources {
  ibv_context* context = nullptr;
  ibv_pd* domain = nullptr;
  ibv_cq* queue = nullptr;
  ibv_mr* region = nullptr;
  ibv_qp* pair = nullptr;
  ibv_port_attr port = {};
  std::uint32_t reads = 0;  ///< as many as the device allows, as Liana takes
  int gid_index = 0;
  void* memory = nullptr;
  std::size_t bytes = 0;
  end theirs;

  void open_device();
  void choose_gid();
  [[nodiscard]] end describe() const;
  void connect(const end& mine);
  [[nodiscard]] ibv_send_wr reading(ibv_sge& piece, std::size_t offset) const;
  void post(ibv_send_wr& first) const;
  void wait(std::size_t completions) const;
};

void connection::resources::open_device() {
  int count = 0;
  ibv_device** const devices = ibv_get_device_list(&count);
  require(devices != nullptr && count > 0, "ibv_get_device_list");
  const char* const wanted = setting("LIANA_DEVICE");
  ibv_device* device = devices[0];
  for (int i = 0; i < count && wanted != nullptr; ++i) {
    device = std::strcmp(ibv_get_device_name(devices[i]), wanted) == 0 ? devices[i] : device;
  }
  context = ibv_open_device(device);
  require(context != nullptr, "ibv_open_device");
  ibv_free_device_list(devices);
  require(ibv_query_port(context, 1, &port) == 0, "ibv_query_port");
  ibv_device_attr facts = {};
  require(ibv_query_device(context, &facts) == 0, "ibv_query_device");
  reads = static_cast<std::uint32_t>(std::clamp(std::min(facts.max_qp_rd_atom, facts.max_qp_init_rd_atom), 1, 255));
}

void connection::resources::choose_gid() {
  if (const char* const wanted = setting("LIANA_GID_INDEX"); wanted != nullptr) {
    gid_index = std::atoi(wanted);  // NOLINT(cert-err34-c): the runtime has checked it
    return;
  }
  std::vector<ibv_gid_entry> gids(256);
  const auto found = ibv_query_gid_table(context, gids.data(), gids.size(), 0);
  for (ssize_t i = 0; i < found; ++i) {
    const auto& each = gids[static_cast<std::size_t>(i)];
    if (each.port_num == 1 && each.gid_type == IBV_GID_TYPE_ROCE_V2 && is_ipv4(each.gid)) {
      gid_index = static_cast<int>(each.gid_index);
      return;
    }
  }
}

end connection::resources::describe() const {
  ibv_gid gid = {};
  require(ibv_query_gid(context, 1, gid_index, &gid) == 0, "ibv_query_gid");
  end made{.pair = pair->qp_num,
           .key = region->rkey,
           .memory = reinterpret_cast<std::uintptr_t>(memory),
           .gid = {},
           .lid = port.lid,
           .mtu = port.active_mtu,
           .reads = reads};
  std::copy(std::begin(gid.raw), std::end(gid.raw), made.gid.begin());
  return made;
}

void connection::resources::connect(const end& mine) {
  ibv_qp_attr attributes = {};
  attributes.qp_state = IBV_QPS_INIT;
  attributes.port_num = 1;
  attributes.qp_access_flags = IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_ATOMIC;
  require(ibv_modify_qp(pair, &attributes, IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS) == 0,
          "INIT");
  attributes.qp_state = IBV_QPS_RTR;
  attributes.path_mtu = static_cast<ibv_mtu>(std::min(mine.mtu, theirs.mtu));
  attributes.dest_qp_num = theirs.pair;
  attributes.max_dest_rd_atomic = static_cast<std::uint8_t>(std::min(mine.reads, theirs.reads));
  attributes.min_rnr_timer = 12;
  attributes.ah_attr.port_num = 1;
  attributes.ah_attr.dlid = static_cast<std::uint16_t>(theirs.lid);
  attributes.ah_attr.is_global = 1;
  attributes.ah_attr.grh.sgid_index = static_cast<std::uint8_t>(gid_index);
  attributes.ah_attr.grh.hop_limit = 64;
  std::copy(theirs.gid.begin(), theirs.gid.end(), std::begin(attributes.ah_attr.grh.dgid.raw));
  require(ibv_modify_qp(pair, &attributes,
                        IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN |
                            IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER) == 0,
          "RTR");
  attributes.qp_state = IBV_QPS_RTS;
  attributes.timeout = 14;
  attributes.retry_cnt = 6;
  attributes.rnr_retry = 6;
  attributes.max_rd_atomic = static_cast<std::uint8_t>(std::min(mine.reads, theirs.reads));
  require(ibv_modify_qp(pair, &attributes,
                        IBV_QP_STATE | IBV_QP_SQ_PSN | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY |
                            IBV_QP_MAX_QP_RD_ATOMIC) == 0,
          "RTS");
}

connection::connection(MPI_Comm comm, std::size_t bytes) : self_(std::make_unique<resources>()) {
  resources& self = *self_;
  self.bytes = head_bytes + bytes;
  self.memory = ::mmap(nullptr, self.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  require(self.memory != MAP_FAILED, "mmap");
  self.open_device();
  self.choose_gid();
  self.domain = ibv_alloc_pd(self.context);
  require(self.domain != nullptr, "ibv_alloc_pd");
  constexpr unsigned access =
      IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_ATOMIC;
  self.region = ibv_reg_mr(self.domain, self.memory, self.bytes, access);
  require(self.region != nullptr, "ibv_reg_mr");
  self.queue = ibv_create_cq(self.context, depth, nullptr, nullptr, 0);
  require(self.queue != nullptr, "ibv_create_cq");
  ibv_qp_init_attr wanted = {};
  wanted.send_cq = self.queue;
  wanted.recv_cq = self.queue;
  wanted.cap = {.max_send_wr = depth, .max_recv_wr = 1, .max_send_sge = 1, .max_recv_sge = 1, .max_inline_data = 0};
  wanted.qp_type = IBV_QPT_RC;
  self.pair = ibv_create_qp(self.domain, &wanted);
  require(self.pair != nullptr, "ibv_create_qp");
  const end mine = self.describe();
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  MPI_Sendrecv(&mine, sizeof mine, MPI_BYTE, 1 - rank, 0, &self.theirs, sizeof self.theirs, MPI_BYTE, 1 - rank, 0, comm,
               MPI_STATUS_IGNORE);
  self.connect(mine);
  MPI_Barrier(comm);
}

connection::~connection() {
  ibv_destroy_qp(self_->pair);
  ibv_destroy_cq(self_->queue);
  ibv_dereg_mr(self_->region);
  ibv_dealloc_pd(self_->domain);
  ibv_close_device(self_->context);
  ::munmap(self_->memory, self_->bytes);
}

ibv_send_wr connection::resources::reading(ibv_sge& piece, std::size_t offset) const {
  ibv_send_wr request = {};
  piece.addr = reinterpret_cast<std::uintptr_t>(memory) + head_bytes + offset;
  piece.lkey = region->lkey;
  request.sg_list = &piece;
  request.num_sge = 1;
  request.opcode = IBV_WR_RDMA_READ;
  request.send_flags = IBV_SEND_SIGNALED;
  request.wr.rdma = {.remote_addr = theirs.memory + head_bytes + offset, .rkey = theirs.key};
  return request;
}

void connection::resources::post(ibv_send_wr& first) const {
  ibv_send_wr* refused = nullptr;
  require(ibv_post_send(pair, &first, &refused) == 0, "ibv_post_send");
}

void connection::resources::wait(std::size_t completions) const {
  std::array<ibv_wc, 16> reports;  // NOLINT(cppcoreguidelines-pro-type-member-init): the device writes what is read
  while (completions != 0) {
    const int found = ibv_poll_cq(queue, static_cast<int>(std::min(completions, reports.size())), reports.data());
    require(found >= 0, "ibv_poll_cq");
    for (int i = 0; i < found; ++i) {
      require(reports[static_cast<std::size_t>(i)].status == IBV_WC_SUCCESS, "completion");
    }
    completions -= static_cast<std::size_t>(found);
  }
}

void connection::read(std::size_t bytes) {
  ibv_sge piece = {.addr = 0, .length = static_cast<std::uint32_t>(bytes), .lkey = 0};
  ibv_send_wr request = self_->reading(piece, 0);
  self_->post(request);
  self_->wait(1);
}

void connection::swap_and_read(std::size_t bytes) {
  ibv_sge piece = {.addr = 0, .length = static_cast<std::uint32_t>(bytes), .lkey = 0};
  ibv_send_wr second = self_->reading(piece, 0);
  ibv_sge word = {.addr = reinterpret_cast<std::uintptr_t>(self_->memory), .length = 8, .lkey = self_->region->lkey};
  ibv_send_wr first = {};
  first.next = &second;
  first.sg_list = &word;
  first.num_sge = 1;
  first.opcode = IBV_WR_ATOMIC_CMP_AND_SWP;
  first.wr.atomic = {.remote_addr = self_->theirs.memory, .compare_add = 0, .swap = 0, .rkey = self_->theirs.key};
  self_->post(first);
  self_->wait(1);
}

void connection::mark_and_read(std::size_t bytes) {
  ibv_sge data = {.addr = 0, .length = static_cast<std::uint32_t>(bytes), .lkey = 0};
  ibv_send_wr third = self_->reading(data, 0);
  ibv_sge line = {.addr = reinterpret_cast<std::uintptr_t>(self_->memory), .length = 64, .lkey = self_->region->lkey};
  ibv_send_wr second = {};
  second.next = &third;
  second.sg_list = &line;
  second.num_sge = 1;
  second.opcode = IBV_WR_RDMA_READ;
  second.wr.rdma = {.remote_addr = self_->theirs.memory, .rkey = self_->theirs.key};
  ibv_sge mark = {.addr = line.addr + 128, .length = 1, .lkey = self_->region->lkey};
  ibv_send_wr first = {};
  first.next = &second;
  first.sg_list = &mark;
  first.num_sge = 1;
  first.opcode = IBV_WR_RDMA_WRITE;
  first.wr.rdma = {.remote_addr = self_->theirs.memory + 128, .rkey = self_->theirs.key};
  self_->post(first);
  self_->wait(1);
}

void connection::read_pipelined(std::size_t bytes, std::size_t piece_bytes, std::size_t width) {
  std::vector<std::size_t> offsets(bytes / piece_bytes);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    offsets[i] = i * piece_bytes;
  }
  read_scattered(offsets, piece_bytes, width);
}

void connection::read_scattered(std::span<const std::size_t> offsets, std::size_t piece_bytes, std::size_t width) {
  std::size_t under_way = 0;
  for (const std::size_t offset : offsets) {
    if (under_way == width) {
      self_->wait(1);
      --under_way;
    }
    ibv_sge piece = {.addr = 0, .length = static_cast<std::uint32_t>(piece_bytes), .lkey = 0};
    ibv_send_wr request = self_->reading(piece, offset);
    self_->post(request);
    ++under_way;
  }
  self_->wait(under_way);
}

}  // namespace bare
