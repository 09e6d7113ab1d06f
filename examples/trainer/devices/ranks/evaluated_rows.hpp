// SPDX-License-Identifier: BSD-3-Clause
// How a loss of pairs of rows is computed over ranks; for the sources of this folder alone.
#pragma once

#include "devices/host_numbers.hpp"
#include "devices/ranks/rank_losses.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/ranks/ranks.hpp>

namespace mixcon_train {
inline namespace devices {

namespace detail {

inline mixcon::matrix_view<float> matrix_of(const tensor& x) {
  if (!x) return {};
  return {numbers_of<float>(x), {x.extents()[0], x.extents().row_size()}};
}
inline mixcon::matrix_view<const float> constant_matrix_of(const tensor& x) {
  return {numbers_of<float>(x), {x.extents()[0], x.extents().row_size()}};
}

/// The targets of a rank's rows as the call over ranks takes them. Virtual labels are of the whole batch, the same on
/// every rank: a partner may lie on another one.
template <class Targets>
const Targets& over_ranks(const Targets& targets) {
  return targets;
}
template <class Base>
auto over_ranks(const mixcon::mixed_targets<Base>& targets) {
  return mixcon::of_all_ranks(targets);
}

}  // namespace detail

template <class Objective, class Targets>
value_of_loss evaluate_rows(const rank_group& group, const loss_call& call) {
  const auto& objective = *static_cast<const Objective*>(call.objective);
  const auto& targets = *static_cast<const Targets*>(call.targets);
  const mixcon::matrix_view<const float> anchors = detail::constant_matrix_of(call.rows[0].rows);
  mixcon::candidate_segments<float> against;
  mixcon::gradients<float> wanted{.anchors = detail::matrix_of(call.rows[0].slopes), .stop_gradient = true};
  for (std::size_t k = 1; k < call.rows.size(); ++k) {
    const rows_of_loss& from = call.rows[k];
    mixcon::candidate_segment<float> segment;
    segment.rows_of = mixcon::detail::as_rank_3(detail::constant_matrix_of(from.rows));
    segment.form = from.form;
    against.add(segment);
    wanted.candidates.push_back(detail::matrix_of(from.slopes));
  }
  const mixcon::tiled engine{.threads = call.rows[0].rows.on().threads()};
  const auto found = mixcon::value_and_grad(mixcon::ranks{group_handle{&group}, engine}, objective,
                                            detail::over_ranks(targets), anchors, against, wanted);
  return {static_cast<double>(found.value), found.anchors_used};
}

template <class Objective, class Targets>
void add_loss_of_rows(rank_losses& to) {
  to.add(typeid(loss_of_rows<Objective, Targets>), &evaluate_rows<Objective, Targets>);
}

}  // namespace devices
}  // namespace mixcon_train
