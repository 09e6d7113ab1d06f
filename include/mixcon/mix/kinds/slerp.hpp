// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that mixes rows along the great circle between their directions.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/plan.hpp>

#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that mixes rows (N, D) along the great circle between their directions:
///   (sin(lambda w) own / |own| + sin((1 - lambda) w) partner / |partner|) / sin w,  w the angle between them
/// of unit length. Where |sin w| < 1e-6 the weights are lambda and 1 - lambda; opposite rows then give a short vector,
/// a row of zeros counts as no direction. The rows are read for the gradient too: `unblend_slerp`. Oh et al. 2023
/// (geodesic mixup), arXiv:2203.03897.
struct slerp {
  /// Nothing of a partner.
  static slerp none() { return {}; }
  static constexpr const char* kind = "slerp";
  static constexpr int fewest_axes = 2, most_axes = 2;
  bool rescale = false;  ///< to the length lambda |own| + (1 - lambda) |partner|

  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("rescale", region.rescale);
  }
  friend bool operator==(const slerp&, const slerp&) = default;
};
inline std::string to_string(const slerp& region) { return region.rescale ? "slerp, lengths too" : "slerp"; }

/// The plan of any policy that mixes by lambda, along the great circle instead of the chord.
inline mix_plan<slerp> on_sphere(mix_plan<interpolated> plan, bool rescale = false) {
  return {(std::move)(plan.partner), (std::move)(plan.lambda), {rescale}};
}

template <int Rank>
void check_region(const mix_plan<slerp>& /*plan*/, const char* /*function*/, const axes<Rank>& /*extents*/) {
  static_assert(Rank == 2, "mixcon: slerp mixes rows (N, D); view other features as rows first");
}

namespace detail {

/// Weights on the great circle, and how they change with the cosine of the angle.
struct arc {
  double own, partner, own_slope, partner_slope;

  arc(double lambda, double cosine) {
    cosine = cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
    const double angle = std::acos(cosine), sine = std::sin(angle);
    if (sine < 1e-6) {
      own = lambda, partner = 1 - lambda, own_slope = partner_slope = 0;
      return;
    }
    const auto weight = [&](double share) { return std::sin(share * angle) / sine; };
    const auto slope = [&](double share) {  // d weight / d angle * d angle / d cosine
      return -(share * std::cos(share * angle) - weight(share) * cosine) / (sine * sine);
    };
    own = weight(lambda), partner = weight(1 - lambda);
    own_slope = slope(lambda), partner_slope = slope(1 - lambda);
  }
};

/// Two rows, the inverse of their lengths (0 for a row of zeros), and the cosine between them.
template <class T>
struct two_rows {
  tensor_view<const T, 1> a, b;
  double length_a = 0, length_b = 0, by_a = 0, by_b = 0, cosine = 0;

  two_rows(const tensor_view<const T, 1>& own, const tensor_view<const T, 1>& partner) : a(own), b(partner) {
    double dot = 0, square_a = 0, square_b = 0;
    for (index_t d = 0; d < a.extent(0); ++d) {
      const double x = static_cast<double>(a[d]), z = static_cast<double>(b[d]);
      dot += x * z, square_a += x * x, square_b += z * z;
    }
    length_a = std::sqrt(square_a), length_b = std::sqrt(square_b);
    by_a = length_a > 0 ? 1 / length_a : 0, by_b = length_b > 0 ? 1 / length_b : 0;
    cosine = dot * by_a * by_b;
  }
};

}  // namespace detail

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<slerp>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  static_assert(Storable<T>, "mixcon: slerp mixes float, double, half or bfloat16");
  const detail::two_rows<T> rows(own, detail::sample_of(partners, plan.partner_of(i)));
  const double lambda = plan.lambda_of(i);
  const detail::arc weights(lambda, rows.cosine);
  const double length = plan.region.rescale ? lambda * rows.length_a + (1 - lambda) * rows.length_b : 1;
  for (index_t d = 0; d < own.extent(0); ++d) {
    const double value = weights.own * rows.by_a * static_cast<double>(rows.a[d]) +
                         weights.partner * rows.by_b * static_cast<double>(rows.b[d]);
    mixed[d] = detail::stored<T>(static_cast<detail::mixing_number<T>>(length * value));
  }
}

