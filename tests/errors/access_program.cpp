// Accesses that cannot be right, on every rank, each with the error that it must end in.

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/errors/report.hpp"

namespace {

using liana::global_ptr;
using liana_tests::mpi_session;

// Runs `access` within a runtime.
template <class Access>
auto in_runtime(Access access) {
  return [access](const mpi_session&) {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    access();
    liana::barrier();
  };
}

global_ptr<int> null() { return {}; }

// A pointer that no allocation has returned: bits of another home than there is.
global_ptr<int> foreign() { return std::bit_cast<global_ptr<int>>(~std::uint64_t{0}); }

// A pointer of this job, taken 1 GiB out of its segment.
global_ptr<int> outside() { return liana::make_global<int>(1) + (std::ptrdiff_t{1} << 28); }

liana::array<int> thousand() { return liana::make_array<int>(1000); }

template <std::size_t N>
void exhaust_with() {
  struct object {
    unsigned char bytes[N];
  };
  for (;;) (void)liana::make_global<object>();
}

std::vector<int> ten() { return std::vector<int>(10); }

const liana_tests::scenarios known{
    {"null_get", in_runtime([] { (void)null().get(); })},
    {"null_put", in_runtime([] { null().put(1); })},
    {"null_read", in_runtime([] { (void)null().read(); })},
    {"null_write", in_runtime([] { (void)null().write(); })},
    {"null_update", in_runtime([] { null().update([](int& value) { ++value; }); })},
    {"null_prefetch", in_runtime([] { null().prefetch(); })},
    {"null_guards", in_runtime([] { (void)liana::write_guards(null(), liana::make_global<int>(1)); })},
    {"foreign_get", in_runtime([] { (void)foreign().get(); })},
    {"foreign_put", in_runtime([] { foreign().put(1); })},
    {"foreign_read", in_runtime([] { (void)foreign().read(); })},
    {"foreign_write", in_runtime([] { (void)foreign().write(); })},
    {"foreign_prefetch", in_runtime([] { foreign().prefetch(); })},
    {"foreign_destroy", in_runtime([] { liana::destroy(foreign()); })},
    {"outside_get", in_runtime([] { (void)outside().get(); })},
    {"outside_put", in_runtime([] { outside().put(1); })},
    {"element_get", in_runtime([] { (void)static_cast<int>(thousand()[1000]); })},
    {"element_put", in_runtime([] { thousand()[2000] = 1; })},
    {"bulk_get", in_runtime([] {
       auto buffer = ten();
       thousand().get(995, buffer);
     })},
    {"bulk_put", in_runtime([] { thousand().put(995, ten()); })},
    {"gather", in_runtime([] {
       const std::vector<std::size_t> index{1, 1234};
       std::vector<int> out(2);
       thousand().gather(index, out);
     })},
    {"scatter", in_runtime([] {
       const std::vector<std::size_t> index{1, 1234};
       thousand().scatter(index, std::vector<int>(2));
     })},
    {"read_view", in_runtime([] { (void)thousand().read(999, 2); })},
    {"write_view", in_runtime([] { (void)thousand().write(999, 2); })},
    {"block_bytes", in_runtime([] { (void)liana::make_array<int>(10, {.block_bytes = 3000}); })},
    {"second_guard", in_runtime([] {
       const auto object = liana::make_global<int>(1);
       const auto guard = object.write();
       (void)object.write();
     })},
    {"read_beside_write", in_runtime([] {
       const auto object = liana::make_global<int>(1);
       const auto guard = object.write();
       (void)object.read();
     })},
    {"exhaust_objects", in_runtime([] { exhaust_with<100'000>(); })},
    {"exhaust_small", in_runtime([] { exhaust_with<8>(); })},
    {"exhaust_array", in_runtime([] { (void)liana::make_global_array<double>(std::size_t{1} << 30); })},
    {"exhaust_distributed", in_runtime([] { (void)liana::make_array<double>(std::size_t{1} << 32); })},
    {"two_runtimes", in_runtime([] { const liana::runtime second(MPI_COMM_WORLD, liana::options{}); })},
    {"rank_before", [](const mpi_session&) { (void)liana::rank(); }},
    {"barrier_before", [](const mpi_session&) { liana::barrier(); }},
    {"make_before", [](const mpi_session&) { (void)liana::make_global<int>(1); }},
    {"array_before", [](const mpi_session&) { (void)liana::make_array<int>(1); }},
    {"get_before", [](const mpi_session&) { (void)null().get(); }},
    {"get_after",
     [](const mpi_session&) {
       global_ptr<int> object;
       {
         const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
         object = liana::make_global<int>(1);
       }
       (void)object.get();
     }},
    {"put_after",
     [](const mpi_session&) {
       global_ptr<int> object;
       {
         const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
         object = liana::make_global<int>(1);
       }
       object.put(2);
     }},
    {"barrier_after",
     [](const mpi_session&) {
       { const liana::runtime runtime(MPI_COMM_WORLD, liana::options{}); }
       liana::barrier();
     }},
};

}  // namespace

int main(int argc, char** argv) { return liana_tests::run_scenario(argc, argv, known); }
