// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/loss_inputs.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>

#include <initializer_list>
#include <optional>

namespace mixcon_train {
inline namespace autograd {

/// Candidates of one origin: rows (M, D) that every anchor sees, or rows of each anchor alone.
struct candidate_rows {
  candidate_rows(const variable& shared) : rows(shared) {}  // NOLINT(google-explicit-constructor)
  candidate_rows(const variable& of_rows, bool owned, std::optional<mixcon::rows> as = {})
      : rows(of_rows), is_own(owned), form(as) {}

  variable rows;
  bool is_own = false;
  std::optional<mixcon::rows> form{};  ///< as given or unit rows, instead of what the similarity says
};
/// Candidates that only their own anchor sees: (N, D), one each, or (N, k, D). They come before shared ones.
inline candidate_rows own(const variable& keys) { return {keys, true}; }
/// Rows that are taken as they are, whatever the similarity says: a queue of unit rows.
inline candidate_rows as_given(const candidate_rows& segment) {
  return {segment.rows, segment.is_own, mixcon::rows::as_given};
}
/// All candidates, in this order: `{z, u}`, `{own(positives), as_given(queue)}`.
struct candidate_list {
  candidate_list(std::initializer_list<candidate_rows> segments) : each(segments) {}
  candidate_list(const variable_list& shared)  // NOLINT(google-explicit-constructor)
      : each(shared.begin(), shared.end()) {}
  kept_list<candidate_rows> each;
};

namespace detail {
template <class T>
void add_segment(const candidate_rows& from, std::size_t k, loss_inputs<T>& inputs,
                 mixcon::candidate_segments<T>& against, mixcon::gradients<T>& wanted) {
  mixcon::candidate_segment<T> segment;
  segment.rows_of = from.is_own ? inputs.own_rows(k) : mixcon::detail::as_rank_3(inputs.rows(k));
  segment.is_own = from.is_own;
  segment.form = from.form;
  against.add(segment);
  mixcon::gradient_segment<T> slope;
  if (inputs.wants(k)) {
    if (from.is_own) slope = inputs.own_slope(k);
    if (!from.is_own) slope = inputs.slope(k);
  }
  wanted.candidates.push_back(slope);
}
}  // namespace detail

/// Any loss of mixcon as an operator: `objective` over `targets`, of anchors (N, D) against candidate segments (M, D)
/// each, in this order. A variable may stand on both sides. The value and the gradients that are wanted come from one
/// call; `backward` scales them. A constant among the segments, a queue, costs its products and no gradient.
/// `anchors_used`, where asked for, becomes the number of anchors that had what the loss needs: positives, negatives.
template <class Objective, class Targets>
variable contrastive_loss(const Objective& objective, const Targets& targets, const variable& anchors,
                          const candidate_list& segments, index_t* anchors_used = nullptr) {
  kept_list<detail::input_of_loss> rows{{anchors}};
  for (const candidate_rows& segment : segments.each) rows.push_back({segment.rows, segment.is_own, segment.form});
  if (const variable loss =
          detail::loss_on_device(typeid(loss_of_rows<Objective, Targets>), &objective, &targets, rows, anchors_used))
    return loss;
  return with_numbers(anchors.on(), [&](auto number) {
    using T = decltype(number);
    variable_list all{anchors};
    for (const candidate_rows& segment : segments.each) all.push_back(segment.rows);
    detail::loss_inputs<T> inputs(std::move(all));
    mixcon::candidate_segments<T> against;
    // a constant that stands on both sides has said so
    mixcon::gradients<T> wanted{.anchors = inputs.slope(0), .stop_gradient = true};
    for (std::size_t s = 0; s < segments.each.size(); ++s)
      detail::add_segment(segments.each[s], s + 1, inputs, against, wanted);
    const auto loss = mixcon::value_and_grad(mixcon::tiled{.threads = anchors.on().threads()}, objective, targets,
                                             inputs.rows(0), against, wanted, detail::memory_of_losses());
    if (anchors_used != nullptr) *anchors_used = loss.anchors_used;
    return inputs.with_value(static_cast<double>(loss.value));
  });
}
/// The same where anchors and candidates are the same rows z (N, D).
template <class Objective, class Targets>
variable contrastive_loss(const Objective& objective, const Targets& targets, const variable& z) {
  return contrastive_loss(objective, targets, z, {z});
}

}  // namespace autograd
}  // namespace mixcon_train
