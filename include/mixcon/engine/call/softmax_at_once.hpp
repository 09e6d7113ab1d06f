// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Calls on given logits that an executor takes at once: which are a softmax over classes, and what they come to.

#include <mixcon/contrast/result.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/engine/call/one_row.hpp>
#include <mixcon/engine/call/softmax_rows.hpp>
#include <mixcon/engine/given_logits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Whether a call may be a softmax over classes that the executor takes at once.
template <class Executor, class Objective, class Call>
inline constexpr bool has_softmax = false;
template <class Executor, class Objective, class T>
requires std::is_same_v<T, accumulate_t<T>> &&
             requires(const Objective& objective, const Executor& executor, softmax_rows<T> rows) {
               requires std::is_same_v<std::remove_cvref_t<decltype(objective.logits)>, plain_logits>;
               objective.loss.is_its_statistic();
               executor.set_softmax(rows);
             }
inline constexpr bool has_softmax<Executor, Objective, logits_arguments<T>> = true;

/// Whether each row has a finite logit, also once scaled. Reads no more of a row than up to its first one.
template <class T>
bool have_finite_logits(const softmax_rows<T>& rows) {
  for (index_t a = 0; a < rows.count; ++a) {
    const T* const row = &rows.logits(a, 0);
    index_t c = 0;
    for (T x = row[0] * rows.scale; x - x != T(0); x = row[c] * rows.scale)
      if (++c == rows.classes) return false;
  }
  return true;
}

/// One call's softmax over classes.
template <class Executor, class Objective, class T, class Rule>
class softmax_at_once {
 public:
  softmax_at_once(const Executor& executor, const Objective& objective, const matrix_view<const T>& logits,
                  const Rule& rule, const marked_rows& skipped, workspace* memory)
      : executor_(executor), objective_(objective), logits_(logits), rule_(rule), skipped_(skipped), memory_(memory) {}

  /// Sets the value, and the gradient that is wanted. False where the call is no softmax, or its rows are not finite.
  /// A call that will be refused, for a row that sees no class, has nothing written to.
  bool set(const gradients<T>& wanted, loss_result<T>& result) const {
    using Loss = std::remove_cvref_t<decltype(objective_.loss)>;
    softmax_rows<T> rows;
    if (!is_plain() || !wants_logits_alone(wanted) || !describe_softmax<T>(rule_, rows)) return false;
    rows.count = logits_.extent(0), rows.classes = logits_.extent(1);
    rows.logits = logits_, rows.scale = objective_.template logit_scale_in<T>();
    if (!have_finite_logits(rows)) return false;
    const auto number = static_cast<std::size_t>(rows.count);
    index_t counted = 0;
    for (index_t a = 0; a < rows.count; ++a) counted += skipped_[a] ? 0 : 1;
    const row_policy policy{objective_.without_positive, objective_.reduce};
    const wide_t<T> factor = factor_of_term<Loss, T>(policy, 0, counted, counted, objective_.direction.rows);
    scratch<T> value = scratch<T>::unset(memory_, number);
    scratch<char> has_positive = scratch<char>::unset(memory_, number);
    rows.factor = static_cast<T>(factor), rows.slopes = wanted.logits;
    rows.value = value.data(), rows.has_positive = has_positive.data();
    rows.memory = memory_;
    if (!executor_.set_softmax(rows)) return false;
    ordered_sum<wide_t<T>> sum;
    index_t used = 0;
    for (std::size_t a = 0; a < number; ++a) sum.add(static_cast<wide_t<T>>(value[a])), used += has_positive[a];
    result = {static_cast<T>(factor == 0 ? 0 : sum.value() * factor), used};
    return true;
  }

 private:
  bool is_plain() const {
    return objective_.loss.is_its_statistic() && objective_.direction.columns == 0 &&
           objective_.reduce != reduction::weighted && objective_.without_positive == no_positive::zero &&
           logits_.stride(1) == 1;
  }

  const Executor& executor_;
  const Objective& objective_;
  matrix_view<const T> logits_;
  Rule rule_;
  const marked_rows& skipped_;
  workspace* memory_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
