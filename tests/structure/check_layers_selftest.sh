#!/usr/bin/env bash
# Proof that check_layers.sh can fail: a small tree that respects the layers passes, and each violation seeded into it is found.
set -eu

checker=check_layers.sh
. "$(dirname "${BASH_SOURCE[0]}")/seeded_tree.sh"

put transport/include/liana/rank.hpp '#include <cstdint>'
put transport/address.hpp '#include <liana/rank.hpp>'
put transport/transport.hpp '#include "transport/address.hpp"' '// Knows no block, sharer or version.' \
  '/* nor a' 'block */ int blocking = 1'"'"'000; // blocks'
put transport/factory.hpp '#include "transport/transport.hpp"'
put transport/factory.cpp '#include "transport/factory.hpp"' '#include "transport/shm/segment.hpp"' 'auto t = shm::make();'
put transport/shm/segment.hpp '#include "transport/transport.hpp"' '#include <sys/mman.h>'
put transport/shm/segment.cpp '#include "segment.hpp"' 'const char* url = "http://x"; int y;'
put transport/verbs/queue_pair.hpp '#include <infiniband/verbs.h>'
put allocator/include/liana/layout.hpp '#include <liana/rank.hpp>'
put allocator/block.hpp '#include "transport/address.hpp"' 'int block_size;'
put runtime/include/liana/liana.hpp '#include <liana/layout.hpp>' '#include <vector>'
put runtime/include/liana/detail/entry.hpp '#include <atomic>'
put runtime/include/liana/mpi.hpp '#include <liana/liana.hpp>' '#include <mpi.h>'
put runtime/group/process_group.cpp '#include <liana/mpi.hpp>' '#include <mpi.h>'
put runtime/machine/topology.cpp '#include <hwloc.h>'
put runtime/cache/cache.cpp '#include "allocator/block.hpp"' '#include "transport/factory.hpp"' 'auto kind = transport_kind::shm;' \
  'auto text = "verbs::x";'
put runtime/report/log.hpp '#include <string>'
put runtime/state/wait.hpp '#include "runtime/report/log.hpp"' '#include "runtime/state/state.hpp"' '#include <liana/detail/entry.hpp>'
put runtime/state/state.hpp '#include "runtime/cache/cache.hpp"'
put runtime/cache/cache.hpp '#include <liana/detail/entry.hpp>'
put runtime/group/meeting.hpp '#include "../state/wait.hpp"'
put runtime/coherence/miss.hpp '#include "runtime/group/meeting.hpp"' '#include "runtime/state/wait.hpp"'
put runtime/job/startup.hpp '#include "runtime/coherence/miss.hpp"'
put runtime/info/main.cpp '#include "runtime/job/startup.hpp"'
put runtime/CMakeLists.txt ''
put apps/rank/main.cpp '#include "table.hpp"' '#include <CLI/CLI.hpp>' '#include <liana/liana.hpp>'
put apps/rank/table.hpp '#include <map>'
put apps/rank/main_mpi.cpp '#include <mpi.h>'
put benchmarks/micro.cpp '#include <liana/liana.hpp>' '#include <benchmark/benchmark.h>' '#include <mpi.h>'
put benchmarks/bare_verbs.cpp '#include <infiniband/verbs.h>'
put tests/any.cpp '#include "transport/shm/segment.hpp"'
passes 'a tree that respects the layers'

# Upwards and sideways.
seed transport/lane.cpp 'transport includes runtime/' '#include <liana/liana.hpp>'
seed transport/lane.cpp 'transport includes allocator/block.hpp' '#include "allocator/block.hpp"'
seed transport/lane.cpp 'transport includes transport/shm/segment.hpp' '  #  include "transport/shm/segment.hpp"'
seed transport/lane.cpp 'transport includes transport/shm/segment.hpp' '#include "shm/segment.hpp"'
seed transport/verbs/near.cpp 'transport/verbs includes transport/shm/segment.hpp' '#include "../shm/segment.hpp"'
seed transport/sim/world.cpp 'transport/sim includes transport/verbs/queue_pair.hpp' '#include "transport/verbs/queue_pair.hpp"'
seed transport/fabric/lane.cpp 'transport/fabric includes transport/shm/segment.hpp' '#include "transport/shm/segment.hpp"'
seed transport/lane.cpp 'transport includes transport/factory.hpp' '#include "transport/factory.hpp"'
seed allocator/pool.cpp 'allocator includes transport/transport.hpp' '#include "transport/transport.hpp"'
seed allocator/pool.cpp 'allocator includes runtime/include/liana/detail/entry.hpp' '#include <liana/detail/entry.hpp>'
seed runtime/coherence/miss.cpp 'runtime includes transport/shm/segment.hpp' '#include "transport/shm/segment.hpp"'
seed runtime/coherence/miss.cpp 'runtime includes apps/rank/table.hpp' '#include "apps/rank/table.hpp"'

