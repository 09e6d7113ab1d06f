// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/tensor.hpp"

#include <mixcon/contrast/candidate_lanes.hpp>
#include <mixcon/contrast/pair.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/tensor_view.hpp>

namespace mixcon_train {
inline namespace devices {

/// Of two own candidates, the key of a sample and that of its partner: lambda of the first, the rest of the second. A
/// sample that is its own partner has one of them. The arrays outlive the calls.
struct two_key_targets {
  mixcon::vector_view<const double> lambda{};    ///< (N), or one
  mixcon::vector_view<const index_t> partner{};  ///< (N)

  struct rule_type {
    mixcon::vector_view<const double> lambda;
    mixcon::vector_view<const index_t> partner;

    template <class F>
    void each_view(F&& f) {
      f(lambda), f(partner);
    }
    template <class T>
    MIXCON_HD mixcon::role<T> own(index_t anchor, index_t j) const {
      return mixcon::detail::role_by_lane<T>([&](int k) { return one(anchor, j + k); });
    }

   private:
    MIXCON_HD mixcon::role<double> one(index_t anchor, index_t j) const {
      const bool alone = partner[anchor] == anchor;
      if (alone) return j == 0 ? mixcon::positive_pair(1) : mixcon::hidden_pair();
      const double own_share = lambda[lambda.extent(0) == 1 ? 0 : anchor], share = j == 0 ? own_share : 1 - own_share;
      return share > 0 ? mixcon::positive_pair(share) : mixcon::negative_pair();
    }
  };
  mixcon::detail::bound_rule<rule_type> bind(const mixcon::pair_space& /*space*/) const { return {{lambda, partner}}; }
};

}  // namespace devices
}  // namespace mixcon_train
