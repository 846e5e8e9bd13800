#include "transport/verbs/work_requests.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace liana::transport::verbs {
namespace {

constexpr std::size_t word_bytes = 8;

bool is_atomic(const operation& each) {
  return each.what == operation::kind::compare_swap || each.what == operation::kind::fetch_add;
}

bool is_flushed(const operation& each) { return each.visible && each.what != operation::kind::read; }

std::uint64_t as_number(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

bool lies_in(std::span<const std::byte> memory, const void* first, std::size_t bytes) {
  const std::uint64_t start = as_number(memory.data());
  const std::uint64_t at = as_number(first);
  return at >= start && bytes <= memory.size() && at - start <= memory.size() - bytes;
}

/// How many operations from the first one on go into one request: as many reads as lie in a row, or nearly so,
/// otherwise
/// 1. What lies between two of them is read into the scratch memory, which bounds it.
std::size_t reads_in_a_row(std::span<const operation> chain, const request_context& context) {
  const operation& first = chain.front();
  std::uint64_t end = first.remote + first.bytes;
  std::size_t pieces = 1;
  std::size_t count = 1;
  if (first.what != operation::kind::read) {
    return count;
  }
  for (; count < chain.size(); ++count) {
    const operation& next = chain[count];
    if (next.what != operation::kind::read || next.fenced || next.remote < end ||
        next.remote - end > context.scratch.size()) {
      break;
    }
    pieces += next.remote == end ? 1U : 2U;
    end = next.remote + next.bytes;
    if (pieces > context.most_pieces || end - first.remote > context.longest_message) {
      break;
    }
  }
  return count;
}

[[noreturn]] void refuse(const request_context& context, const operation& each, const char* cause) {
  static constexpr std::array names{"read", "write", "compare-and-swap", "fetch-and-add"};
  throw std::logic_error(std::string("transport: ") + names.at(static_cast<std::size_t>(each.what)) + " of " +
                         std::to_string(each.bytes) + " bytes at offset " + std::to_string(each.remote) + " of rank " +
                         std::to_string(context.peer) + ": " + cause);
}

}  // namespace

std::size_t count_requests(std::span<const operation> chain, const request_context& context) {
  const std::size_t longest = context.longest_message;
  std::size_t count = 0;
  for (std::size_t i = 0; i < chain.size(); i += reads_in_a_row(chain.subspan(i), context)) {
    const operation& each = chain[i];
    count += each.bytes <= longest ? 1 : (each.bytes + longest - 1) / longest;
    count += is_flushed(each) ? 1 : 0;
  }
  return count;
}

void check_chain(std::span<const operation> chain, const request_context& context) {
  for (const operation& each : chain) {
    if (each.bytes > context.remote_bytes || each.remote > context.remote_bytes - each.bytes) {
      refuse(context, each, "it reaches out of that rank's segment");
    }
    if (is_atomic(each) && (each.bytes != word_bytes || each.remote % word_bytes != 0)) {
      refuse(context, each, "an atomic takes an aligned word of 8 bytes");
    }
    const bool is_write = each.what == operation::kind::write;
    if (is_write && each.bytes <= inline_bytes) {
      continue;  // copied, from wherever it is
    }
    const void* const memory = is_write ? each.source : each.local;
    if (memory == nullptr && is_atomic(each)) {
      continue;  // to the scratch memory
    }
    if (!lies_in(context.segment, memory, each.bytes)) {
      refuse(context, each, "its buffer does not lie in this rank's segment");
    }
  }
}

void chain_translator::fill(request_list& list, std::size_t most, std::uint32_t sequence) {
  list.size_ = 0;
  list.pieces_used_ = 0;
  most = std::min(most, request_list::capacity);
  while (operation_ < chain_.size() && list.size_ < most &&
         list.pieces_used_ + context_.most_pieces <= request_list::piece_capacity) {
    add_request(list, sequence + static_cast<std::uint32_t>(list.size_));
  }
  for (std::size_t i = 0; i < list.size_; ++i) {
    list.requests_[i].next = i + 1 < list.size_ ? &list.requests_[i + 1] : nullptr;
  }
  if (list.size_ != 0) {
    list.requests_[list.size_ - 1].send_flags |= IBV_SEND_SIGNALED;
  }
}

void chain_translator::add_request(request_list& list, std::uint32_t sequence) {
  const operation& each = chain_[operation_];
  ibv_send_wr& request = list.requests_[list.size_];
  ibv_sge& piece = list.pieces_[list.pieces_used_];
  ++list.size_;
  ++list.pieces_used_;
  request = {};
  request.wr_id = request_number(context_.peer, sequence);
  request.sg_list = &piece;
  request.num_sge = 1;
  if (flush_) {
    set_flush(each, request, piece);
    flush_ = false;
    ++operation_;
    return;
  }
  if (each.fenced && offset_ == 0) {
    request.send_flags |= IBV_SEND_FENCE;
  }
  set_memory(each, request, piece);
  const std::size_t reads = offset_ == 0 ? reads_in_a_row(chain_.subspan(operation_), context_) : 1;
  advance(each, piece.length);
  append_reads(reads - 1, list, request);
}

/// Further reads that go into the same request, and what lies between them.
void chain_translator::append_reads(std::size_t reads, request_list& list, ibv_send_wr& request) {
  const auto append = [&](const void* to, std::uint64_t bytes, std::uint32_t key) {
    list.pieces_[list.pieces_used_] = {.addr = as_number(to), .length = static_cast<std::uint32_t>(bytes), .lkey = key};
    ++list.pieces_used_;
    ++request.num_sge;
  };
  for (; reads != 0; --reads, ++operation_) {
    const operation& each = chain_[operation_];
    const operation& before = chain_[operation_ - 1];
    if (const std::uint64_t between = each.remote - before.remote - before.bytes; between != 0) {
      append(context_.scratch.data(), between, context_.scratch_key);
    }
    append(each.local, each.bytes, context_.segment_key);
  }
}

void chain_translator::set_memory(const operation& each, ibv_send_wr& request, ibv_sge& piece) const {
  const std::uint64_t remote = context_.remote_segment + each.remote + offset_;
  piece.length = static_cast<std::uint32_t>(std::min<std::size_t>(each.bytes - offset_, context_.longest_message));
  piece.lkey = context_.segment_key;
  switch (each.what) {
    case operation::kind::read:
      request.opcode = IBV_WR_RDMA_READ;
      request.wr.rdma = {.remote_addr = remote, .rkey = context_.remote_key};
      piece.addr = as_number(each.local) + offset_;
      return;
    case operation::kind::write:
      request.opcode = IBV_WR_RDMA_WRITE;
      request.wr.rdma = {.remote_addr = remote, .rkey = context_.remote_key};
      piece.addr = as_number(each.source) + offset_;
      if (piece.length <= context_.inline_limit) {
        request.send_flags |= IBV_SEND_INLINE;
      } else if (each.bytes <= inline_bytes) {
        std::byte* const place = &context_.bounce[sequence_of(request.wr_id) % context_.send_depth * inline_bytes];
        std::memcpy(place, each.source, each.bytes);
        piece.addr = as_number(place);
        piece.lkey = context_.scratch_key;
      }
      return;
    default:
      request.opcode =
          each.what == operation::kind::compare_swap ? IBV_WR_ATOMIC_CMP_AND_SWP : IBV_WR_ATOMIC_FETCH_AND_ADD;
      request.wr.atomic.remote_addr = remote;
      request.wr.atomic.rkey = context_.remote_key;
      request.wr.atomic.compare_add = each.what == operation::kind::compare_swap ? each.compare : each.operand;
      request.wr.atomic.swap = each.what == operation::kind::compare_swap ? each.operand : 0;
      piece.addr = as_number(each.local);
      if (each.local == nullptr) {
        piece.addr = as_number(context_.scratch.data());
        piece.lkey = context_.scratch_key;
      }
  }
}

void chain_translator::set_flush(const operation& each, ibv_send_wr& request, ibv_sge& piece) const {
  piece.length = static_cast<std::uint32_t>(std::min(each.bytes, word_bytes));
  piece.addr = as_number(context_.scratch.data());
  piece.lkey = context_.scratch_key;
  request.opcode = IBV_WR_RDMA_READ;
  request.wr.rdma = {.remote_addr = context_.remote_segment + each.remote + each.bytes - piece.length,
                     .rkey = context_.remote_key};
}

void chain_translator::advance(const operation& each, std::size_t bytes) {
  offset_ += bytes;
  if (offset_ < each.bytes) {
    return;
  }
  offset_ = 0;
  flush_ = is_flushed(each);
  if (!flush_) {
    ++operation_;
  }
}

}  // namespace liana::transport::verbs