namespace detail {

/// Adds what the gradient of one mixed row means for its two rows, the change of the weights with the angle included.
template <class T>
void add_slerp_gradient(double lambda, bool rescale, const two_rows<T>& rows, const tensor_view<const T, 1>& upstream,
                        const tensor_view<T, 1>& grad_own, const tensor_view<T, 1>& grad_partner) {
  const arc weights(lambda, rows.cosine);
  double up_a = 0, up_b = 0;  // of the unit rows
  for (index_t d = 0; d < upstream.extent(0); ++d) {
    up_a += static_cast<double>(upstream[d]) * static_cast<double>(rows.a[d]) * rows.by_a;
    up_b += static_cast<double>(upstream[d]) * static_cast<double>(rows.b[d]) * rows.by_b;
  }
  const double length = rescale ? lambda * rows.length_a + (1 - lambda) * rows.length_b : 1;
  const double of_cosine = length * (weights.own_slope * up_a + weights.partner_slope * up_b);
  const double of_length = rescale ? weights.own * up_a + weights.partner * up_b : 0;
  for (index_t d = 0; d < upstream.extent(0); ++d) {
    const double g = static_cast<double>(upstream[d]);
    const double a = static_cast<double>(rows.a[d]) * rows.by_a, b = static_cast<double>(rows.b[d]) * rows.by_b;
    const double to_a = length * weights.own * (g - up_a * a) + of_cosine * (b - rows.cosine * a);
    const double to_b = length * weights.partner * (g - up_b * b) + of_cosine * (a - rows.cosine * b);
    const auto add = [](T& sum, double value) { sum = static_cast<T>(static_cast<double>(sum) + value); };
    add(grad_own[d], rows.by_a * to_a + of_length * lambda * a);
    add(grad_partner[d], rows.by_b * to_b + of_length * (1 - lambda) * b);
  }
}

}  // namespace detail

/// The gradient of `blend` with a slerp plan: adds to the gradients of the samples (N, D) and of the partner batch (M,
/// D). Where they are one batch, pass it, and its gradient, twice.
template <detail::GivenTensor<2> Sample, detail::GivenTensor<2> Partners, detail::GivenTensor<2> Upstream,
          detail::GivenTensor<2> Gradient, detail::GivenTensor<2> PartnerGradient>
void unblend_slerp(const mix_plan<slerp>& plan, const Sample& sample, const Partners& partners,
                   const Upstream& upstream, Gradient&& gradient, PartnerGradient&& partner_gradient) {
  using T = element_t<Gradient>;
  constexpr bool of_one_type = std::is_same_v<T, element_t<const Sample>> &&
                               std::is_same_v<T, element_t<const Partners>> &&
                               std::is_same_v<T, element_t<const Upstream>>;
  constexpr bool fits = of_one_type && std::is_constructible_v<matrix_view<T>, Gradient&> &&
                        std::is_constructible_v<matrix_view<T>, PartnerGradient&>;
  static_assert(fits,
                "mixcon: unblend_slerp(plan, samples, partners, upstream, gradient, partner_gradient) takes "
                "matrices of one element type, the gradients such as can be written to");
  if constexpr (fits) {
    const auto from = detail::read_only(view<2>(sample)), others = detail::read_only(view<2>(partners));
    const auto up = detail::read_only(view<2>(upstream));
    const auto to = view<2>(std::forward<Gradient>(gradient)),
               to_partners = view<2>(std::forward<PartnerGradient>(partner_gradient));
    MIXCON_REQUIRE(up.extents() == from.extents() && to.extents() == from.extents() &&
                       to_partners.extents() == others.extents() && others.extent(1) == from.extent(1),
                   "unblend_slerp: samples are ", from.extents(), ", upstream ", up.extents(), ", the gradients ",
                   to.extents(), " and ", to_partners.extents(), " for partners ", others.extents(),
                   "; expected the shapes of samples and partners.");
    detail::check_plan(plan, "unblend_slerp", from.extent(0), others.extent(0));
    for (index_t i = 0; i < from.extent(0); ++i) {
      const index_t j = plan.partner_of(i);
      const detail::two_rows<T> rows(detail::sample_of(from, i), detail::sample_of(others, j));
      detail::add_slerp_gradient<T>(plan.lambda_of(i), plan.region.rescale, rows, detail::sample_of(up, i),
                                    detail::sample_of(to, i), detail::sample_of(to_partners, j));
    }
  }
}
template <class Region, class... Tensors>
requires(!std::is_same_v<Region, slerp>)
void unblend_slerp(const mix_plan<Region>&, const Tensors&...) {
  static_assert(std::is_same_v<Region, slerp>,
                "mixcon: unblend_slerp takes a plan of slerp, and this one is of another kind");
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