# Upwards within the runtime.
seed runtime/state/wait.cpp 'runtime/state includes runtime/coherence/miss.hpp, which lies above it' '#include "runtime/coherence/miss.hpp"'
seed runtime/state/wait.cpp 'runtime/state includes runtime/coherence/miss.hpp' '#include "../coherence/miss.hpp"'
seed runtime/state/wait.cpp 'runtime/state includes runtime/group/meeting.hpp' '#include "runtime/group/meeting.hpp"'
seed runtime/group/meeting.cpp 'runtime/group includes runtime/coherence/miss.hpp' '#include "runtime/coherence/miss.hpp"'
seed runtime/cache/table.cpp 'runtime/cache includes runtime/state/state.hpp' '#include "runtime/state/state.hpp"'
seed runtime/report/log.cpp 'runtime/report includes runtime/job/startup.hpp' '#include "runtime/job/startup.hpp"'
seed runtime/coherence/owner/keep.cpp 'runtime/coherence includes runtime/job/startup.hpp' '#include "runtime/job/startup.hpp"'
rmdir "$root/runtime/coherence/owner"
seed runtime/policy/owner.cpp 'has no folder of this name' 'int x;'
rmdir "$root/runtime/policy"
seed runtime/loose.cpp 'has no folder of this name' 'int x;'
seed runtime/loose.hpp 'has no folder of this name' '#include "runtime/job/startup.hpp"'

seed apps/rank/more.cpp 'apps includes transport/transport.hpp' '#include "transport/transport.hpp"'
seed apps/rank/more.cpp 'apps includes allocator/block.hpp' '#include "allocator/block.hpp"'
seed apps/rank/more.cpp 'not for programs' '#include <liana/detail/entry.hpp>'
seed benchmarks/hit.cpp 'benchmarks includes allocator/block.hpp' '#include "allocator/block.hpp"'
seed benchmarks/hit.cpp 'benchmarks includes transport/transport.hpp' '#include "transport/transport.hpp"'
seed benchmarks/hit.cpp 'benchmarks includes transport/shm/segment.hpp' '#include "transport/shm/segment.hpp"'

# Libraries that have one place.
seed runtime/coherence/miss.cpp 'outside transport/verbs' '#include <infiniband/verbs.h>'
seed benchmarks/micro.cpp 'outside transport/verbs' '#include <infiniband/verbs.h>'
seed transport/shm/near.cpp 'outside transport/verbs' '#include <infiniband/verbs.h>'
seed runtime/coherence/miss.cpp 'outside runtime/group/process_group' '#include <mpi.h>'
seed runtime/coherence/miss.cpp 'outside runtime/group/process_group' '#include <liana/mpi.hpp>'
seed transport/lane.cpp 'outside runtime/group/process_group' '#include <mpi.h>'
seed apps/rank/more.cpp 'outside runtime/group/process_group' '#include <mpi.h>'
seed runtime/machine/binding.cpp 'outside runtime/machine/topology' '#include <hwloc/linux.h>'

# Public headers.
seed runtime/include/liana/array.hpp 'not installed' '#include "allocator/block.hpp"'
seed runtime/include/liana/array.hpp 'write <liana/...>' '#include "liana/liana.hpp"'
seed runtime/include/liana/array.hpp 'only public headers' '#include <fmt/format.h>'
seed runtime/include/liana/array.hpp 'only public headers' '#include <unistd.h>'
seed transport/include/liana/word.hpp 'address includes allocator/' '#include <liana/layout.hpp>'

# Words, and files that are not there.
seed transport/lane.cpp 'transport knows no block' 'int block_size;'
seed transport/lane.cpp 'transport knows no sharers' '/* a */ int sharers; // b'
seed transport/lane.cpp 'transport knows no version' 'auto text = "version";'
seed transport/lane.cpp 'transport knows no version' 'auto text = R"(//' 'version)";'
seed runtime/coherence/miss.cpp 'names the back end shm_transport' 'shm_transport t;'
seed runtime/coherence/miss.cpp 'names the back end verbs::' 'auto t = liana::verbs::open();'
seed runtime/coherence/miss.cpp 'is no file of this project' '#include "runtime/gone.hpp"'
seed runtime/coherence/miss.cpp 'is no file of this project' '#include <liana/gone.hpp>'
seed scripts/run.cpp 'no top-level directory' 'int x;'
rmdir "$root/scripts"
passes 'the tree restored'

finish
