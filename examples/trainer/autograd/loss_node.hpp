// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>

#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace detail {
template <class T>
mixcon::matrix_view<T> rows_of(const tensor& dense) {
  return {numbers_of<T>(dense), {dense.extents()[0], dense.extents()[1]}};
}
}  // namespace detail

/// Any loss of mixcon as an operator: `objective` over `targets`, of anchors (N, D) against candidate segments (M, D)
/// each, in this order. A variable may stand on both sides. The value and all gradients come from one call; `backward`
/// scales them.
template <class Objective, class Targets>
variable contrastive_loss(const Objective& objective, const Targets& targets, const variable& anchors,
                          const std::vector<variable>& segments) {
  device& on = anchors.on();
  return with_numbers(on, [&](auto number) {
    using T = decltype(number);
    std::vector<variable> inputs{anchors};
    inputs.insert(inputs.end(), segments.begin(), segments.end());
    std::vector<tensor> rows, slopes;
    for (const variable& x : inputs) {
      rows.push_back(on.dense(x.value()));
      slopes.push_back(on.empty(x.extents()));
    }
    mixcon::candidate_segments<T> against;
    mixcon::gradients<T> wanted{.anchors = detail::rows_of<T>(slopes[0])};
    for (std::size_t s = 1; s < rows.size(); ++s) {
      against.add(detail::rows_of<T>(rows[s]));
      wanted.candidates.push_back(detail::rows_of<T>(slopes[s]));
    }
    const auto loss = mixcon::value_and_grad(mixcon::tiled{.threads = on.threads()}, objective, targets,
                                             detail::rows_of<T>(rows[0]), against, wanted);
    return variable(filled(on, {1}, static_cast<double>(loss.value)), inputs, [slopes](const tensor& g) {
      double upstream = 0;
      copy_numbers(g, &upstream);
      std::vector<tensor> by;
      for (const tensor& slope : slopes) by.push_back(upstream == 1 ? slope : g.on().scaled(slope, upstream));
      return by;
    });
  });
}
/// The same where anchors and candidates are the same rows z (N, D).
template <class Objective, class Targets>
variable contrastive_loss(const Objective& objective, const Targets& targets, const variable& z) {
  return contrastive_loss(objective, targets, z, {z});
}

}  // namespace autograd
}  // namespace mixcon_train
