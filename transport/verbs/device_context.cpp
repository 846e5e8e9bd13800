#include "transport/verbs/device_context.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

#include "transport/transport.hpp"
#include "transport/verbs/failures.hpp"

namespace liana::transport::verbs {
namespace {

/// The devices that libibverbs knows; valid while it lives.
class device_list {
 public:
  device_list() : devices_(ibv_get_device_list(&count_)), error_(devices_ == nullptr ? errno : 0) {}
  device_list(const device_list&) = delete;
  device_list& operator=(const device_list&) = delete;
  device_list(device_list&&) = delete;
  device_list& operator=(device_list&&) = delete;
  ~device_list() {
    if (devices_ != nullptr) {
      ibv_free_device_list(devices_);
    }
  }

  [[nodiscard]] std::span<ibv_device*> all() const { return {devices_, static_cast<std::size_t>(count_)}; }
  [[nodiscard]] int error() const { return error_; }

 private:
  int count_ = 0;
  ibv_device** devices_;
  int error_;
};

/// Before anything is registered; see device_context.
void make_forking_safe(const job_view& job) {
  if (ibv_is_fork_initialized() != IBV_FORK_DISABLED) {
    return;
  }
  if (const int error = ibv_fork_init(); error != 0) {
    job.say(job_view::severity::warning,
            "ibv_fork_init failed: " + std::generic_category().message(error) +
                "; on this kernel the program must not fork (system, popen) while the runtime is up; setting "
                "RDMAV_FORK_SAFE=1 before the start helps where MPI was first to use the device");
  }
}

std::vector<ibv_gid_entry> read_gids(ibv_context* context, const std::string& name) {
  // The call fails when there are more entries than room; a port has a few hundred at most.
  constexpr std::size_t most_per_port = 1024;
  std::vector<ibv_gid_entry> gids(most_per_port);
  const auto found = ibv_query_gid_table(context, gids.data(), gids.size(), 0);
  if (found < 0) {
    give_up("ibv_query_gid_table(" + name + ")", static_cast<int>(-found));
  }
  gids.resize(static_cast<std::size_t>(found));
  return gids;
}

}  // namespace

device_context device_context::open(ibv_device* device) {
  ibv_context* const context = ibv_open_device(device);
  if (context == nullptr) {
    give_up(std::string("ibv_open_device(") + ibv_get_device_name(device) + ")", errno,
            "; check the permissions of /dev/infiniband/uverbs*");
  }
  return device_context(context);
}

device_facts device_context::read_facts() const {
  device_facts facts;
  facts.name = name();
  if (const int error = ibv_query_device(get(), &facts.attributes); error != 0) {
    give_up("ibv_query_device(" + facts.name + ")", error);
  }
  const std::vector<ibv_gid_entry> gids = read_gids(get(), facts.name);
  for (int number = 1; number <= facts.attributes.phys_port_cnt; ++number) {
    port_facts port;
    port.number = number;
    if (const int error = ibv_query_port(get(), static_cast<std::uint8_t>(number), &port.attributes); error != 0) {
      give_up("ibv_query_port(" + facts.name + ", port " + std::to_string(number) + ")", error);
    }
    std::ranges::copy_if(gids, std::back_inserter(port.gids), [number](const ibv_gid_entry& each) {
      return each.port_num == static_cast<std::uint32_t>(number);
    });
    std::ranges::sort(port.gids, {}, &ibv_gid_entry::gid_index);
    facts.ports.push_back(std::move(port));
  }
  return facts;
}

found_devices find_devices(const job_view& job) {
  make_forking_safe(job);
  const device_list devices;
  found_devices found;
  if (devices.all().empty()) {
    found.why_none = no_device_text(devices.error());
    return found;
  }
  std::vector<std::string> names;
  std::ranges::transform(devices.all(), std::back_inserter(names), ibv_get_device_name);
  const std::vector<int> distances = job.distances(names);
  found.opened.resize(names.size());
  found.facts.resize(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    device_facts& facts = found.facts[i];
    try {
      found.opened[i] = std::make_shared<device_context>(device_context::open(devices.all()[i]));
      facts = found.opened[i]->read_facts();
    } catch (const unavailable& problem) {  // another device may do
      facts = device_facts();
      facts.name = names[i];
      facts.problem = problem.what();
    }
    facts.distance = distances[i];
  }
  return found;
}

chosen_port choose_among(found_devices found, const job_view::device_wishes& wishes) {
  if (found.facts.empty()) {
    throw unavailable(found.why_none);
  }
  const port_choice choice = choose_port(found.facts, wishes);
  chosen_port chosen;
  chosen.device = std::move(found.opened[choice.device]);
  chosen.facts = std::move(found.facts[choice.device]);
  chosen.port = chosen.facts.ports[choice.port];
  chosen.gid_index = choice.gid_index;
  chosen.gid = choice.gid;
  return chosen;
}

chosen_port open_device(const job_view& job) { return choose_among(find_devices(job), job.wishes); }

std::string chosen_port::describe() const {
  const auto entry = std::ranges::find(port.gids, static_cast<std::uint32_t>(gid_index), &ibv_gid_entry::gid_index);
  return facts.name + " port " + std::to_string(port.number) + ", " + gid_kind_text(*entry) + ", GID " +
         std::to_string(gid_index) + " (" + gid_text(gid) + "), MTU " +
         std::to_string(mtu_bytes(port.attributes.active_mtu));
}

unsigned mtu_bytes(ibv_mtu mtu) { return 128U << static_cast<unsigned>(mtu); }

}  // namespace liana::transport::verbs
