// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One row of Hinton's distillation loss, exact also where both distributions nearly agree.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/number/soft.hpp>
#include <mixcon/core/number/wide_loops.hpp>
#include <mixcon/core/workspace.hpp>

#include <cmath>
#include <cstddef>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// e^x - 1 - x for |x| <= 1, by Taylor's series, near 0 too: to the last digit of `Read`, and of float a few more.
template <class Read, class V>
MIXCON_IN_LOOPS V exp_less_tangent(const V& x) {
  using T = scalar_of<V>;
  constexpr int last = sizeof(Read) <= sizeof(float) ? 13 : 20;  // 2 / 14! is 2e-11; 1 / 21! is below every eps
  V sum(1);
  for (int n = last; n > 2; --n) sum = V(1) + sum * x * V(T(1) / static_cast<T>(n));
  return sum * x * x * V(T(0.5));
}

/// One row of Hinton's loss in T, of logits in `Read`, on the lanes of `How`, what the executor hands to each row's
/// task.
template <class Read, class T, class How>
class softened_row {
 public:
  softened_row(const How& how, index_t pitch, workspace* memory = nullptr)
      : how_(how),
        pitch_(pitch),
        memory_(memory),
        rows_(scratch<T>::unset(memory, static_cast<std::size_t>(3 * pitch))),
        own_(rows_.data()),
        target_(own_ + pitch),
        apart_(target_ + pitch) {}
  softened_row(const softened_row&) = delete;
  softened_row& operator=(const softened_row&) = delete;
  ~softened_row() = default;
  /// What one takes of a workspace, if no logit is -infinity.
  static std::size_t bytes_of_rows(index_t pitch) { return static_cast<std::size_t>(3 * pitch) * sizeof(T); }

  /// Takes logits times `inverse`, 1 / temperature. What pads a row to whole vectors has probability 0. Of finite
  /// logits none is looked at for being -infinity.
  template <class E>
  void read(const E* student, const E* teacher, index_t classes, T inverse, bool are_finite) {
    vectors::for_each_wide<E>(classes, [=, this](index_t j, auto as) MIXCON_IN_LOOPS {
      using W = decltype(as);
      const W own = vectors::load_wide<W>(student + j), target = vectors::load_wide<W>(teacher + j), times(inverse);
      store_as<W>(own_ + j, own * times);
      store_as<W>(target_ + j, target * times);
      store_as<W>(apart_ + j, (own - target) * times);
    });
    classes_ = classes;
    pad();
    is_masked_ = false;
    for (index_t j = 0; j < classes && !are_finite; ++j)
      is_masked_ = is_masked_ || is_minus_infinity(own_[j]) || is_minus_infinity(target_[j]);
  }
  /// KL(teacher || student) of rows with a logit above -infinity each. Afterwards `put_gradient` has its gradient by
  /// the student's logits / temperature.
  T divergence() { return is_masked_ ? divergence_of_masked() : divergence_of_all(); }
  /// to[j stride] += slope times that gradient; with `sets`, what stands there does not count.
  template <class E>
  void put_gradient(bool sets, T slope, E* to, index_t stride, index_t classes) const {
    vectors::put_wide_terms(sets, to, stride, classes, [=, this](index_t j, auto as) MIXCON_IN_LOOPS {
      return decltype(as)(slope) * load_as<decltype(as)>(own_ + j);
    });
  }

