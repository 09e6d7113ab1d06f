// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One formula over a kind of similarity, for every type of rows, on this process and over all.

#include "executor.hpp"
#include "fields.hpp"
#include "formula_list.hpp"

#include <mixcon/losses/all_losses.hpp>

namespace mixcon_python {

/// A distance, or its square, chosen at run time.
struct any_distance {
  rows anchors = rows::as_given, candidates = rows::as_given;
  bool is_squared = false;

  static constexpr bool linear = false;
  constexpr rows anchor_rows() const { return anchors; }
  constexpr rows candidate_rows() const { return candidates; }
  template <class T>
  T value(const T& dot, const T& aa, const T& cc) const {
    return is_squared ? squared_.value(dot, aa, cc) : plain_.value(dot, aa, cc);
  }
  template <class T>
  similarity_slopes<T> slopes(const T& dot, const T& aa, const T& cc) const {
    return is_squared ? squared_.slopes(dot, aa, cc) : plain_.slopes(dot, aa, cc);
  }
  template <class T>
  T of_distance(const T& distance) const {
    return is_squared ? squared_.of_distance(distance) : plain_.of_distance(distance);
  }
  template <class T>
  T slope_by_distance(const T& distance) const {
    return is_squared ? squared_.slope_by_distance(distance) : plain_.slope_by_distance(distance);
  }

 private:
  static constexpr negative_distance plain_{};
  static constexpr negative_squared_distance squared_{};
};

template <class Similarity>
Similarity similarity_of(const any_settings& settings) {
  Similarity made{};
  made.anchors = settings.anchor_rows, made.candidates = settings.candidate_rows;
  if constexpr (requires { made.is_squared; })
    made.is_squared = settings.similarity == likeness::negative_squared_distance;
  return made;
}

/// The objective that the settings describe.
template <class Loss, class Similarity>
auto objective_of(const any_settings& settings) {
  objective made{loss_of<Loss>(settings.fields), similarity_of<Similarity>(settings), plain_logits{settings.bias}};
  made.scale = settings.scale;
  made.reduce = settings.reduce;
  made.weights = settings.weights;
  made.without_positive = settings.without_positive;
  made.direction = settings.direction;
  made.check_finite = settings.check_finite;
  return made;
}

/// Which gradients are wanted of a call over pairs.
template <class T>
gradients<T> gradients_of(const request& call, answer& to) {
  gradients<T> wanted;
  wanted.stop_gradient = call.stop_gradient;
  if (call.by_targets) wanted.targets = view_of<T, 2>(call.by_targets);
  if (call.wants_parameters) wanted.temperature = &to.by_temperature, wanted.scale = &to.by_scale;
  if (call.wants_bias) wanted.bias = &to.by_bias;
  return wanted;
}

/// Candidates of their own that are the anchors, or segments.
template <class E>
candidate_segments<E> candidates_of(const request& call) {
  candidate_segments<E> made;
  if (call.arrays.size() == 1) return made.add(view_of<const E, 2>(call.arrays[0]));
  for (std::size_t k = 1; k < call.arrays.size(); ++k) {
    const any_array& given = call.arrays[k];
    const int segment = static_cast<int>(k) - 1;
    candidate_segment<E> part{
        given.rank == 3 ? view_of<const E, 3>(given) : detail::as_rank_3(view_of<const E, 2>(given)),
        segment == call.own_segment};
    if (!call.forms.empty()) part.form = call.forms.at(k - 1);
    made.each.push_back(part);
  }
  return made;
}

template <class Loss, class Similarity, class E, class Executor>
answer run_over_pairs(const Executor& engine, const request& call) {
  using T = accumulate_t<E>;
  answer to;
  const auto objective = objective_of<Loss, Similarity>(*call.settings);
  const auto anchors = view_of<const E, 2>(call.arrays[0]);
  const candidate_segments<E> candidates = candidates_of<E>(call);
  loss_result<T> found;
  if (wants_gradients(call)) {
    gradients<T> wanted = gradients_of<T>(call, to);
    if (call.gradients.at(0)) wanted.anchors = view_of<T, 2>(call.gradients[0]);
    if (call.arrays.size() == 1) {
      if (wanted.anchors) wanted.candidates = {gradient_segment<T>(wanted.anchors)};
    } else {
      for (std::size_t k = 1; k < call.arrays.size(); ++k) {
        const any_array& given = call.gradients.at(k);
        wanted.candidates.push_back(!given            ? gradient_segment<T>()
                                    : given.rank == 3 ? gradient_segment<T>(view_of<T, 3>(given))
                                                      : gradient_segment<T>(view_of<T, 2>(given)));
      }
    }
    found = value_and_grad(engine, objective, *call.targets, anchors, candidates, wanted);
  } else {
    saved_statistics<std::remove_const_t<decltype(objective)>, T> saved;
    found = forward(engine, objective, *call.targets, anchors, candidates, saved);
  }
  to.value = static_cast<double>(found.value), to.anchors_used = found.anchors_used;
  return to;
}

template <class Loss, class Similarity>
answer run_formula(const request& call) {
  return on_executor(call, []<class E>(const auto& executor, const request& c) {
    return run_over_pairs<Loss, Similarity, E>(executor, c);
  });
}

template <int Position, class Similarity, class... Loss>
runner made_runner(const pack<Loss...>*) {
  static_assert(sizeof...(Loss) <= most_formulas, "raise most_formulas, and the number in CMakeLists.txt");
  if constexpr (Position < static_cast<int>(sizeof...(Loss))) {
    using found = std::remove_cvref_t<decltype(get<Position>(std::declval<pack<Loss...>>()))>;
    // A paired loss that is a formula too is called as what it is.
    if constexpr (shape_of_loss<found>() == loss_shape::formula) return &run_formula<found, Similarity>;
  }
  return nullptr;
}

}  // namespace mixcon_python
