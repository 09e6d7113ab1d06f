// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a loss must have: named parameters, the statistics it needs and a formula. `check_loss` explains what is
// missing.

#include <mixcon/contrast/scope.hpp>
#include <mixcon/contrast/statistics.hpp>
#include <mixcon/contrast/terms.hpp>
#include <mixcon/core/require.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// A loss is a struct with named parameters and
//
//   auto statistics() const { return pack{...}; }                    which numbers of an anchor's row it needs
//   template <class T> T value(T one, T per, T statistic) const;     the loss in terms of them
//
// `value` may take one number more, the logit scale, and may return `terms`. `static constexpr bool needs_positive`,
// `needs_negative` say which anchors reach the formula at all; `static constexpr auto scope` says what it is evaluated
// for (scope.hpp); `static constexpr bool assumes_unit_rows` lets `check_finite` refuse rows of other lengths, where
// the similarity takes them as given; `temperature` divides the similarities; `void check() const` refuses bad
// parameters.

namespace detail {

template <class P>
inline constexpr bool is_pack = false;
template <class... S>
inline constexpr bool is_pack<pack<S...>> = true;
template <class A>
inline constexpr bool is_terms = false;
template <class T, int N>
inline constexpr bool is_terms<terms<T, N>> = true;

template <class Loss>
concept HasStatistics =
    requires(const Loss& loss) { loss.statistics(); } && is_pack<decltype(std::declval<const Loss&>().statistics())>;

template <class S>
concept Statistic = requires(const S& s, typename S::template state<double>& state,
                             const typename S::template reading<double>& reading, const logit_pair<double>& p) {
  s.observe(state, p);
  s.merge(state, state);
  read(s, state, index_t{}).value;
  s.slope(reading, p);
  s.target_slope(reading, p);
};
template <class P>
inline constexpr bool are_statistics = false;
template <class... S>
inline constexpr bool are_statistics<pack<S...>> = (Statistic<S> && ...);

/// How many numbers the formula is given: logits of its own, and statistics.
template <class Loss>
constexpr int formula_inputs(int statistics) {
  constexpr int logits = scope_of<Loss>() == each::positive ? 1 : scope_of<Loss>() == each::triplet ? 2 : 0;
  return logits + statistics * (sees_both_ends<Loss>() ? 2 : 1);
}

/// Statistics of one anchor's row alone: `per_anchor` and the places of `largest` and `smallest` mean nothing in a
/// batch.
template <class S>
concept OfOneRow = requires(const S& s, typename S::template state<double>& state,
                            const typename S::template reading<double>& reading) { s.read(state, index_t{}); } ||
                   requires(const typename S::template reading<double>& reading) { reading.where; };
template <class P>
inline constexpr bool of_one_row = false;
template <class... S>
inline constexpr bool of_one_row<pack<S...>> = (OfOneRow<S> || ...);

/// Whether `value` can be called with `Count` numbers.
template <class Loss, int Count, class Number = dual<double, Count>>
inline constexpr bool value_takes = []<int... k>(std::integer_sequence<int, k...>) {
  return requires(const Loss& loss, Number n) { loss.value((static_cast<void>(k), n)...); };
}(std::make_integer_sequence<int, Count>{});

template <class Loss, int Count, class Number>
MIXCON_HD constexpr auto call_value(const Loss& loss, const Number* arguments) {
  return [&]<int... k>(std::integer_sequence<int, k...>) {
    return loss.value(arguments[k]...);
  }(std::make_integer_sequence<int, Count>{});
}

template <class Number, class Answer>
inline constexpr bool answers = std::is_same_v<Number, Answer>;
template <class Number, int N>
inline constexpr bool answers<Number, terms<Number, N>> = true;

}  // namespace detail

