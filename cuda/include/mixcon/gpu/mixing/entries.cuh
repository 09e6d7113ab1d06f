// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The two kernels of mixing, for every kind of plan: threads take 16 bytes of a sample where memory allows, else an
// entry.

#include <mixcon/gpu/mixing/moved_kinds.cuh>
#include <mixcon/gpu/mixing/slerp.cuh>

namespace mixcon::gpu {

template <class Kind>
concept MovesEntries = requires { requires Kind::moves; };
template <class Kind>
concept SumsSources =
    requires(const Kind& kind) { kind.sources, kind.template share<float>(index_t{}, index_t{}, place{}); };

/// The partners of a plan: lists of N that follow each other, first partners first.
struct partner_lists {
  vector_view<const index_t> partner;
  index_t samples = 0, lists = 1;
  MIXCON_HD index_t operator()(index_t i, index_t source) const { return partner[(source - 1) * samples + i]; }
};

/// Adds `shares` of what lies at `from` to sums, Width neighbours; nothing is read where all are 0.
template <int Width, class T, class Add>
__device__ __forceinline__ void add_pack(const mixing_number<T> (&share)[static_cast<unsigned>(Width)], const T* from,
                                         Add&& add) {
  bool any = false;
#pragma unroll
  for (int k = 0; k < Width; ++k) any = any || share[k] != 0;
  if (!any) return;
  T value[static_cast<unsigned>(Width)];
  load_pack<Width>(value, from);
#pragma unroll
  for (int k = 0; k < Width; ++k)
    if (share[k] != 0) add(k, share[k], value[k]);
}

/// Entries of kinds of two samples.
template <int Width, class Kind, class T>
__device__ __forceinline__ void mix_two(T (&out)[static_cast<unsigned>(Width)], const Kind& kind, const walk& by,
                                        index_t i, const place& at, const partner_lists& lists,
                                        const tensor_view<const T, 4>& samples,
                                        const tensor_view<const T, 4>& partners) {
  using N = mixing_number<T>;
  two_shares<N> shares[static_cast<unsigned>(Width)];
  bool any_own = false, any_partner = false;
#pragma unroll
  for (int k = 0; k < Width; ++k) {
    shares[k] = kind.template shares<N>(i, by.next(at, k));
    any_own = any_own || shares[k].own != 0, any_partner = any_partner || shares[k].partner != 0;
  }
  T own[static_cast<unsigned>(Width)] = {}, partner[static_cast<unsigned>(Width)] = {};
  if (any_own) load_pack<Width>(own, entry_of(samples, i, at));
  if (any_partner) load_pack<Width>(partner, entry_of(partners, lists(i, 1), at));
#pragma unroll
  for (int k = 0; k < Width; ++k) out[k] = between<T>(shares[k], own[k], partner[k]);
}
/// Of kinds that are sums, in the order of their sources, rounded once.
template <int Width, class Kind, class T>
__device__ __forceinline__ void mix_sum(T (&out)[static_cast<unsigned>(Width)], const Kind& kind, const walk& by,
                                        index_t i, const place& at, const partner_lists& lists,
                                        const tensor_view<const T, 4>& samples,
                                        const tensor_view<const T, 4>& partners) {
  using N = mixing_number<T>;
  N sum[static_cast<unsigned>(Width)] = {};
  for (index_t source = 0; source < kind.sources; ++source) {
    N share[static_cast<unsigned>(Width)];
#pragma unroll
    for (int k = 0; k < Width; ++k) share[k] = kind.template share<N>(i, source, by.next(at, k));
    const T* from = source == 0 ? entry_of(samples, i, at) : entry_of(partners, lists(i, source), at);
    add_pack<Width, T>(share, from,
                       [&](int k, N part, const T& value) { sum[k] += product_of(part, number_of(value)); });
  }
#pragma unroll
  for (int k = 0; k < Width; ++k) out[k] = rounded_to<T>(sum[k]);
}
/// Of kinds that move entries.
template <int Width, class Kind, class T>
__device__ __forceinline__ void mix_moved(T (&out)[static_cast<unsigned>(Width)], const Kind& kind, index_t i,
                                          const place& at, const partner_lists& lists,
                                          const tensor_view<const T, 4>& samples,
                                          const tensor_view<const T, 4>& partners) {
  static_assert(Width == 1);
  out[0] = kind.template mixed<T>(
      i, at, [&](const place& from) -> T { return *entry_of(samples, i, from); },
      [&](const place& from) -> T { return *entry_of(partners, lists(i, 1), from); });
}

/// Adds what mixed sample i says of a source of it to the source's gradient.
template <int Width, class Kind, class T>
__device__ __forceinline__ void pull_entries(T (&sum)[static_cast<unsigned>(Width)], const Kind& kind, const walk& by,
                                             index_t i, index_t source, const place& at,
                                             const tensor_view<const T, 4>& upstream) {
  using N = mixing_number<T>;
  if constexpr (MovesEntries<Kind>) {
    sum[0] = kind.template pulled<T>(sum[0], i, source, at,
                                     [&](const place& from) -> T { return *entry_of(upstream, i, from); });
  } else {
    N share[static_cast<unsigned>(Width)];
#pragma unroll
    for (int k = 0; k < Width; ++k) share[k] = kind.template slope<N>(i, source, by.next(at, k));
    add_pack<Width, T>(share, entry_of(upstream, i, at),
                       [&](int k, N part, const T& value) { add_share<T>(sum[k], part, value); });
  }
}

// grid: blocks that cover a sample x samples (or fewer);  block: 128 threads
template <int Width, class Kind, class T>
__global__ void __launch_bounds__(128, 1)
    blend_entries(Kind kind, walk by, partner_lists lists, tensor_view<const T, 4> samples,
                  tensor_view<const T, 4> partners, tensor_view<T, 4> mixed) {
  const index_t thread = thread_of_grid();
  if (thread >= by.count) return;
  const place at = by.first_of(static_cast<int>(thread));
  for (index_t i = blockIdx.y; i < mixed.extent(0); i += gridDim.y) {
    T out[static_cast<unsigned>(Width)];
    if constexpr (MovesEntries<Kind>)
      mix_moved<Width>(out, kind, i, at, lists, samples, partners);
    else if constexpr (SumsSources<Kind>)
      mix_sum<Width>(out, kind, by, i, at, lists, samples, partners);
    else
      mix_two<Width>(out, kind, by, i, at, lists, samples, partners);
    store_pack<Width>(entry_of(mixed, i, at), out);
  }
}

// the same geometry over the gradient's samples: each thread adds its entries' own share, then what each mixed sample
// that has this one as a partner says, in the host's order, list by list
template <int Width, class Kind, class T>
__global__ void __launch_bounds__(128, 1)
    unblend_entries(Kind kind, walk by, consumer_list consumers, index_t lists, unblend_part part,
                    tensor_view<const T, 4> upstream, tensor_view<T, 4> gradient) {
  const index_t thread = thread_of_grid();
  if (thread >= by.count) return;
  const place at = by.first_of(static_cast<int>(thread));
  for (index_t j = blockIdx.y; j < gradient.extent(0); j += gridDim.y) {
    T sum[static_cast<unsigned>(Width)];
    load_pack<Width>(sum, static_cast<const T*>(entry_of(gradient, j, at)));
    if (part != unblend_part::partners) pull_entries<Width>(sum, kind, by, j, 0, at, upstream);
    for (index_t list = 0; part != unblend_part::own && list < lists; ++list) {
      const index_t row = list * gradient.extent(0) + j;
      for (index_t k = consumers.start[row]; k < consumers.start[row + 1]; ++k)
        pull_entries<Width>(sum, kind, by, consumers.samples[k], list + 1, at, upstream);
    }
    store_pack<Width>(entry_of(gradient, j, at), sum);
  }
}

}  // namespace mixcon::gpu
