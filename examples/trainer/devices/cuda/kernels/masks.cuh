// SPDX-License-Identifier: BSD-3-Clause
// Kernels that give learned masks a mean.
#pragma once

#include "devices/tensor.hpp"

#include <mixcon/gpu/warp.cuh>

namespace mixcon_train {
inline namespace devices {
namespace gpu_kernels {

/// How partner shares of one mask change: own shares become `factor` times themselves, or partner shares do.
struct mask_correction {
  bool is_of_own, is_of_partner;
  double factor, shrinking;  // and the sum of what shrinks
};
/// The mean over `places` shares, of which `sum` is given, becomes 1 - lambda; not within a margin.
__device__ __forceinline__ mask_correction correction_of(double sum, index_t places, double lambda, double margin) {
  const double all = static_cast<double>(places), own = all - sum, least = 1e-10 * all;
  mask_correction by{own > (lambda + margin) * all, false, 1, 1};
  by.is_of_partner = !by.is_of_own && (margin == 0 || own < (lambda - margin) * all);
  by.shrinking = by.is_of_own ? own : sum;
  if (by.shrinking < least) by.shrinking = least;
  if (by.is_of_own) by.factor = lambda * all / by.shrinking;
  if (by.is_of_partner) by.factor = (1 - lambda) * all / by.shrinking;
  return by;
}
template <class T>
__device__ __forceinline__ double sum_of_mask(const T* shares, index_t places) {
  double sum = 0;
  for (index_t k = mixcon::gpu::lane_of_warp(); k < places; k += mixcon::gpu::warp_size)
    sum += static_cast<double>(shares[k]);
  return mixcon::gpu::sum_of_warp(sum);
}

// a warp a mask
template <class T>
__global__ void correct_masks(index_t masks, index_t places, double lambda, double margin, T* to, const T* shares) {
  const index_t number = mixcon::gpu::warp_of_grid();
  if (number >= masks) return;
  to += number * places, shares += number * places;
  const mask_correction by = correction_of(sum_of_mask(shares, places), places, lambda, margin);
  const double offset = by.is_of_own ? 1 - by.factor : 0.0;
  for (index_t k = mixcon::gpu::lane_of_warp(); k < places; k += mixcon::gpu::warp_size)
    to[k] = static_cast<T>(offset + by.factor * static_cast<double>(shares[k]));
}
// Of shares m that shrink, m' = c m with c their wanted mean over their mean:
// d m'_k / d m_j = c (1 for j = k, else 0) - c m_k / (sum of m)
template <class T>
__global__ void correct_masks_gradient(index_t masks, index_t places, double lambda, T* to, const T* g,
                                       const T* shares) {
  const index_t number = mixcon::gpu::warp_of_grid();
  if (number >= masks) return;
  to += number * places, g += number * places, shares += number * places;
  const mask_correction by = correction_of(sum_of_mask(shares, places), places, lambda, 0);
  double along = 0;
  for (index_t k = mixcon::gpu::lane_of_warp(); k < places; k += mixcon::gpu::warp_size) {
    const double share = static_cast<double>(shares[k]);
    along += static_cast<double>(g[k]) * (by.is_of_own ? 1 - share : share);
  }
  along = mixcon::gpu::sum_of_warp(along) / by.shrinking;
  for (index_t k = mixcon::gpu::lane_of_warp(); k < places; k += mixcon::gpu::warp_size)
    to[k] = static_cast<T>(by.factor * (static_cast<double>(g[k]) - along));
}

}  // namespace gpu_kernels
}  // namespace devices
}  // namespace mixcon_train
