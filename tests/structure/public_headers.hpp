#pragma once

/// Says at start-up that a public header was compiled as a translation unit of its own.
class registered_header {
 public:
  explicit registered_header(const char* name);
};
