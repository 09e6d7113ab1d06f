// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/statistics.hpp>
#include <mixcon/contrast/terms.hpp>
#include <mixcon/core/require.hpp>

namespace mixcon {

// A loss is a struct with named parameters and
//
//   auto statistics() const { return pack{...}; }                    which numbers of an anchor's row it needs
//   template <class T> T value(T one, T per, T statistic) const;     the loss in terms of them
//
// `value` may take one number more, the logit scale, and may return `terms`. `static constexpr bool needs_positive`,
// `needs_negative` say which anchors reach the formula at all; `temperature` divides the similarities;
// `void check() const` refuses bad parameters.

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
concept HasStatistics = requires(const Loss& loss) {
  loss.statistics();
}
&&is_pack<decltype(std::declval<const Loss&>().statistics())>;

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

/// Whether `value` can be called with `Count` numbers.
template <class Loss, int Count, class Number = dual<double, Count>>
inline constexpr bool value_takes = []<int... k>(std::integer_sequence<int, k...>) {
  return requires(const Loss& loss, Number n) { loss.value((static_cast<void>(k), n)...); };
}
(std::make_integer_sequence<int, Count>{});

template <class Loss, int Count, class Number>
MIXCON_HD constexpr auto call_value(const Loss& loss, const Number* arguments) {
  return [&]<int... k>(std::integer_sequence<int, k...>) { return loss.value(arguments[k]...); }
  (std::make_integer_sequence<int, Count>{});
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
                  "mixcon: every member of the loss's statistics() must be a statistic: log_sum_exp, sum_of, count, "
                  "largest, smallest, cross_entropy or given");
    constexpr int count = list::size;
    constexpr bool takes = detail::value_takes<Loss, count> || detail::value_takes<Loss, count + 1>;
    static_assert(takes,
                  "mixcon: the loss's value must be a template that takes one number per statistic (and, if it wants, "
                  "the logit scale as one more)");
    if constexpr (takes) {
      constexpr int arguments = detail::value_takes<Loss, count + 1> ? count + 1 : count;
      using number = dual<double, count + 1>;
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
  static constexpr bool reads_scale = detail::value_takes<Loss, count + 1>;
  static constexpr int arguments = reads_scale ? count + 1 : count;
  template <class T>
  using answer = decltype(detail::call_value<Loss, arguments>(std::declval<const Loss&>(),
                                                              static_cast<const dual<T, count + 1>*>(nullptr)));
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

/// The formula at one anchor: its terms, each with derivatives by every statistic and, last, by the logit scale.
template <class Loss, class T>
MIXCON_HD auto evaluate_formula(const Loss& loss, const T* statistics, T scale) {
  using traits = loss_traits<Loss>;
  using number = dual<T, traits::count + 1>;
  number arguments[static_cast<unsigned>(traits::count + 1)];
  for (int k = 0; k < traits::count; ++k) arguments[k] = variable<T, traits::count + 1>(statistics[k], k);
  arguments[traits::count] = variable<T, traits::count + 1>(scale, traits::count);
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
    MIXCON_REQUIRE(loss.temperature > 0 && loss.temperature <= 1.7976931348623157e308, "contrast: temperature is ",
                   loss.temperature, "; expected a finite number > 0, usually 0.05 to 1");
  if constexpr (requires { loss.check(); }) loss.check();
}

}  // namespace mixcon
