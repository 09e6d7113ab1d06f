// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/aligned_calls.hpp>
#include <mixcon/core/ordered_sum.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// e^x - 1 - x for |x| <= 1, by Taylor's series: every digit near 0.
template <class V>
V exp_less_tangent(const V& x) {
  using T = scalar_of<V>;
  V sum(1);
  for (int n = 20; n > 2; --n) sum = V(1) + sum * x * V(T(1) / static_cast<T>(n));  // 1 / 21! is below every eps
  return sum * x * x * V(T(0.5));
}

/// One row of Hinton's loss, on V: one number, or lanes of numbers.
template <class V>
class softened_row {
 public:
  using T = scalar_of<V>;

  explicit softened_row(index_t pitch)
      : pitch_(pitch), own_(static_cast<std::size_t>(pitch)), target_(own_), apart_(own_) {}

  /// Takes logits times `inverse`, 1 / temperature. What pads a row to whole vectors has probability 0.
  template <class E>
  void read(const E* student, const E* teacher, index_t classes, T inverse) {
    classes_ = classes;
    T *own = own_.data(), *target = target_.data(), *apart = apart_.data();
    for (index_t j = 0; j < classes; ++j) {
      own[j] = static_cast<T>(student[j]) * inverse;
      target[j] = static_cast<T>(teacher[j]) * inverse;
      apart[j] = (static_cast<T>(student[j]) - static_cast<T>(teacher[j])) * inverse;
    }
    for (index_t j = classes; j < pitch_; ++j) own[j] = target[j] = minus_infinity<T>(), apart[j] = T(0);
  }

  /// KL(teacher || student). Afterwards `by_logit` has its gradient by the student's logits / temperature.
  T divergence() {
    const T of_target = make_softmax(target_);
    V sum(0), largest(0);
    each([&](index_t j) { sum += at(target_, j) * at(apart_, j); });
    const T mean = sum_of_lanes(sum);
    for (index_t j = classes_; j < pitch_; ++j) apart_[static_cast<std::size_t>(j)] = mean;
    each([&](index_t j) {
      const V apart = at(apart_, j) - V(mean), size = choose(apart < V(0), -apart, apart);
      largest = choose(size <= largest, largest, size);
      put(apart_, j, apart);
    });
    for (int k = 0; k < lane_count<V>(); ++k)
      if (!(lane_of(largest, k) <= 1)) return divergence_of_logs(of_target + mean);
    return divergence_nearby();
  }
  T by_logit(index_t j) const { return own_[static_cast<std::size_t>(j)]; }

 private:
  T divergence_of_logs(T subtracted) {
    const T value = make_softmax(own_) - subtracted;
    each([&](index_t j) { put(own_, j, at(own_, j) - at(target_, j)); });
    return value;
  }
  /// log sum_j p_j e^d_j of differences whose mean is 0, without their first order: it keeps its digits near 0.
  T divergence_nearby() {
    V sum(0);
    each([&](index_t j) {
      const V above = exp_less_tangent(at(apart_, j));
      sum += at(target_, j) * above;
      put(own_, j, above + at(apart_, j));
    });
    const T value = std::log1p(sum_of_lanes(sum));
    const V down(std::exp(-value)), less(std::expm1(-value));  // e^(d - value) - 1 = (e^d - 1) down + less
    each([&](index_t j) { put(own_, j, at(target_, j) * (at(own_, j) * down + less)); });
    return value;
  }
  /// Makes x softmax(x), shifted by its largest entry; answers log sum_j e^x_j.
  T make_softmax(std::vector<T>& x) {
    V tops = at(x, 0), sum(0);
    each([&](index_t j) { tops = choose(tops < at(x, j), at(x, j), tops); });
    T top = lane_of(tops, 0);
    for (int k = 1; k < lane_count<V>(); ++k) top = lane_of(tops, k) > top ? lane_of(tops, k) : top;
    each([&](index_t j) {
      const V e = exp_of(at(x, j) - V(top));
      sum += e;
      put(x, j, e);
    });
    const T total = sum_of_lanes(sum);
    const V share(1 / total);
    each([&](index_t j) { put(x, j, at(x, j) * share); });
    return top + std::log(total);
  }

  template <class Visit>
  void each(Visit&& visit) const {
    for (index_t j = 0; j < pitch_; j += lane_count<V>()) visit(j);
  }
  static V at(const std::vector<T>& x, index_t j) { return load_as<V>(x.data() + j); }
  static void put(std::vector<T>& x, index_t j, const V& entry) { store_as<V>(x.data() + j, entry); }
  static T lane_of(const V& x, int k) {
    using mixcon::lane;
    return lane(x, k);
  }
  index_t pitch_, classes_ = 0;
  std::vector<T> own_, target_, apart_;  // student / T, teacher / T and what they become; (student - teacher) / T
};

}  // namespace detail

/// Hinton's knowledge distillation: the student's softened class probabilities are to be the teacher's.
///
///   loss = T^2 / N sum_i KL( softmax(teacher_i / T) || softmax(student_i / T) ),   T = temperature
///
/// Called with logits (N, C): `value_and_grad(executor, knowledge_distillation{}, student, teacher, {.first})`. The
/// teacher is a constant and has no gradient. Never negative; exact near 0, where both agree up to a constant a row.
/// Source: Hinton et al. 2015, arXiv:1503.02531, section 2.
struct knowledge_distillation {
  double temperature = 4;  // > 0; larger is softer
  static constexpr const char* name = "knowledge_distillation";
  static constexpr bool is_of_aligned_rows = true;

  void check() const {
    MIXCON_REQUIRE(temperature > 0 && temperature - temperature == 0, "knowledge_distillation: temperature is ",
                   temperature, "; expected a finite number > 0, as 4");
  }

  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& logits, double upstream,
                          const aligned_gradients<T>& wanted) const {
    using wide = detail::wide_t<T>;
    MIXCON_REQUIRE(!wanted.second,
                   "knowledge_distillation: a gradient by the teacher is asked for; it is a constant of this loss");
    constexpr index_t at_once = 32;
    const index_t count = logits.count();
    std::vector<wide> divergence(static_cast<std::size_t>(count));
    const wide slope = static_cast<wide>(upstream * temperature) / static_cast<wide>(count);
    detail::for_each_row(executor, (count + at_once - 1) / at_once, [&](index_t block, const auto& how) {
      using vector = typename std::decay_t<decltype(how)>::template vector<wide>;
      detail::softened_row<vector> row(logits.first().pitch());
      for (index_t i = block * at_once; i < count && i < (block + 1) * at_once; ++i) {
        row.read(logits.first().row(i), logits.second().row(i), logits.width(), 1 / static_cast<wide>(temperature));
        divergence[static_cast<std::size_t>(i)] = row.divergence();
        for (index_t j = 0; j < wanted.first.extent(1); ++j)
          wanted.first(i, j) += static_cast<T>(slope * row.by_logit(j));
      }
    });
    detail::ordered_sum<wide> sum;
    for (const wide x : divergence) sum.add(x);
    const wide factor = static_cast<wide>(temperature) * static_cast<wide>(temperature);
    return {static_cast<T>(factor * sum.value() / static_cast<wide>(count)), count};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
