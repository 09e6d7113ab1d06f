// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/losses/entries.hpp"

#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/group_softmax.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

namespace mixcon_train {
inline namespace recipes {

std::vector<loss_entry> softmax_losses() {
  using namespace detail;
  return {
      entry_over_cosines<mixcon::info_nce>("info_nce"),
      entry_over_cosines<mixcon::decoupled>("decoupled"),
      entry_over_cosines<mixcon::group_softmax>("group_softmax"),
      entry_over_cosines<mixcon::hard_negative>("hard_negative"),
      entry_over_pairs(
          "debiased",
          [](double temperature) {
            return mixcon::objective{mixcon::debiased(temperature), mixcon::cosine{}};
          },
          true),
      entry_over_cosines<mixcon::supcon_inside>("supcon_inside"),
  };
}

}  // namespace recipes
}  // namespace mixcon_train
