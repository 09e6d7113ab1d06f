// SPDX-License-Identifier: BSD-3-Clause
// Losses of the library on device rows, by gpu::stream: what a loss_table is filled with.
#pragma once

#include "devices/cuda/cuda_device.cuh"
#include "devices/cuda/losses/all_losses.hpp"

#include <mixcon/engine/given_logits.hpp>
#include <mixcon/gpu/stream.cuh>

namespace mixcon_train {
inline namespace devices {

namespace detail {

/// A stream with the workspace that a call takes, given back when it has enqueued its work.
template <class Objective, class Targets, class... Rows>
struct stream_with_workspace {
  queue_memory workspace;
  gpu::stream on;

  stream_with_workspace(cuda_queue& queue, const Objective& objective, const Targets& targets, const Rows&... rows)
      : workspace(queue, gpu::workspace_bytes(gpu::stream{.queue = queue.on()}, objective, targets, rows...)),
        on{.queue = queue.on(), .workspace = workspace.data(), .workspace_bytes = workspace.bytes()} {}
};

template <class T>
mixcon::matrix_view<T> matrix_of(const tensor& x) {
  if (!x) return {};
  return {device_numbers<T>(x), {x.extents()[0], x.extents().row_size()}};
}
/// (N, k, D), or (N, D) as one each.
template <class T>
mixcon::tensor_view<T, 3> own_rows_of(const tensor& x) {
  const shape& e = x.extents();
  if (e.rank() == 3) return {device_numbers<T>(x), {e[0], e[1], e[2]}};
  return {device_numbers<T>(x), {e[0], index_t{1}, e.row_size()}};
}

}  // namespace detail

/// An objective over pairs of rows: anchors, then segments of candidates.
template <class T, class Objective, class Targets>
value_of_loss evaluate_rows(cuda_queue& queue, const loss_call& call) {
  const auto& objective = *static_cast<const Objective*>(call.objective);
  const auto& targets = *static_cast<const Targets*>(call.targets);
  const auto view = detail::matrix_of<T>(call.rows[0].rows);
  const auto anchors = gpu::device_matrix(view.data(), view.extent(0), view.extent(1));
  mixcon::candidate_segments<T> against;
  mixcon::gradients<T> wanted{.anchors = detail::matrix_of<T>(call.rows[0].slopes), .stop_gradient = true};
  for (std::size_t k = 1; k < call.rows.size(); ++k) {
    const rows_of_loss& from = call.rows[k];
    mixcon::candidate_segment<T> segment;
    segment.rows_of =
        from.is_own ? detail::own_rows_of<T>(from.rows) : mixcon::detail::as_rank_3(detail::matrix_of<T>(from.rows));
    segment.is_own = from.is_own, segment.form = from.form;
    against.add(segment);
    mixcon::gradient_segment<T> slope;
    if (from.slopes && from.is_own) slope = detail::own_rows_of<T>(from.slopes);
    if (from.slopes && !from.is_own) slope = detail::matrix_of<T>(from.slopes);
    wanted.candidates.push_back(slope);
  }
  const detail::stream_with_workspace by(queue, objective, targets, anchors, against);
  const auto found = mixcon::value_and_grad(by.on, objective, targets, anchors, against, wanted);
  return {static_cast<double>(found.value), found.anchors_used};
}

/// A loss of class scores, whose candidates are classes.
template <class T, class Objective, class Targets>
value_of_loss evaluate_scores(cuda_queue& queue, const loss_call& call) {
  const auto& objective = *static_cast<const Objective*>(call.objective);
  const auto& targets = *static_cast<const Targets*>(call.targets);
  const auto view = detail::matrix_of<T>(call.rows[0].rows);
  const auto scores = gpu::device_matrix(view.data(), view.extent(0), view.extent(1));
  const mixcon::given_logits logits{scores};
  mixcon::gradients<T> wanted;
  wanted.logits = detail::matrix_of<T>(call.rows[0].slopes);
  const detail::stream_with_workspace by(queue, objective, targets, logits);
  const auto found = mixcon::value_and_grad(by.on, objective, targets, logits, wanted);
  return {static_cast<double>(found.value), found.anchors_used};
}

/// Adds them to a table, for a queue that outlives it.
template <class T, class Objective, class Targets>
void add_loss_of_rows(loss_table& to, cuda_queue& queue) {
  to.add(typeid(loss_of_rows<Objective, Targets>),
         [&queue](const loss_call& call) { return evaluate_rows<T, Objective, Targets>(queue, call); });
}
template <class T, class Objective, class Targets>
void add_loss_of_scores(loss_table& to, cuda_queue& queue) {
  to.add(typeid(loss_of_scores<Objective, Targets>),
         [&queue](const loss_call& call) { return evaluate_scores<T, Objective, Targets>(queue, call); });
}

}  // namespace devices
}  // namespace mixcon_train
