// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One row of Hinton's distillation loss, exact also where both distributions nearly agree.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/number/soft.hpp>

#include <cmath>
#include <vector>

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

  /// Takes logits times `inverse`, 1 / temperature. What pads a row to whole vectors has probability 0. Of finite
  /// logits none is looked at for being -infinity.
  template <class E>
  void read(const E* student, const E* teacher, index_t classes, T inverse, bool are_finite) {
    T *own = own_.data(), *target = target_.data(), *apart = apart_.data();
    for (index_t j = 0; j < classes; ++j) {
      own[j] = static_cast<T>(student[j]) * inverse;
      target[j] = static_cast<T>(teacher[j]) * inverse;
      apart[j] = (static_cast<T>(student[j]) - static_cast<T>(teacher[j])) * inverse;
    }
    classes_ = classes;
    pad();
    is_masked_ = false;
    for (index_t j = 0; j < classes && !are_finite; ++j)
      is_masked_ = is_masked_ || is_minus_infinity(own[j]) || is_minus_infinity(target[j]);
  }
  /// KL(teacher || student) of rows with a logit above -infinity each. Afterwards `by_logit` has its gradient by the
  /// student's logits / temperature.
  T divergence() { return is_masked_ ? divergence_of_masked() : divergence_of_all(); }
  T by_logit(index_t j) const { return own_[static_cast<std::size_t>(j)]; }

 private:
  void pad() {
    for (auto j = static_cast<std::size_t>(classes_); j < own_.size(); ++j)
      own_[j] = target_[j] = minus_infinity<T>(), apart_[j] = T(0);
  }
  T divergence_of_all() {
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
  /// Where some logits are -infinity: the divergence over the classes that the teacher has, and what the student puts
  /// on others, log(1 + others / had). A class that the student lacks is none of the teacher's if its share there is 0
  /// by rounding.
  T divergence_of_masked() {
    const auto classes = static_cast<std::size_t>(classes_);
    const std::vector<T> student(own_.begin(), own_.begin() + classes_);
    for (std::size_t j = 0; j < classes; ++j)
      if (is_nan(own_[j]) || is_nan(target_[j])) {
        const T nan = own_[j] + target_[j];
        own_.assign(own_.size(), nan);
        return nan;
      }
    const T of_teacher = log_sum({target_.begin(), target_.begin() + classes_});
    std::vector<std::size_t> had;
    std::vector<T> of_had, of_others;
    for (std::size_t j = 0; j < classes; ++j) {
      const bool has =
          is_minus_infinity(student[j]) ? std::exp(target_[j] - of_teacher) > 0 : !is_minus_infinity(target_[j]);
      (has ? of_had : of_others).push_back(student[j]);
      if (!has) continue;
      own_[had.size()] = own_[j], target_[had.size()] = target_[j], apart_[had.size()] = apart_[j];
      had.push_back(j);
    }
    const T log_had = log_sum(of_had), log_others = log_sum(of_others), log_all = log_add_exp(log_had, log_others);
    classes_ = static_cast<index_t>(had.size());
    pad();
    T value = -minus_infinity<T>();
    bool is_short = false;  // of a class that the teacher has
    for (const T x : of_had) is_short = is_short || is_minus_infinity(x);
    if (is_short)
      make_softmax(target_);
    else
      value = divergence_of_all() + softplus(log_others - log_had);
    const T lost = sigmoid(log_others - log_had);
    std::vector<T> slope(classes);
    for (std::size_t j = 0; j < classes; ++j) slope[j] = std::exp(student[j] - log_all);
    for (std::size_t k = 0; k < had.size(); ++k)
      slope[had[k]] = is_short ? slope[had[k]] - target_[k] : own_[k] - (own_[k] + target_[k]) * lost;
    for (std::size_t j = 0; j < classes; ++j) own_[j] = slope[j];
    return value;
  }
  static T log_sum(const std::vector<T>& x) {
    T top = minus_infinity<T>(), sum = 0;
    for (const T entry : x) top = entry <= top ? top : entry;
    for (const T entry : x) sum += std::exp(entry - origin_of(top));
    return is_minus_infinity(top) ? top : top + std::log(sum);
  }
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
  bool is_masked_ = false;
  std::vector<T> own_, target_, apart_;  // student / T, teacher / T and what they become; (student - teacher) / T
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
