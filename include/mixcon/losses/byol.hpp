// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// BYOL and SimSiam: predictions of one view find the targets of another, without negatives; mixed targets of i-Mix too.

#include <mixcon/core/integer_view.hpp>
#include <mixcon/core/number/row_lengths.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// BYOL: predictions p find the targets z of another view, without negatives.
///
///   loss = offset - factor mean_i <unit p_i, t_i>,   t_i = lambda_i unit z_i + (1 - lambda_i) unit z_partner_i
///
/// The targets have no gradient. Without `lambda` t_i is unit z_i; with it this is i-Mix for BYOL, whose t_i is not
/// made a unit row again. `value_and_grad(executor, byol{}, p, z, {.first = gradient})`, O(N D); sum it over both
/// directions of two views. Grill et al. 2020, arXiv:2006.07733; i-Mix: Lee et al. 2020, arXiv:2010.08887.
struct byol {
  double factor = 2, offset = 2;       // finite; 2 and 2 for BYOL, 1/2 and 0 for SimSiam
  vector_view<const double> lambda{};  // (N) or one number, in [0, 1]; empty: nothing is mixed
  integer_view partner{};              // (N), in [0, N), beside lambda; both must outlive the calls
  static constexpr const char* name = "byol";
  static constexpr bool is_of_aligned_rows = true, second_is_constant = true, sets_gradients = true;

  void(check)() const {
    MIXCON_REQUIRE(factor - factor == 0 && offset - offset == 0, "byol: factor is ", factor, " and offset ", offset,
                   "; expected finite numbers, 2 and 2 for BYOL");
    for (index_t i = 0; i < lambda.extent(0); ++i)
      MIXCON_REQUIRE(lambda[i] >= 0 && lambda[i] <= 1, "byol: lambda ", i, " is ", lambda[i],
                     "; expected a number in [0, 1]");
  }

  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& given, double upstream,
                          const aligned_gradients<T>& wanted) const {
    using wide = detail::wide_t<T>;
    MIXCON_REQUIRE(!wanted.second, "byol: a gradient by the targets is asked for; they are constants of this loss");
    check_partners(given.count());
    const index_t width = given.width();
    auto cosines = scratch<wide>::unset(given.memory(), static_cast<std::size_t>(given.count()));
    detail::share_out(executor, given.count(), [&](index_t i) {
      const wide own = lambda.extent(0) == 0 ? 1 : static_cast<wide>(lambda[lambda.extent(0) == 1 ? 0 : i]);
      const T *p = given.first().row(i), *z = given.second().row(i);
      const T* other = own < 1 ? given.second().row(partner[i]) : z;
      const wide of_p = inverse_length(p, width), of_z = own * inverse_length(z, width),
                 of_other = (1 - own) * inverse_length(other, width);
      const auto target = [=](index_t k, auto as) MIXCON_IN_LOOPS {
        using W = decltype(as);
        const W of_own = W(of_z) * vectors::load_wide<W>(z + k);
        return own < 1 ? of_own + W(of_other) * vectors::load_wide<W>(other + k) : of_own;
      };
      const wide cosine = vectors::sum_of_wide<T>(width, [=](index_t k, auto as) MIXCON_IN_LOOPS {
        using W = decltype(as);
        return W(of_p) * vectors::load_wide<W>(p + k) * target(k, as);
      });
      cosines[static_cast<std::size_t>(i)] = cosine;
      if (!wanted.first) return;
      if (!is_direction(of_p)) {
        if (given.sets_gradients()) detail::clear_row(wanted.first, i);
        return;
      }
      const wide slope = -static_cast<wide>(upstream * factor) / static_cast<wide>(given.count()) * of_p;
      const auto by_entry = [=](index_t k, auto as) MIXCON_IN_LOOPS {
        using W = decltype(as);
        return W(slope) * (target(k, as) - W(cosine * of_p) * vectors::load_wide<W>(p + k));
      };
      vectors::put_wide_terms(given.sets_gradients(), &wanted.first(i, 0), wanted.first.stride(1), width, by_entry);
    });
    detail::ordered_sum<wide> sum;
    for (const wide x : cosines) sum.add(x);
    const wide mean = sum.value() / static_cast<wide>(given.count());
    return {static_cast<T>(static_cast<wide>(offset) - static_cast<wide>(factor) * mean), given.count()};
  }

 private:
  /// 1 / max(|x|, 1e-12), without overflow on the way.
  template <class T>
  static detail::wide_t<T> inverse_length(const T* x, index_t width) {
    using wide = detail::wide_t<T>;
    const wide length = vectors::length_of_row(x, width);
    return 1 / (length <= wide(1e-12) ? wide(1e-12) : length);
  }
  /// A row that is shorter than 1e-12 has none, and gradient 0.
  template <class wide>
  static bool is_direction(wide inverse) {
    return !(inverse >= wide(1e12));
  }

  void check_partners(index_t rows) const {
    const index_t lambdas = lambda.extent(0);
    MIXCON_REQUIRE(lambdas == 0 || ((lambdas == 1 || lambdas == rows) && partner.size() == rows), "byol: ", lambdas,
                   " lambdas and ", partner.size(), " partners for ", rows,
                   " rows; expected one partner a row, and one lambda each or for all");
    for (index_t i = 0; i < partner.size(); ++i)
      MIXCON_REQUIRE(partner[i] >= 0 && partner[i] < rows, "byol: the partner of row ", i, " is ", partner[i],
                     "; expected an index in [0, ", rows, ")");
  }
};

/// One direction of SimSiam: -1/2 mean_i <unit p_i, unit z_i>. Sum it over (p1, z2) and (p2, z1). Chen and He 2020,
/// arXiv:2011.10566.
inline byol simsiam() { return {.factor = 0.5, .offset = 0}; }

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
