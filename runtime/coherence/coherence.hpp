#pragma once

/// The coherence protocol of this runtime: replicate on read, invalidate on write, one-sided. README.md in this folder
/// describes it; the sources cite its rules R1 to R8. The folders above include this header; of the others only
/// protocol.hpp, put_list.hpp, prefetch_list.hpp and release_queue.hpp, the lists of what is under way.
///
/// The protocol:
///
///     read_miss            far read miss, with the dependent path and revalidation
///     far_write            far write up to the hold, and its release
///     near_access          everything on blocks whose home is on this host
///                          (detail/near_block.hpp: the steps of a near write, inlined into put)
///     invalidate           stamps to the hosts that share
///
/// Its use by one access:
///
///     checked_address      is it an address of this job?
///     claimed_replica      a replica that its owner alone fills
///     fetch                a claimed replica, filled by a read miss, counted and published
///     far_put              a far write with the bytes of a put
///
/// Many at a time:
///
///     read_window          fetches of one thread
///     put_window           puts of one thread
///     release_queue        releases under way
///     prefetch_list        fetches that no thread waits for
///     put_list             puts that are waited for later
///     outstanding          the last three together, which `protocol` keeps with the runtime
///
/// What is called from the typed classes:
///
///     access_one_block     read, put and guards of one block: liana/detail/access.hpp
///     access_many_blocks   the same of many blocks: liana/detail/access.hpp
///     pending              accesses that are begun and waited for later: liana/detail/pending.hpp

#include "runtime/coherence/checked_address.hpp"
#include "runtime/coherence/near_access.hpp"
#include "runtime/coherence/outstanding.hpp"
