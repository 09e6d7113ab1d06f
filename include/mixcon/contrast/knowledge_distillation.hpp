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
  /// Makes x softmax(x), shifted by its largest entry; answers log sum_j e^x_j.
  template <class wide>
  static wide make_softmax(std::vector<wide>& x) {
    wide top = x.front(), sum = 0;
    for (const wide each : x) top = each > top ? each : top;
    for (wide& each : x) sum += each = std::exp(each - top);
    for (wide& each : x) each /= sum;
    return top + std::log(sum);
  }

  /// KL of one row; adds `slope` times its gradient by student / T, if wanted.
  template <class wide, class T>
  wide of_row(const T* student, const T* teacher, index_t classes, wide slope, const vector_view<T>& add_to) const {
    const wide inverse = 1 / static_cast<wide>(temperature);
    std::vector<wide> own, target, apart;  // softmax(student / T), softmax(teacher / T), (student - teacher) / T
    for (index_t j = 0; j < classes; ++j) {
      own.push_back(static_cast<wide>(student[j]) * inverse);
      target.push_back(static_cast<wide>(teacher[j]) * inverse);
      apart.push_back((static_cast<wide>(student[j]) - static_cast<wide>(teacher[j])) * inverse);
    }
    const wide divergence_of_logs = make_softmax(own) - make_softmax(target);
    wide mean = 0, largest = 0;
    for (std::size_t j = 0; j < apart.size(); ++j) mean += target[j] * apart[j];
    for (wide& each : apart) {
      each -= mean;
      const wide size = each < 0 ? -each : each;
      if (!(size <= largest)) largest = size;
    }
    const bool is_near = largest <= 1;
    const wide divergence = is_near ? divergence_near(target, apart) : divergence_of_logs - mean;
    for (index_t j = 0; j < add_to.extent(0); ++j) {
      const auto at = static_cast<std::size_t>(j);
      const wide by_logit = is_near ? target[at] * std::expm1(apart[at] - divergence) : own[at] - target[at];
      add_to[j] += static_cast<T>(slope * by_logit);
    }
    return divergence;
  }

  /// log sum_j p_j e^d_j of differences whose mean is 0, without their first order: it keeps its digits near 0.
  template <class wide>
  static wide divergence_near(const std::vector<wide>& share, const std::vector<wide>& apart) {
    wide sum = 0;
    for (std::size_t j = 0; j < share.size(); ++j) sum += share[j] * (std::expm1(apart[j]) - apart[j]);
    return std::log1p(sum);
  }
};

}  // namespace mixcon
