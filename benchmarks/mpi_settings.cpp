#include "benchmarks/mpi_settings.hpp"

#include <vector>

#include <benchmark/benchmark.h>
#include <mpi.h>

namespace liana::benchmarks {

namespace {

/// The setting's number, or -1.
int find(const char* name) {
  int index = -1;
  return MPI_T_cvar_get_index(name, &index) == MPI_SUCCESS ? index : -1;
}

/// A setting that is text, or a number with names for its values.
std::string value_of(int index) {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_T_enum names = MPI_T_ENUM_NULL;
  int verbosity = 0;
  int bind = 0;
  int scope = 0;
  int name_length = 0;
  int description_length = 0;
  MPI_T_cvar_get_info(index, nullptr, &name_length, &verbosity, &type, &names, nullptr, &description_length, &bind,
                      &scope);
  MPI_T_cvar_handle handle = MPI_T_CVAR_HANDLE_NULL;
  int count = 0;
  if (MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) != MPI_SUCCESS) {
    return "unknown";
  }
  std::string text = "unknown";
  if (type == MPI_CHAR) {
    std::vector<char> value(static_cast<std::size_t>(count) + 1, '\0');
    MPI_T_cvar_read(handle, value.data());
    text = value.data();
  } else if (type == MPI_INT && names != MPI_T_ENUM_NULL) {
    int value = 0;
    MPI_T_cvar_read(handle, &value);
    int items = 0;
    int length = 0;
    MPI_T_enum_get_info(names, &items, nullptr, &length);
    for (int i = 0; i < items; ++i) {
      std::vector<char> item(64, '\0');
      int item_value = 0;
      length = static_cast<int>(item.size()) - 1;
      MPI_T_enum_get_item(names, i, &item_value, item.data(), &length);
      if (item_value == value) {
        text = item.data();
      }
    }
  }
  MPI_T_cvar_handle_free(&handle);
  return text.empty() ? "default" : text;
}

}  // namespace

std::string mpi_setting(const char* name) {
  int provided = 0;
  if (MPI_T_init_thread(MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS) {
    return "unknown";
  }
  const int index = find(name);
  std::string value = index < 0 ? "unknown" : value_of(index);
  MPI_T_finalize();
  return value;
}

void report_mpi_settings() {
  benchmark::AddCustomContext("mpi_osc", mpi_setting("osc"));
  benchmark::AddCustomContext("mpi_single_copy", mpi_setting("btl_vader_single_copy_mechanism"));
}

}  // namespace liana::benchmarks
