// Accesses that cannot be right, and more memory than there is: the error in which each ends, on every rank.

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "tests/errors/thrown.hpp"
#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;
using liana::global_ptr;

void in_runtime(void (*action)()) {
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  action();
  liana::barrier();
}

global_ptr<int> null() { return {}; }

// A pointer that no allocation has returned: bits of another home than there is.
global_ptr<int> foreign() { return std::bit_cast<global_ptr<int>>(~std::uint64_t{0}); }

// A pointer of this job, taken 1 GiB out of its segment.
global_ptr<int> outside() { return liana::make_global<int>(1) + (std::ptrdiff_t{1} << 28); }

liana::array<int> thousand() { return liana::make_array<int>(1000); }

std::vector<int> ten() { return std::vector<int>(10); }

std::vector<std::size_t> one_inside_one_outside() { return {1, 1234}; }

using failing = failing_action<void (*)()>;

const failing wrong_accesses[] = {
    {"null_get", [] { (void)null().get(); }, "get.*null"},
    {"null_put", [] { null().put(1); }, "put.*null"},
    {"null_read", [] { (void)null().read(); }, "read.*null"},
    {"null_write", [] { (void)null().write(); }, "write.*null"},
    {"null_update", [] { null().update([](int& value) { ++value; }); }, "null"},
    {"null_prefetch", [] { null().prefetch(); }, "prefetch.*null"},
    {"null_guards", [] { (void)liana::write_guards(null(), liana::make_global<int>(1)); }, "null"},
    {"foreign_get", [] { (void)foreign().get(); }, "get.*(65535|not from this job)"},
    {"foreign_put", [] { foreign().put(1); }, "put.*(65535|not from this job)"},
    {"foreign_read", [] { (void)foreign().read(); }, "read.*(65535|not from this job)"},
    {"foreign_write", [] { (void)foreign().write(); }, "write.*(65535|not from this job)"},
    {"foreign_prefetch", [] { foreign().prefetch(); }, "prefetch.*(65535|not from this job)"},
    {"foreign_destroy", [] { liana::destroy(foreign()); }, "destroy.*(65535|not from this job)"},
    {"outside_get", [] { (void)outside().get(); }, "get"},
    {"outside_put", [] { outside().put(1); }, "put"},
    {"element_get", [] { (void)static_cast<int>(thousand()[1000]); }, "1000"},
    {"element_put", [] { thousand()[2000] = 1; }, "2000.*1000"},
    {"bulk_get",
     [] {
       auto buffer = ten();
       thousand().get(995, buffer);
     },
     "995.*1000"},
    {"bulk_put", [] { thousand().put(995, ten()); }, "995.*1000"},
    {"gather",
     [] {
       std::vector<int> out(2);
       thousand().gather(one_inside_one_outside(), out);
     },
     "1234.*1000"},
    {"scatter", [] { thousand().scatter(one_inside_one_outside(), std::vector<int>(2)); }, "1234.*1000"},
    {"read_view", [] { (void)thousand().read(999, 2); }, "999.*1000"},
    {"write_view", [] { (void)thousand().write(999, 2); }, "999.*1000"},
    {"block_bytes", [] { (void)liana::make_array<int>(10, {.block_bytes = 3000}); }, "3000.*power of two"},
    {"second_guard",
     [] {
       const auto object = liana::make_global<int>(1);
       const auto guard = object.write();
       (void)object.write();
     },
     "write"},
    {"read_beside_write",
     [] {
       const auto object = liana::make_global<int>(1);
       const auto guard = object.write();
       (void)object.read();
     },
     "read"},
    {"destroyed_element",
     [] {
       auto a = liana::make_array<int>(1000);
       liana::destroy(a.ptr(0));
     },
     "destroy.*element of an array.*destroy the array"},
    {"second_object_over_the_end",
     [] {
       const auto object = liana::make_global<std::int64_t>(1);
       const auto too_large = liana::reinterpret_pointer_cast<std::array<std::int64_t, 16>>(object + 1);
       (void)liana::write_guards(object, too_large);
     },
     "write of 128 bytes.*over the end of the block"},
    {"loop_in_a_loop",
     [] {
       const auto ranks = static_cast<std::size_t>(liana::size());
       liana::parallel_for(0, ranks, [](std::size_t) { liana::parallel_for(0, 10, [](std::size_t) {}); });
     },
     "parallel_for\\(10 iterations.*in another parallel_for"},
    {"unknown_schedule",
     [] { liana::parallel_for(0, 10, [](std::size_t) {}, {.schedule = static_cast<liana::schedule>(7)}); },
     "parallel_for.*schedule 7.*no such schedule"},
    {"runtime_over_other_ranks", [] { const liana::runtime second(MPI_COMM_NULL, liana::options{}); },
     "one already, over other ranks.*end it first"},
};

