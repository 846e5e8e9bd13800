#pragma once

/// All of Liana. Programs that start a runtime over a communicator of their own include <liana/mpi.hpp> as well.

#include <liana/allocation.hpp>
#include <liana/array.hpp>
#include <liana/atomic.hpp>
#include <liana/collectives.hpp>
#include <liana/error.hpp>
#include <liana/global_ptr.hpp>
#include <liana/guards.hpp>
#include <liana/mutex.hpp>
#include <liana/options.hpp>
#include <liana/parallel_for.hpp>
#include <liana/pending.hpp>
#include <liana/read_ahead.hpp>
#include <liana/runtime.hpp>
#include <liana/statistics.hpp>
#include <liana/views.hpp>
#include <liana/work_queue.hpp>
