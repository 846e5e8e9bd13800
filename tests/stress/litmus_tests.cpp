// Sequential consistency by litmus tests: small programs of two to four participants, of which some outcomes are
// forbidden. The names are those of Alglave, Maranget and Tautschnig, "Herding cats" (2014). litmus.hpp tells how they
// are played.

#include "tests/stress/litmus.hpp"

namespace {

using namespace liana_tests;

// SB: each of two writes one variable and reads the other; one of them must see the other's write.
TEST_P(litmus_batches, store_buffering) {
  run({{[](const scene& s) {
          s.write_x();
          s.read_y(0);
        },
        [](const scene& s) {
          s.write_y();
          s.read_x(0);
        }},
       [](const outcome& seen) { return !seen[0][0] && !seen[1][0]; }});
}

// MP: who sees the flag sees the data written before it.
TEST_P(litmus_batches, message_passing) {
  run({{[](const scene& s) {
          s.write_x();
          s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return (seen[1][0] && !seen[1][1]) || (seen[2][0] && !seen[2][1]); }});
}

// IRIW: two readers agree on the order of two independent writes.
TEST_P(litmus_batches, independent_reads_of_independent_writes) {
  run({{[](const scene& s) { s.write_x(); }, [](const scene& s) { s.write_y(); },
        [](const scene& s) {
          s.read_x(0);
          s.read_y(1);
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return seen[2][0] && !seen[2][1] && seen[3][0] && !seen[3][1]; }});
}

// LB: two that read before they write cannot both see the other's write.
TEST_P(litmus_batches, load_buffering) {
  run({{[](const scene& s) {
          s.read_x(0);
          s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.write_x();
        }},
       [](const outcome& seen) { return seen[0][0] && seen[1][0]; }});
}

// WRC: a write that was seen is seen by whoever learns of it from the one who saw it.
TEST_P(litmus_batches, write_to_read_causality) {
  run({{[](const scene& s) { s.write_x(); },
        [](const scene& s) {
          s.read_x(0);
          if (s.saw_fresh(0)) s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return (seen[2][0] && !seen[2][1]) || (seen[3][0] && !seen[3][1]); }});
}

// ISA2: what was written before the first link of a chain of causes is seen at its end.
TEST_P(litmus_batches, causality_over_two_links) {
  run({{[](const scene& s) {
          s.write_x();
          s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.write_z();
        },
        [](const scene& s) {
          s.read_z(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return seen[1][0] && seen[2][0] && !seen[2][1]; }});
}

// 2+2W: two that write both variables in opposite orders cannot each lose its second write to the other's first.
TEST_P(litmus_batches, writes_in_opposite_orders) {
  run({{[](const scene& s) {
          s.write_x();
          s.write_y();
        },
        [](const scene& s) {
          s.write_y();
          s.write_x();
        }},
       [](const outcome& seen) { return seen.last_of_x == 0 && seen.last_of_y == 1; }});
}

// CoRR: one variable never goes back.
TEST_P(litmus_batches, coherence_of_reads) {
  const auto reader = [](const scene& s) {
    s.read_x(0);
    s.read_x(1);
  };
  run({{[](const scene& s) { s.write_x(); }, reader, reader, reader}, [](const outcome& seen) {
         return (seen[1][0] && !seen[1][1]) || (seen[2][0] && !seen[2][1]) || (seen[3][0] && !seen[3][1]);
       }});
}

INSTANTIATE_TEST_SUITE_P(block_bytes, litmus_batches, ::testing::Values(8U, 64U, 4096U),
                         [](const auto& parameter) { return "Of" + std::to_string(parameter.param); });

}  // namespace