/// Says at compile time, in one sentence, what a type lacks to be a loss.
template <class Loss>
constexpr bool check_loss() {
  static_assert(detail::HasStatistics<Loss>,
                "mixcon: a loss needs `auto statistics() const` that returns a pack of statistics, as in "
                "pack{log_sum_exp{over::negatives}}");
  if constexpr (detail::HasStatistics<Loss>) {
    using list = decltype(std::declval<const Loss&>().statistics());
    static_assert(detail::are_statistics<list>,
                  "mixcon: every member of the loss's statistics() must be a statistic: log_sum_exp, sum_of, count_of, "
                  "largest, smallest, cross_entropy or per_anchor");
    static_assert(
        detail::scope_of<Loss>() != each::batch || !detail::of_one_row<list>,
        "mixcon: a formula for each::batch cannot use per_anchor, largest or smallest, which are of one anchor");
    static_assert(detail::scope_of<Loss>() == each::positive || !detail::sees_both_ends<Loss>(),
                  "mixcon: both_ends goes with each::positive");
    static_assert(detail::scope_of<Loss>() != each::triplet || list::size == 0,
                  "mixcon: a formula for each::triplet reads two logits; its statistics() must be an empty pack{}");
    constexpr int inputs = detail::formula_inputs<Loss>(list::size);
    constexpr bool takes = detail::value_takes<Loss, inputs> || detail::value_takes<Loss, inputs + 1>;
    static_assert(takes,
                  "mixcon: the loss's value must be a template that takes one number per statistic (before them the "
                  "positive's logit with each::positive, two logits with each::triplet; after them, if it wants, the "
                  "logit scale)");
    if constexpr (takes) {
      constexpr int arguments = detail::value_takes<Loss, inputs + 1> ? inputs + 1 : inputs;
      using number = dual<double, inputs + 1>;
      using answer = decltype(detail::call_value<Loss, arguments>(std::declval<const Loss&>(),
                                                                  static_cast<const number*>(nullptr)));
      static_assert(detail::answers<number, answer>,
                    "mixcon: the loss's value must return the type of number it takes (T), or terms of it");
    }
  }
  return true;
}

/// What an engine asks about a loss.
template <class Loss>
struct loss_traits {
  static_assert(check_loss<Loss>());
  using statistics = decltype(std::declval<const Loss&>().statistics());
  static constexpr int count = statistics::size;
  static constexpr each scope = detail::scope_of<Loss>();
  static constexpr bool both_ends = detail::sees_both_ends<Loss>();
  static constexpr int inputs = detail::formula_inputs<Loss>(count);  // what the formula has slopes by, but the scale
  static constexpr bool reads_scale = detail::value_takes<Loss, inputs + 1>;
  static constexpr int arguments = reads_scale ? inputs + 1 : inputs;
  template <class T>
  using answer = decltype(detail::call_value<Loss, arguments>(std::declval<const Loss&>(),
                                                              static_cast<const dual<T, inputs + 1>*>(nullptr)));
  static constexpr bool one_number = !detail::is_terms<answer<double>>;
  static constexpr bool needs_positive = requires { requires Loss::needs_positive; };
  static constexpr bool needs_negative = requires { requires Loss::needs_negative; };
};

namespace detail {
template <class T>
inline constexpr int terms_in = 1;
template <class T, int N>
inline constexpr int terms_in<terms<T, N>> = N;
}  // namespace detail

/// How many means the loss is the sum of.
template <class Loss>
inline constexpr int term_count = detail::terms_in<typename loss_traits<Loss>::template answer<double>>;

/// The formula once: its terms, each with derivatives by every one of its `inputs` (for each anchor its statistics; for
/// each positive its logit before them) and, last, by the logit scale.
template <class Loss, class T>
MIXCON_HD auto evaluate_formula(const Loss& loss, const T* inputs, T scale) {
  using traits = loss_traits<Loss>;
  constexpr int number_of = traits::inputs + 1;
  using number = dual<T, number_of>;
  number arguments[static_cast<unsigned>(number_of)];
  for (int k = 0; k < traits::inputs; ++k) arguments[k] = variable<T, number_of>(inputs[k], k);
  arguments[traits::inputs] = variable<T, number_of>(scale, traits::inputs);
  if constexpr (traits::one_number) {
    const number value = detail::call_value<Loss, traits::arguments>(loss, arguments);
    return terms<number, 1>{term<number>{value, T(1)}};
  } else {
    return detail::call_value<Loss, traits::arguments>(loss, arguments);
  }
}

/// The loss's temperature; 1 for a loss without one.
template <class Loss>
constexpr double temperature_of(const Loss& loss) {
  if constexpr (requires { loss.temperature; })
    return loss.temperature;
  else
    return 1;
}

/// Refuses bad parameters: a temperature that is not a finite number above 0, and what the loss's own `check` refuses.
template <class Loss>
void check_parameters(const Loss& loss) {
  if constexpr (requires { loss.temperature; })
    MIXCON_REQUIRE(loss.temperature > 0 && loss.temperature <= 1.7976931348623157e308, "objective: temperature is ",
                   loss.temperature, "; expected a finite number > 0, usually 0.05 to 1");
  if constexpr (requires { (loss.check)(); }) (loss.check)();
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
