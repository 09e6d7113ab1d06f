// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which gradients a caller wants and where they go: by anchors, candidates, temperature, biases, targets.

#include <mixcon/engine/call/parameter_gradient.hpp>
#include <mixcon/engine/candidates.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Where the gradient of one candidate segment goes: (M, D), or (N, k, D) for own candidates. Default-made: not wanted.
template <class T>
class gradient_segment {
 public:
  gradient_segment() = default;
  template <class Tensor>
  requires detail::RowsOfAny<Tensor>
  gradient_segment(Tensor& tensor)  // NOLINT(google-explicit-constructor)
      : view_(detail::as_rank_3(
            tensor_view<T, decltype(detail::view_of_rows(tensor))::rank>(detail::view_of_rows(tensor)))) {}
  template <int Rank>
  requires(Rank == 2 || Rank == 3)
  gradient_segment(const tensor_view<T, Rank>& view)
      : view_(detail::as_rank_3(view)) {}  // NOLINT(google-explicit-constructor)

  const tensor_view<T, 3>& view() const { return view_; }
  explicit operator bool() const { return static_cast<bool>(view_); }

 private:
  tensor_view<T, 3> view_{};
};

/// The gradients that the caller wants, by name; what is left out is not computed. T is the type computed in
/// (float for float, bfloat16 and half rows). Each has the shape of what it is the gradient of. Rows that stand on both
/// sides (anchors that are candidates, or rows of two segments) get one part of their gradient from each: asking for
/// one part alone is refused, unless `stop_gradient` says that the other side is a constant.
template <class T>
struct gradients {
  matrix_view<T> logits{};                       // (N, M), where `given_logits` stand for anchors and candidates
  matrix_view<T> anchors{};                      // (N, D)
  short_list<gradient_segment<T>> candidates{};  // one a segment, in their order
  parameter_gradient temperature{};              // by the loss's temperature, with all its factors
  parameter_gradient scale{};                    // by the objective's scale
  parameter_gradient bias{};                     // by the bias of plain_logits
  vector_view<T> candidate_bias{};               // (M)
  matrix_view<T> pair_scale{}, pair_bias{};      // (N, M)
  matrix_view<T> targets{};                      // (N, M) by each pair's target, its share of the mass included
  bool stop_gradient = false;  // rows whose gradient is left out are constants, even where the same rows have one above
};

/// The same where one matrix is anchors and candidates: `.embeddings` gets both parts of its gradient.
template <class T>
struct embedding_gradients {
  matrix_view<T> embeddings{};       // (N, D)
  parameter_gradient temperature{};  // as in `gradients`, like all that follow
  parameter_gradient scale{}, bias{};
  vector_view<T> candidate_bias{};           // (N)
  matrix_view<T> pair_scale{}, pair_bias{};  // (N, N)
  matrix_view<T> targets{};                  // (N, N)

  /// By anchors and by candidates, in one place.
  gradients<T> both_parts() const {
    gradients<T> both{.anchors = embeddings,
                      .temperature = temperature,
                      .scale = scale,
                      .bias = bias,
                      .candidate_bias = candidate_bias,
                      .pair_scale = pair_scale,
                      .pair_bias = pair_bias,
                      .targets = targets};
    if (embeddings) both.candidates = {gradient_segment<T>(embeddings)};
    return both;
  }
};

namespace detail {
template <class T>
inline constexpr bool is_part_of_call<gradients<T>> = true;
template <class T>
inline constexpr bool is_part_of_call<embedding_gradients<T>> = true;
}  // namespace detail

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
