#pragma once

#include <string>

namespace liana::benchmarks {

/// The value in force of a setting of MPI's tools interface, Open MPI's MCA parameters for example; "unknown" where
/// there is none of that name, "default" where it is empty.
std::string mpi_setting(const char* name);

/// Adds to the context of the report what decides how one-sided operations of MPI travel on one host: which components
/// Open MPI may take for windows ("mpi_osc"; with "^ucx,pt2pt", Debian's setting, a window of MPI_Win_create is osc
/// rdma's, one of MPI_Win_allocate_shared osc sm's) and how processes may copy from each other ("mpi_single_copy"). To
/// be called before `job::measure`, by any rank.
void report_mpi_settings();

}  // namespace liana::benchmarks
