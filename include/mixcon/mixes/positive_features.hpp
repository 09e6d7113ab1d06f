// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixes the two features of a positive pair number by number, to make the pair harder or more diverse.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Mixing the two features of a positive pair, number by number, so that the pair becomes harder (extrapolation) or
/// more diverse: q' = t q + (1 - t) k, k' = t k + (1 - t) q, then both to unit length; t ~ Beta(alpha, alpha), plus 1
/// to extrapolate. Zhu et al. 2021, arXiv:2108.02982.
struct positive_features {
  static constexpr field name = "positive_features";
  double alpha = 2;         ///< > 0
  bool extrapolate = true;  ///< t in [1, 2] instead of [0, 1]
  bool normalize = true;    ///< both sides to unit length

  /// The shares t (N, D), row-major; the only random part.
  template <Draws D>
  std::vector<double> shares(index_t samples, index_t width, const D& draws) const {
    MIXCON_REQUIRE(alpha > 0 && alpha < __builtin_huge_val(), "positive_features: alpha is ", alpha,
                   "; it must be finite and > 0.");
    MIXCON_REQUIRE(samples >= 1 && width >= 1, "positive_features: the features are (", samples, ", ", width,
                   "); at least one number is needed.");
    const auto& own = draws.within(name);
    std::vector<double> drawn(static_cast<std::size_t>(samples * width));
    for (std::size_t k = 0; k < drawn.size(); ++k)
      drawn[k] = own.beta("lambda", static_cast<index_t>(k), alpha, alpha) + (extrapolate ? 1 : 0);
    return drawn;
  }

  /// Writes one side (N, D) of the pair: of queries and keys the new queries, of keys and queries the new keys.
  template <detail::GivenTensor<2> Own, detail::GivenTensor<2> Other, detail::GivenTensor<2> Mixed>
  void blend(const std::vector<double>& shares, const Own& own, const Other& other, Mixed&& mixed) const {
    const auto q = view<2>(own);
    const auto k = view<2>(other);
    const auto to = view<2>(std::forward<Mixed>(mixed));
    require_shapes(shares, q.extents(), k.extents(), to.extents());
    for (index_t i = 0; i < q.extent(0); ++i) {
      const double by = scale_of(shares, q, k, i);
      for (index_t d = 0; d < q.extent(1); ++d)
        to(i, d) = static_cast<typename decltype(to)::element>(by * (raw)(shares, q, k, i, d));
    }
  }

  /// The adjoint: adds to the gradients of both sides what the gradient of the mixed side (N, D) means.
  template <detail::GivenTensor<2> Own, detail::GivenTensor<2> Other, detail::GivenTensor<2> Upstream,
            detail::GivenTensor<2> Gradient, detail::GivenTensor<2> OtherGradient>
  void unblend(const std::vector<double>& shares, const Own& own, const Other& other, const Upstream& upstream,
               Gradient&& gradient, OtherGradient&& other_gradient) const {
    const auto q = view<2>(own);
    const auto k = view<2>(other);
    const auto up = view<2>(upstream);
    const auto to = view<2>(std::forward<Gradient>(gradient));
    const auto to_other = view<2>(std::forward<OtherGradient>(other_gradient));
    require_shapes(shares, q.extents(), k.extents(), up.extents());
    require_shapes(shares, q.extents(), to.extents(), to_other.extents());
    for (index_t i = 0; i < q.extent(0); ++i) {
      const double by = scale_of(shares, q, k, i);
      double along = 0;  // of upstream on the mixed row
      for (index_t d = 0; d < q.extent(1) && normalize; ++d)
        along += static_cast<double>(up(i, d)) * by * (raw)(shares, q, k, i, d);
      for (index_t d = 0; d < q.extent(1); ++d) {
        const double g =
            by * (static_cast<double>(up(i, d)) - along * (normalize ? by * (raw)(shares, q, k, i, d) : 0));
        const double share = shares[static_cast<std::size_t>(i * q.extent(1) + d)];
        using T = typename decltype(to)::element;
        to(i, d) = static_cast<T>(static_cast<double>(to(i, d)) + share * g);
        to_other(i, d) = static_cast<T>(static_cast<double>(to_other(i, d)) + (1 - share) * g);
      }
    }
  }

 private:
  static void require_shapes(const std::vector<double>& shares, const axes<2>& own, const axes<2>& other,
                             const axes<2>& mixed) {
    MIXCON_REQUIRE(own == other && own == mixed && static_cast<index_t>(shares.size()) == own[0] * own[1],
                   "positive_features: the pair is ", own, " and ", other, ", the mixed side ", mixed, ", with ",
                   shares.size(), " shares; expected equal shapes and one share a number.");
  }
  template <class Q, class K>
  static double(raw)(const std::vector<double>& shares, const Q& q, const K& k, index_t i, index_t d) {
    const double share = shares[static_cast<std::size_t>(i * q.extent(1) + d)];
    return share * static_cast<double>(q(i, d)) + (1 - share) * static_cast<double>(k(i, d));
  }
  /// What a mixed row is multiplied with; a row of zeros stays.
  template <class Q, class K>
  double scale_of(const std::vector<double>& shares, const Q& q, const K& k, index_t i) const {
    if (!normalize) return 1;
    double square = 0;
    for (index_t d = 0; d < q.extent(1); ++d) {
      const double value = (raw)(shares, q, k, i, d);
      square += value * value;
    }
    return square > 0 ? 1 / std::sqrt(square) : 0;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
