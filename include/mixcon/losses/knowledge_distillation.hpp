// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Hinton's knowledge distillation: pulls the student's softened class probabilities to the teacher's.

#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>
#include <mixcon/engine/paired/softened_row.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Hinton's knowledge distillation: the student's softened class probabilities are to be the teacher's.
///
///   loss = T^2 / N sum_i KL( softmax(teacher_i / T) || softmax(student_i / T) ),   T = temperature
///
/// Called with logits (N, C): `value_and_grad(executor, knowledge_distillation{}, student, teacher, {.first})`. The
/// teacher is a constant and has no gradient. Never negative; exact near 0, where both agree up to a constant a row. A
/// logit of -infinity is a class of probability 0: in the teacher it counts nothing (0 log 0 = 0), in the student alone
/// it makes the loss infinite and keeps its gradient. Refuses a row without any other logit.
/// Source: Hinton et al. 2015, arXiv:1503.02531, section 2.
struct knowledge_distillation {
  double temperature = 4;  // > 0; larger is softer
  static constexpr const char* name = "knowledge_distillation";
  static constexpr bool is_of_aligned_rows = true, second_is_constant = true, sets_gradients = true;

  void(check)() const {
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
    auto divergence = scratch<wide>::unset(logits.memory(), static_cast<std::size_t>(count));
    check_possible(logits.first());
    check_possible(logits.second());
    const bool are_finite = logits.first().finite() && logits.second().finite();
    const wide slope = static_cast<wide>(upstream * temperature) / static_cast<wide>(count);
    using one_row = detail::softened_row<T, wide, detail::one_by_one>;
    detail::reserve_for_tasks(executor, logits.memory(), one_row::bytes_of_rows(logits.first().pitch()));
    detail::for_each_row(executor, (count + at_once - 1) / at_once, [&](index_t block, const auto& how) {
      detail::softened_row<T, wide, std::decay_t<decltype(how)>> row(how, logits.first().pitch(), logits.memory());
      for (index_t i = block * at_once; i < count && i < (block + 1) * at_once; ++i) {
        row.read(logits.first().row(i), logits.second().row(i), logits.width(), 1 / static_cast<wide>(temperature),
                 are_finite);
        divergence[static_cast<std::size_t>(i)] = row.divergence();
        if (wanted.first)
          row.put_gradient(logits.sets_gradients(), slope, &wanted.first(i, 0), wanted.first.stride(1), logits.width());
      }
    });
    detail::ordered_sum<wide> sum;
    for (const wide x : divergence) sum.add(x);
    const wide factor = static_cast<wide>(temperature) * static_cast<wide>(temperature);
    return {static_cast<T>(factor * sum.value() / static_cast<wide>(count)), count};
  }

 private:
  /// Refuses a row whose logits are all -infinity.
  template <class T>
  static void check_possible(const detail::packed_rows<T>& logits) {
    for (index_t i = 0; i < logits.count() && !logits.finite(); ++i) {
      bool is_possible = false;
      for (index_t j = 0; j < logits.width(); ++j) is_possible = is_possible || !is_minus_infinity(logits.row(i)[j]);
      MIXCON_REQUIRE(is_possible, "knowledge_distillation: all logits of row ", i,
                     " are -infinity in the student or in the teacher; expected at least one class that is possible");
    }
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