 private:
  void pad() {
    for (index_t j = classes_; j < pitch_; ++j) own_[j] = target_[j] = minus_infinity<T>(), apart_[j] = T(0);
  }
  T divergence_of_all() {
    T value = 0;
    vectors::run_on_lanes(how_, [&](const auto& on) MIXCON_IN_LOOPS {
      using V = typename std::decay_t<decltype(on)>::template vector<T>;
      const T of_target = make_softmax<V>(target_);
      V sum(0), largest(0);
      for (index_t j = 0; j < pitch_; j += lane_count<V>()) sum += load_as<V>(target_ + j) * load_as<V>(apart_ + j);
      const T mean = sum_of_lanes(sum);
      for (index_t j = classes_; j < pitch_; ++j) apart_[j] = mean;
      for (index_t j = 0; j < pitch_; j += lane_count<V>()) {
        const V apart = load_as<V>(apart_ + j) - V(mean), size = choose(apart < V(0), -apart, apart);
        largest = choose(size <= largest, largest, size);
        store_as<V>(apart_ + j, apart);
      }
      bool is_near = true;
      for (int k = 0; k < lane_count<V>(); ++k) is_near = is_near && lane_of(largest, k) <= 1;
      value = is_near ? divergence_nearby<V>() : divergence_of_logs<V>(of_target + mean);
    });
    return value;
  }
  /// Where some logits are -infinity: the divergence over the classes that the teacher has, and what the student puts
  /// on others, log(1 + others / had). A class that the student lacks is none of the teacher's if its share there is 0
  /// by rounding.
  T divergence_of_masked() {
    const index_t classes = classes_;
    for (index_t j = 0; j < classes; ++j)
      if (is_nan(own_[j]) || is_nan(target_[j])) {
        const T nan = own_[j] + target_[j];
        for (index_t k = 0; k < pitch_; ++k) own_[k] = nan;
        return nan;
      }
    scratch<T> student(memory_), of_had(memory_), of_others(memory_);
    for (index_t j = 0; j < classes; ++j) student.push_back(own_[j]);
    const T of_teacher = log_sum(target_, classes);
    scratch<index_t> had(memory_);
    for (index_t j = 0; j < classes; ++j) {
      const T logit = own_[j];
      const bool has =
          is_minus_infinity(logit) ? std::exp(target_[j] - of_teacher) > 0 : !is_minus_infinity(target_[j]);
      (has ? of_had : of_others).push_back(logit);
      if (!has) continue;
      const std::size_t to = had.size();
      own_[to] = own_[j], target_[to] = target_[j], apart_[to] = apart_[j];
      had.push_back(j);
    }
    const auto of = [](const scratch<T>& x) { return log_sum(x.data(), static_cast<index_t>(x.size())); };
    const T log_had = of(of_had), log_others = of(of_others), log_all = log_add_exp(log_had, log_others);
    classes_ = static_cast<index_t>(had.size());
    pad();
    T value = -minus_infinity<T>();
    bool is_short = false;  // of a class that the teacher has
    for (const T x : of_had) is_short = is_short || is_minus_infinity(x);
    if (is_short)
      make_softmax<T>(target_);
    else
      value = divergence_of_all() + softplus(log_others - log_had);
    const T lost = sigmoid(log_others - log_had);
    for (T& x : student) x = std::exp(x - log_all);  // the slope of a class that the teacher lacks
    for (std::size_t k = 0; k < had.size(); ++k) {
      T& slope = student[static_cast<std::size_t>(had[k])];
      slope = is_short ? slope - target_[k] : own_[k] - (own_[k] + target_[k]) * lost;
    }
    for (index_t j = 0; j < classes; ++j) own_[j] = student[static_cast<std::size_t>(j)];
    return value;
  }
  static T log_sum(const T* x, index_t count) {
    T top = minus_infinity<T>(), sum = 0;
    for (index_t j = 0; j < count; ++j) top = x[j] <= top ? top : x[j];
    for (index_t j = 0; j < count; ++j) sum += std::exp(x[j] - origin_of(top));
    return is_minus_infinity(top) ? top : top + std::log(sum);
  }
  template <class V>
  MIXCON_IN_LOOPS T divergence_of_logs(T subtracted) {
    const T value = make_softmax<V>(own_) - subtracted;
    for (index_t j = 0; j < pitch_; j += lane_count<V>())
      store_as<V>(own_ + j, load_as<V>(own_ + j) - load_as<V>(target_ + j));
    return value;
  }
  /// log sum_j p_j e^d_j of differences whose mean is 0, without their first order: it keeps its digits near 0.
  template <class V>
  MIXCON_IN_LOOPS T divergence_nearby() {
    V sum(0);
    for (index_t j = 0; j < pitch_; j += lane_count<V>()) {
      const V apart = load_as<V>(apart_ + j), above = exp_less_tangent<Read>(apart);
      sum += load_as<V>(target_ + j) * above;
      store_as<V>(own_ + j, above + apart);
    }
    const T value = std::log1p(sum_of_lanes(sum));
    const V down(std::exp(-value)), less(std::expm1(-value));  // e^(d - value) - 1 = (e^d - 1) down + less
    for (index_t j = 0; j < pitch_; j += lane_count<V>())
      store_as<V>(own_ + j, load_as<V>(target_ + j) * (load_as<V>(own_ + j) * down + less));
    return value;
  }
  /// Makes x softmax(x), shifted by its largest entry; answers log sum_j e^x_j.
  template <class V>
  MIXCON_IN_LOOPS T make_softmax(T* x) {
    V tops = load_as<V>(x), sum(0);
    for (index_t j = 0; j < pitch_; j += lane_count<V>()) {
      const V entry = load_as<V>(x + j);
      tops = choose(tops < entry, entry, tops);
    }
    T top = lane_of(tops, 0);
    for (int k = 1; k < lane_count<V>(); ++k) top = lane_of(tops, k) > top ? lane_of(tops, k) : top;
    for (index_t j = 0; j < pitch_; j += lane_count<V>()) {
      const V e = exp_of(load_as<V>(x + j) - V(top));
      sum += e;
      store_as<V>(x + j, e);
    }
    const T total = sum_of_lanes(sum);
    const V share(1 / total);
    for (index_t j = 0; j < pitch_; j += lane_count<V>()) store_as<V>(x + j, load_as<V>(x + j) * share);
    return top + std::log(total);
  }
  template <class V>
  MIXCON_IN_LOOPS static T lane_of(const V& x, int k) {
    using mixcon::lane;
    return lane(x, k);
  }

  How how_;
  index_t pitch_, classes_ = 0;
  bool is_masked_ = false;
  workspace* memory_;
  scratch<T> rows_;            // the three, one after the other
  T *own_, *target_, *apart_;  // student / T, teacher / T and what they become; (student - teacher) / T
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
