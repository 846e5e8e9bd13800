// What this process writes to its standard output and error, also through file descriptors.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>
#include <system_error>

namespace liana_tests {

/// Redirects file descriptors 1 and 2 into a temporary file while it lives. One at a time per process.
class captured_output {
 public:
  captured_output() : file_(std::tmpfile()) {
    if (file_ == nullptr) throw std::system_error(errno, std::generic_category(), "tmpfile");
    std::fflush(nullptr);
    for (int& saved : saved_) saved = dup(static_cast<int>(&saved - saved_) + 1);
    dup2(fileno(file_), 1);
    dup2(fileno(file_), 2);
  }
  captured_output(const captured_output&) = delete;
  captured_output& operator=(const captured_output&) = delete;

  ~captured_output() {
    restore();
    std::fclose(file_);
  }

  /// Everything that was written so far.
  std::string text() const {
    std::fflush(nullptr);
    std::string result;
    char part[4096];
    off_t at = 0;
    for (ssize_t n = 0; (n = pread(fileno(file_), part, sizeof part, at)) > 0; at += n) {
      result.append(part, static_cast<std::size_t>(n));
    }
    return result;
  }

 private:
  void restore() {
    std::fflush(nullptr);
    for (int& saved : saved_) {
      dup2(saved, static_cast<int>(&saved - saved_) + 1);
      close(saved);
    }
  }

  std::FILE* file_;
  int saved_[2] = {-1, -1};
};

}  // namespace liana_tests
