// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The four shapes of a loss, and a loss as it stands in the list: its name, its shape, and itself as made by default.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/core/pack.hpp>
#include <mixcon/core/reflection.hpp>

#include <string_view>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What a loss is, and so how it is called.
enum class loss_shape {
  formula,    // a struct with statistics() and value(): `objective{loss, similarity}` is called with targets
  objective,  // a function that returns an objective as its paper has it: called with the targets that its page names
  paired,     // a struct called with two matrices, row i of one with row i of the other, without targets
  labelled,   // a struct called as an objective is, with the labels that its page names in the place of targets
};

/// The shape that a type has. Barlow Twins, a paired loss, is the formula of one feature's row too.
template <class Loss>
constexpr loss_shape shape_of_loss() {
  constexpr bool is_paired = requires { Loss::is_of_aligned_rows; } || requires { Loss::is_of_paired_rows; };
  static_assert(
      detail::LossOrObjective<Loss>,
      "mixcon: this type is no loss; expected a formula (statistics() and value()), an objective, or a struct "
      "with a call of its own");
  if constexpr (Objective<Loss>)
    return loss_shape::objective;
  else if constexpr (is_paired)
    return loss_shape::paired;
  else
    return detail::has_own_call<Loss> ? loss_shape::labelled : loss_shape::formula;
}

/// A loss of the list. What a function makes is given the function's name; where that is a further form of a loss, also
/// the name of the header, and of the page, in which it stands.
template <class Loss>
struct listed_loss {
  using type = Loss;
  static constexpr loss_shape shape = shape_of_loss<Loss>();
  Loss made;
  std::string_view name = name_of<Loss>();
  std::string_view header = name;

  /// One sentence: what the loss is.
  std::string_view summary() const { return detail::said_of(name, ""); }
};

namespace detail {

/// Makes the entries of a list, which compilers look at when it is `Asked` for and not where it stands.
template <class Asked>
struct listed_losses {
  template <class Loss, class... Names>
  listed_loss<Loss> operator()(const Loss& made, Names... names) const {
    return {made, names...};
  }
};

/// Those types of listed losses that are formulas, once each.
template <class Found, class... Listed>
struct formulas_among {
  using type = Found;
};
template <class... Found, class Loss, class... Rest>
struct formulas_among<pack<Found...>, listed_loss<Loss>, Rest...>
    : formulas_among<std::conditional_t<HasStatistics<Loss> && !(std::is_same_v<Loss, Found> || ...),
                                        pack<Found..., Loss>, pack<Found...>>,
                     Rest...> {};
template <class... Listed>
typename formulas_among<pack<>, Listed...>::type formulas_of(const pack<Listed...>&);

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
