// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/candidates.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Where the gradient of one candidate segment goes: (M, D), or (N, k, D) for own candidates. Default-made: not wanted.
template <class T>
class gradient_segment {
 public:
  gradient_segment() = default;
  template <class Tensor>
  requires detail::RowsOfAny<Tensor> gradient_segment(Tensor& tensor)  // NOLINT(google-explicit-constructor)
      : view_(detail::as_rank_3(
            tensor_view<T, decltype(detail::view_of_rows(tensor))::rank>(detail::view_of_rows(tensor)))) {}
  template <int Rank>
  requires(Rank == 2 || Rank == 3) gradient_segment(const tensor_view<T, Rank>& view)
      : view_(detail::as_rank_3(view)) {}  // NOLINT(google-explicit-constructor)

  const tensor_view<T, 3>& view() const { return view_; }
  explicit operator bool() const { return static_cast<bool>(view_); }

 private:
  tensor_view<T, 3> view_{};
};

/// The gradients that the caller wants, by name; what is left out is not computed. T is the type computed in
/// (float for float, bfloat16 and half rows). Each has the shape of what it is the gradient of.
template <class T>
struct gradients {
  matrix_view<T> logits{};                        // (N, M), where `given_logits` stand for anchors and candidates
  matrix_view<T> anchors{};                       // (N, D)
  std::vector<gradient_segment<T>> candidates{};  // one a segment, in their order
  double* temperature = nullptr;                  // by the loss's temperature, with all its factors
  double* scale = nullptr;                        // by the objective's scale
  double* bias = nullptr;                         // by the bias of plain_logits
  vector_view<T> candidate_bias{};                // (M)
  matrix_view<T> pair_scale{}, pair_bias{};       // (N, M)
  matrix_view<T> targets{};                       // (N, M) by each pair's target, its share of the mass included
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
