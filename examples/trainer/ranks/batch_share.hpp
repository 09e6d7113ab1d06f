// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

namespace mixcon_train {
inline namespace ranks {

/// Which samples of a batch a process encodes: part `part` of `parts` equal ones, in their order. All of them where no
/// others take part.
struct batch_share {
  mixcon::index_t part = 0, parts = 1;

  mixcon::index_t samples(mixcon::index_t batch) const { return batch / parts; }
  mixcon::index_t first(mixcon::index_t batch) const { return part * samples(batch); }
};

}  // namespace ranks
}  // namespace mixcon_train
