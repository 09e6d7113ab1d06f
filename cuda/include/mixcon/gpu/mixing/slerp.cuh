// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows mixed along the great circle: a warp reads both rows first, for their lengths and angle; and the gradient.

#include <mixcon/gpu/mixing/shared_kinds.cuh>

#include <mixcon/mix/kinds/slerp.hpp>

namespace mixcon::gpu {

/// What a sample and its partner come to as rows, in double.
struct slerp_row {
  double length_own, length_partner, by_own, by_partner, cosine;  // by_*: 1 / length, 0 for a row of zeros
  double weight_own, weight_partner, slope_own, slope_partner;    // on the great circle; by the cosine
  double length;                                                  // of the mixed row
  double up_own, up_partner;                                      // upstream times the unit rows, for the gradient
};

template <>
struct device_kind<slerp> {
  static constexpr bool moves = true;  // one entry a thread
  by_sample<double> lambda;
  bool rescale;
  slerp_row* row = nullptr;  // (N), in the workspace
  device_kind(const mix_plan<slerp>& plan, const axes<4>&, std::vector<double>&)
      : lambda(plan.lambda), rescale(plan.region.rescale) {}
  template <class F>
  void each_view(F&& f) {
    f(lambda.of);
  }
  template <class T, class Own, class Partner>
  MIXCON_HD T mixed(index_t i, const place& at, const Own& own, const Partner& partner) const {
    const slerp_row& by = row[i];
    const double value = product_of(by.weight_own * by.by_own, static_cast<double>(own(at))) +
                         product_of(by.weight_partner * by.by_partner, static_cast<double>(partner(at)));
    return rounded_to<T>(static_cast<mixing_number<T>>(by.length * value));
  }
};

/// The lengths of two rows and their angle, by the lanes of a warp; `upstream` may have no data.
template <class T>
__device__ slerp_row slerp_of(double lambda, bool rescale, const tensor_view<const T, 1>& own,
                              const tensor_view<const T, 1>& partner, const tensor_view<const T, 1>& upstream) {
  double dot = 0, square_own = 0, square_partner = 0, up_own = 0, up_partner = 0;
  for (index_t d = lane_of_warp(); d < own.extent(0); d += warp_size) {
    const double x = static_cast<double>(own[d]), z = static_cast<double>(partner[d]);
    dot += x * z, square_own += x * x, square_partner += z * z;
    const double up = upstream ? static_cast<double>(upstream[d]) : 0;
    up_own += up * x, up_partner += up * z;
  }
  dot = sum_of_warp(dot), square_own = sum_of_warp(square_own), square_partner = sum_of_warp(square_partner);
  slerp_row found{};
  found.length_own = ::sqrt(square_own), found.length_partner = ::sqrt(square_partner);
  found.by_own = found.length_own > 0 ? 1 / found.length_own : 0;
  found.by_partner = found.length_partner > 0 ? 1 / found.length_partner : 0;
  found.cosine = dot * found.by_own * found.by_partner;
  found.length = rescale ? lambda * found.length_own + (1 - lambda) * found.length_partner : 1;
  found.up_own = sum_of_warp(up_own) * found.by_own, found.up_partner = sum_of_warp(up_partner) * found.by_partner;

  const double cosine = found.cosine > 1 ? 1 : found.cosine < -1 ? -1 : found.cosine;
  const double angle = ::acos(cosine), sine = ::sin(angle);
  found.weight_own = lambda, found.weight_partner = 1 - lambda;
  if (sine < 1e-6) return found;
  const auto weight = [&](double share) { return ::sin(share * angle) / sine; };
  const auto slope = [&](double share) {  // d weight / d angle * d angle / d cosine
    return -(share * ::cos(share * angle) - weight(share) * cosine) / (sine * sine);
  };
  found.weight_own = weight(lambda), found.weight_partner = weight(1 - lambda);
  found.slope_own = slope(lambda), found.slope_partner = slope(1 - lambda);
  return found;
}

template <class T>
MIXCON_HD tensor_view<T, 1> row_of(const tensor_view<T, 4>& batch, index_t i) {
  return {batch.data() + i * batch.stride(0), {batch.extent(3)}, {batch.stride(3)}};
}

// a warp a sample
template <class T>
__global__ void measure_slerp(device_kind<slerp> kind, vector_view<const index_t> partner,
                              tensor_view<const T, 4> samples, tensor_view<const T, 4> partners,
                              tensor_view<const T, 4> upstream) {
  const index_t i = warp_of_grid();
  if (i >= samples.extent(0)) return;
  const tensor_view<const T, 1> up = upstream ? row_of(upstream, i) : tensor_view<const T, 1>();
  const slerp_row found =
      slerp_of<T>(kind.lambda[i], kind.rescale, row_of(samples, i), row_of(partners, partner[i]), up);
  if (lane_of_warp() == 0) kind.row[i] = found;
}

/// What the mixed row i says of an entry of its own row, or of its partner's.
__device__ inline double slerp_gradient(const slerp_row& by, bool of_own, bool rescale, double lambda, double own,
                                        double partner, double up) {
  const double a = own * by.by_own, b = partner * by.by_partner;
  const double of_cosine = by.length * (by.slope_own * by.up_own + by.slope_partner * by.up_partner);
  const double of_length = rescale ? by.weight_own * by.up_own + by.weight_partner * by.up_partner : 0;
  if (of_own) {
    const double to = by.length * by.weight_own * (up - by.up_own * a) + of_cosine * (b - by.cosine * a);
    return by.by_own * to + of_length * lambda * a;
  }
  const double to = by.length * by.weight_partner * (up - by.up_partner * b) + of_cosine * (a - by.cosine * b);
  return by.by_partner * to + of_length * (1 - lambda) * b;
}

/// Who has each candidate as a partner, in lists that follow each other: entries start[j] .. start[j + 1] of `samples`.
struct consumer_list {
  vector_view<const index_t> start, samples;
};

// a warp a gradient row, in the order of the samples that say something of it: `part` as unblend_part
template <class T>
__global__ void unblend_slerp_rows(device_kind<slerp> kind, vector_view<const index_t> partner, consumer_list consumers,
                                   unblend_part part, tensor_view<const T, 4> samples, tensor_view<const T, 4> partners,
                                   tensor_view<const T, 4> upstream, tensor_view<T, 4> gradient) {
  const index_t j = warp_of_grid();
  if (j >= gradient.extent(0)) return;
  const tensor_view<T, 1> to = row_of(gradient, j);
  for (index_t d = lane_of_warp(); d < to.extent(0); d += warp_size) {
    T sum = to[d];
    const auto add = [&](index_t i, bool of_own) {
      const double by = slerp_gradient(
          kind.row[i], of_own, kind.rescale, kind.lambda[i], static_cast<double>(row_of(samples, i)[d]),
          static_cast<double>(row_of(partners, partner[i])[d]), static_cast<double>(row_of(upstream, i)[d]));
      sum = static_cast<T>(static_cast<double>(sum) + by);
    };
    bool own_is_left = part != unblend_part::partners;
    if (part != unblend_part::own)
      for (index_t k = consumers.start[j]; k < consumers.start[j + 1]; ++k) {
        const index_t i = consumers.samples[k];
        if (own_is_left && i >= j) add(j, true), own_is_left = false;
        add(i, false);
      }
    if (own_is_left) add(j, true);
    to[d] = sum;
  }
}

}  // namespace mixcon::gpu