class wrong_access : public ::testing::TestWithParam<failing> {};

TEST_P(wrong_access, is_a_usage_error) {
  EXPECT_TRUE(throws_matching<liana::usage_error>([] { in_runtime(GetParam().action); }, GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(errors, wrong_access, ::testing::ValuesIn(wrong_accesses), name_of_parameter);

// ---- no runtime ----

// An object of a runtime that has ended.
global_ptr<int> outlived() {
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  return liana::make_global<int>(1);
}

const failing calls_without_runtime[] = {
    {"rank_before", [] { (void)liana::rank(); }, "runtime"},
    {"barrier_before", [] { liana::barrier(); }, "runtime"},
    {"make_before", [] { (void)liana::make_global<int>(1); }, "runtime"},
    {"array_before", [] { (void)liana::make_array<int>(1); }, "runtime"},
    {"get_before", [] { (void)null().get(); }, "runtime"},
    {"get_after", [] { (void)outlived().get(); }, "runtime"},
    {"put_after", [] { outlived().put(2); }, "runtime"},
    {"barrier_after",
     [] {
       (void)outlived();
       liana::barrier();
     },
     "runtime"},
};

class call_without_runtime : public ::testing::TestWithParam<failing> {};

TEST_P(call_without_runtime, is_a_usage_error) {
  EXPECT_TRUE(throws_matching<liana::usage_error>(GetParam().action, GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(errors, call_without_runtime, ::testing::ValuesIn(calls_without_runtime), name_of_parameter);

// ---- memory ----

template <std::size_t N>
void exhaust_with() {
  struct object {
    unsigned char bytes[N];
  };
  for (;;) (void)liana::make_global<object>();
}

constexpr const char* no_space = "free.*LIANA_SEGMENT_BYTES";

const failing too_large[] = {
    {"objects", exhaust_with<100'000>, no_space},
    {"small_objects", exhaust_with<8>, no_space},
    {"global_array", [] { (void)liana::make_global_array<double>(std::size_t{1} << 30); }, no_space},
    {"distributed_array", [] { (void)liana::make_array<double>(std::size_t{1} << 32); }, no_space},
    {"small_distributed_array",
     [] { (void)liana::make_array<char>(20'000'000 * static_cast<std::size_t>(liana::size())); },
     "make_array.*free.*LIANA_SEGMENT_BYTES"},
};

class memory_of_a_segment : public ::testing::TestWithParam<failing> {};

TEST_P(memory_of_a_segment, ends_in_a_resource_error) {
  EXPECT_TRUE(throws_matching<liana::resource_error>([] { in_runtime(GetParam().action); }, GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(errors, memory_of_a_segment, ::testing::ValuesIn(too_large), name_of_parameter);

TEST(memory_of_the_host, that_is_too_small_for_a_segment_is_a_resource_error) {
  const scoped_variable segment("LIANA_SEGMENT_BYTES", "900G");
  EXPECT_TRUE(throws_matching<liana::resource_error>([] { in_runtime([] {}); }, "/dev/shm"));
}

// ---- devices ----

TEST(transport_over_a_device, that_is_not_there_is_an_error) {
  const scoped_variable transport("LIANA_TRANSPORT", "verbs");
  const scoped_variable device("LIANA_DEVICE", "none_such");
#ifdef LIANA_TESTED_WITH_VERBS
  // With and without a device.
  EXPECT_TRUE(throws_matching<liana::resource_error>([] { in_runtime([] {}); },
                                                     "no RDMA device: the kernel|LIANA_DEVICE.*none_such.*there is"));
#else
  EXPECT_TRUE(throws_matching<liana::config_error>([] { in_runtime([] {}); }, "LIANA_TRANSPORT.*verbs"));
#endif
}

}  // namespace
