// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How a similarity becomes a logit beyond the temperature: offsets for all pairs, for each candidate or for each pair.

#include <mixcon/contrast/candidate_lanes.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// Logits are  scale * factor(a, c) * similarity(a, c) + offset(a, c),  scale = objective.scale / loss.temperature.
// With an anchor's own candidate they are  scale * similarity + own_offset: what is said per candidate or per pair is
// said of the shared ones.

/// The usual logits: factor 1, one offset for all pairs (SigLIP's bias).
struct plain_logits {
  double bias = 0;                            // finite, added to every logit
  static constexpr bool is_symmetric = true;  // does not tell pair (i, j) from (j, i)

  void(check)() const {
    MIXCON_REQUIRE(bias - bias == 0, "objective: the logits' bias is ", bias, "; expected a finite number");
  }
  template <class T>
  MIXCON_HD T factor(index_t, index_t) const {
    return T(1);
  }
  template <class T>
  MIXCON_HD T offset(index_t, index_t) const {
    return T(bias);
  }
  MIXCON_HD double own_offset() const { return bias; }
};

/// One offset per candidate, (M): class biases, log-frequencies, log-weights; -infinity hides a negative. The view must
/// outlive the calls.
template <class E>
struct candidate_bias {
  vector_view<const E> bias;             // (M)
  static constexpr int field_count = 1;  // which a constructor hides from reflection

  template <Viewable<1> Tensor>
  explicit candidate_bias(Tensor& biases) : bias(mixcon::view<1>(biases)) {}
  void(check)(index_t, index_t candidates) const {
    MIXCON_REQUIRE(bias.extent(0) == candidates, "objective: candidate_bias has ", bias.extent(0), " entries for ",
                   candidates, " candidates; expected one each");
  }
  template <class F>
  void each_view(F&& f) {
    f(bias);
  }
  template <class T>
  MIXCON_HD T factor(index_t, index_t) const {
    return T(1);
  }
  template <class T>
  MIXCON_HD T offset(index_t, index_t candidate) const {
    return detail::entries_on<T>(bias, candidate);
  }
  MIXCON_HD double own_offset() const { return 0; }
};
template <class Tensor>
candidate_bias(Tensor&) -> candidate_bias<element_t<Tensor>>;

/// A factor and an offset per pair, (N, M) each: the dense softmax family, or a mask of biases 0
/// and -infinity, which hides negatives. A given logit of -infinity does so whatever its factor. The views must outlive
/// the calls.
template <class E>
struct pair_logits {
  matrix_view<const E> scale, bias;      // (N, M) each
  static constexpr int field_count = 2;  // which a constructor hides from reflection

  template <Viewable<2> Scale, Viewable<2> Bias>
  pair_logits(Scale& scales, Bias& biases) : scale(mixcon::view<2>(scales)), bias(mixcon::view<2>(biases)) {}
  void(check)(index_t anchors, index_t candidates) const {
    const axes<2> expected{anchors, candidates};
    MIXCON_REQUIRE(scale.extents() == expected && bias.extents() == expected, "objective: pair_logits has scales ",
                   scale.extents(), " and biases ", bias.extents(), " for ", expected,
                   " (anchors, candidates); all three must match");
  }
  template <class F>
  void each_view(F&& f) {
    f(scale), f(bias);
  }
  template <class T>
  MIXCON_HD T factor(index_t anchor, index_t candidate) const {
    return detail::entries_on<T>(scale, anchor, candidate);
  }
  template <class T>
  MIXCON_HD T offset(index_t anchor, index_t candidate) const {
    return detail::entries_on<T>(bias, anchor, candidate);
  }
  MIXCON_HD double own_offset() const { return 0; }
};
template <class Scale, class Bias>
pair_logits(Scale&, Bias&) -> pair_logits<element_t<Scale>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
