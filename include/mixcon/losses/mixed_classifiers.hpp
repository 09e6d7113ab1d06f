// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixed images under mixed classifiers, as products of features and mixed weights, and their gradients: one of the ways
// in which infinite_class_mixup is computed.

#include <mixcon/contrast/result.hpp>
#include <mixcon/core/number/length.hpp>
#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/number/real.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/gradients.hpp>
#include <mixcon/engine/paired/column_products.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <cstddef>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which gradients of a classifier's loss are wanted: by the features (N, D), the weights (K, D) and the bias (K).
/// Default-made ones are not.
template <class T>
struct classifier_gradients {
  matrix_view<T> features{}, weight{};
  vector_view<T> bias{};
};

namespace detail {

template <class T>
inline constexpr bool is_part_of_call<classifier_gradients<T>> = true;

/// Features of mixed images, and the classifiers w_j = lambda_j W[own_j] + (1 - lambda_j) W[partner_j] of each, with
/// biases b_j alike. The logits M_ij = <x_i, w_j> + b_j are products of rows in two ways; `evaluate(anchors,
/// candidates, bias, gradients)` computes a loss of either, and both bring its gradients back: they set `wanted`.
/// Inputs of two bytes are read where they lie, in the type T that they are computed in.
template <class E>
struct mixed_classifiers {
  using T = accumulate_t<E>;
  const pair_targets& targets;
  matrix_view<const E> features, weight;
  vector_view<const E> bias;
  const classifier_gradients<T>& wanted;
  in_workspace memory = in_workspace::none();

  index_t samples() const { return features.extent(0); }
  index_t width() const { return features.extent(1); }
  index_t own(index_t j) const { return targets.own[static_cast<std::size_t>(j)]; }
  index_t partner(index_t j) const { return targets.partner[static_cast<std::size_t>(j)]; }
  T share(index_t j) const { return static_cast<T>(targets.lambda[static_cast<std::size_t>(j)]); }
  T bias_of(index_t c) const { return static_cast<T>(bias[c]); }

  /// The features side by side, as they are computed with.
  padded_matrix<T> packed_features() const {
    if constexpr (std::is_same_v<E, T>) {
      return padded_copy(features, memory.memory);
    } else {
      padded_matrix<T> rows{samples(), width(), memory.memory};
      for (index_t i = 0; i < samples(); ++i)
        for (index_t k = 0; k < width(); ++k) rows.row(i)[k] = static_cast<T>(features(i, k));
      return rows;
    }
  }
  /// The weights of some classes, likewise.
  padded_matrix<T> packed_weights(const scratch<index_t>& of_classes) const {
    padded_matrix<T> rows{static_cast<index_t>(of_classes.size()), width(), memory.memory};
    for (index_t c = 0; c < rows.rows; ++c)
      for (index_t k = 0; k < width(); ++k)
        rows.row(c)[k] = static_cast<T>(weight(of_classes[static_cast<std::size_t>(c)], k));
    return rows;
  }

  void(clear)() const {
    for (index_t c = 0; c < weight.extent(0); ++c) {
      for (index_t k = 0; wanted.weight && k < width(); ++k) wanted.weight(c, k) = T(0);
      if (wanted.bias) wanted.bias[c] = T(0);
    }
  }
};

/// share * a + (1 - share) * b; what has no share does not count, were it infinite.
template <class T>
T mixed_of(T share, T a, T b) {
  if (share == 1) return a;
  return share == 0 ? b : share * a + (1 - share) * b;
}

/// Rows of width D: features against mixed weights, (N, D) each. A classifier of a class whose bias is -infinity is
/// nobody's: the loss is infinite, and the gradients are those of a bias low enough for its probability to be 0.
template <class E, class Evaluate, class T = accumulate_t<E>>
loss_result<T> by_mixed_weights(const mixed_classifiers<E>& of, Evaluate&& evaluate) {
  const index_t samples = of.samples(), width = of.width();
  auto weight = scratch<T>::unset(of.memory.memory, static_cast<std::size_t>(samples * width));
  auto bias = scratch<T>::unset(of.memory.memory, static_cast<std::size_t>(samples));
  bool is_infinite = false;
  for (index_t j = 0; j < samples; ++j) {
    const T own = of.share(j), other = 1 - own;
    T* const to = weight.data() + j * width;
    const E *const first = &of.weight(of.own(j), 0), *const second = &of.weight(of.partner(j), 0);
    const index_t step = of.weight.stride(1);
    if (own == 1 || own == 0)  // what has no share does not count, were it infinite
      for (index_t k = 0; k < width; ++k) to[k] = static_cast<T>((own == 1 ? first : second)[k * step]);
    else
      for (index_t k = 0; k < width; ++k)
        to[k] = own * static_cast<T>(first[k * step]) + other * static_cast<T>(second[k * step]);
    const T mixed = mixed_of(own, of.bias_of(of.own(j)), of.bias_of(of.partner(j)));
    is_infinite = is_infinite || is_minus_infinity(mixed);
    // over pairs nothing would be seen of -infinity
    bias[static_cast<std::size_t>(j)] = is_minus_infinity(mixed) ? T(-1e30) : mixed;
  }
  scratch<T> by_weight(of.memory.memory, of.wanted.weight ? weight.size() : 0),
      by_bias(of.memory.memory, of.wanted.bias ? bias.size() : 0);
  const matrix_view<T> slopes{by_weight.data(), {of.wanted.weight ? samples : 0, width}};
  gradients<T> inner;
  inner.anchors = of.wanted.features;
  if (of.wanted.weight) inner.candidates = {slopes};
  if (of.wanted.bias) inner.candidate_bias = mixcon::view(by_bias);
  const matrix_view<const T> mixed_weights{weight.data(), {samples, width}};
  auto result = [&]() -> loss_result<T> {
    if constexpr (std::is_same_v<E, T>) {
      return evaluate(of.features, mixed_weights, bias, inner);
    } else {  // beside weights that are mixed in T
      padded_matrix<T> features = of.packed_features();
      return evaluate(matrix_view<const T>{padded_view(features)}, mixed_weights, bias, inner);
    }
  }();
  if (is_infinite && !is_nan(result.value)) result.value = -minus_infinity<T>();
  (of.clear)();
  for (index_t j = 0; j < samples; ++j) {
    const T own = of.share(j), other = 1 - own;
    for (index_t k = 0; of.wanted.weight && k < width; ++k) {
      of.wanted.weight(of.own(j), k) += own * slopes(j, k);
      of.wanted.weight(of.partner(j), k) += other * slopes(j, k);
    }
    if (!of.wanted.bias) continue;
    of.wanted.bias[of.own(j)] += own * by_bias[static_cast<std::size_t>(j)];
    of.wanted.bias[of.partner(j)] += other * by_bias[static_cast<std::size_t>(j)];
  }
  return result;
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
