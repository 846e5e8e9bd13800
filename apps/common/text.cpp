#include "text.hpp"

#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/core.h>

namespace apps {

namespace {

constexpr std::string_view white_space = " \t\r\v\f";

}  // namespace

void position::fail(std::string_view what) const { throw read_error(fmt::format("{}:{}: {}", source, line, what)); }

bool line_reader::next() {
  if (!std::getline(in_, line_)) {
    if (in_.bad()) throw read_error(fmt::format("{}: reading failed after line {}", where_.source, where_.line));
    return false;
  }
  ++where_.line;
  if (line_.ends_with('\r')) line_.pop_back();
  return true;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  std::size_t first = text.find_first_not_of(white_space);
  while (first != std::string_view::npos) {
    const std::size_t last = text.find_first_of(white_space, first);
    result.push_back(text.substr(first, last - first));
    first = last == std::string_view::npos ? last : text.find_first_not_of(white_space, last);
  }
  return result;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string shown;
  for (const char each : text.substr(0, longest)) {
    const auto code = static_cast<unsigned char>(each);
    const bool control = code < 0x20 || code == 0x7F;
    shown += control && each != '\t' ? fmt::format("\\x{:02x}", code) : std::string(1, each);
  }
  return fmt::format("'{}{}'", shown, text.size() <= longest ? "" : "...");
}

std::ifstream open_text(const std::string& path) {
  errno = 0;
  std::ifstream in(path);
  if (!in) throw read_error(fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  // A directory opens like a file and fails only when it is read, without a word about the cause.
  if (in.peek() == std::ifstream::traits_type::eof() && in.bad()) {
    throw read_error(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
  in.clear();
  return in;
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw read_error(fmt::format("'{}' cannot be started: {}", command, std::strerror(errno)));
  std::string text;
  std::array<char, 65536> part{};
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), count);
  const int status = pclose(pipe);
  if (status == -1) throw read_error(fmt::format("'{}': its end is unknown: {}", command, std::strerror(errno)));
  if (WIFSIGNALED(status)) throw read_error(fmt::format("'{}' was ended by signal {}", command, WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) {
    throw read_error(fmt::format("'{}' failed with exit status {}", command, WEXITSTATUS(status)));
  }
  return text;
}

}  // namespace apps
