#pragma once

namespace apps {

/// Which of how many ranks this is.
struct place {
  int rank;
  int ranks;
};

}  // namespace apps
