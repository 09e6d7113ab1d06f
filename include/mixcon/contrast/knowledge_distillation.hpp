// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/aligned_calls.hpp>
#include <mixcon/core/ordered_sum.hpp>

#include <cmath>

namespace mixcon {

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
    std::vector<wide> divergence(static_cast<std::size_t>(logits.count()));
    const wide slope = static_cast<wide>(upstream * temperature) / static_cast<wide>(logits.count());
    detail::share_out(executor, logits.count(), [&](index_t i) {
      vector_view<T> gradient;
      if (wanted.first) gradient = {&wanted.first(i, 0), {logits.width()}, {wanted.first.stride(1)}};
      divergence[static_cast<std::size_t>(i)] =
          of_row<wide>(logits.first().row(i), logits.second().row(i), logits.width(), slope, gradient);
    });
    detail::ordered_sum<wide> sum;
    for (const wide x : divergence) sum.add(x);
    const wide factor = static_cast<wide>(temperature) * static_cast<wide>(temperature);
    return {static_cast<T>(factor * sum.value() / static_cast<wide>(logits.count())), logits.count()};
  }

 private:
  /// log sum_j e^x(j), shifted by its largest term.
  template <class wide, class X>
  static wide log_partition(index_t count, const X& x) {
    wide top = x(0), sum = 0;
    for (index_t j = 1; j < count; ++j) top = x(j) > top ? x(j) : top;
    for (index_t j = 0; j < count; ++j) sum += std::exp(x(j) - top);
    return top + std::log(sum);
  }

  /// KL of one row; adds `slope` times its gradient by student / T, if wanted.
  template <class wide, class T>
  wide of_row(const T* student, const T* teacher, index_t classes, wide slope, const vector_view<T>& add_to) const {
    const auto t = static_cast<wide>(temperature);
    const auto at = [t](const T* row, index_t j) { return static_cast<wide>(row[j]) / t; };
    const wide of_teacher = log_partition<wide>(classes, [&](index_t j) { return at(teacher, j); });
    const auto share = [&](index_t j) { return std::exp(at(teacher, j) - of_teacher); };
    const auto apart = [&](index_t j) { return (static_cast<wide>(student[j]) - static_cast<wide>(teacher[j])) / t; };
    wide mean = 0, second_order = 0, largest = 0;
    for (index_t j = 0; j < classes; ++j) mean += share(j) * apart(j);
    // KL = log sum_j p_j e^(apart_j - mean); where the differences are small, without their first order, which is 0
    for (index_t j = 0; j < classes; ++j) {
      const wide d = apart(j) - mean, size = d < 0 ? -d : d;
      if (!(size <= largest)) largest = size;
      if (size <= 1) second_order += share(j) * (std::expm1(d) - d);
    }
    const bool is_near = largest <= 1;
    const wide of_student = log_partition<wide>(classes, [&](index_t j) { return at(student, j); });
    const wide divergence = is_near ? std::log1p(second_order) : of_student - of_teacher - mean;
    for (index_t j = 0; j < add_to.extent(0); ++j) {
      const wide near = share(j) * std::expm1(apart(j) - mean - divergence);
      const wide by_logit = is_near ? near : std::exp(at(student, j) - of_student) - share(j);
      add_to[j] += static_cast<T>(slope * by_logit);
    }
    return divergence;
  }
};

}  // namespace mixcon
