// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A formula of each triplet: a block an anchor, whose row of logits lies in shared memory; never a list of triplets.

#include <mixcon/gpu/gather.cuh>
#include <mixcon/gpu/weigh.cuh>

namespace mixcon::gpu {

/// An anchor's row in shared memory: its logits, and which are positives and which negatives.
template <class T>
struct triplet_memory {
  static constexpr index_t longest_row = 16384;
  static constexpr std::size_t room_for_sums = 256;
  static constexpr std::size_t bytes(index_t pairs) {
    return room_for_sums + static_cast<std::size_t>(pairs) * (sizeof(T) + sizeof(std::uint16_t));
  }
  shared_array<T> logit;
  shared_array<std::uint16_t> role;  // 1 positive, 2 negative, 0 neither

  __device__ explicit triplet_memory(index_t pairs)
      : logit(static_cast<int>(room_for_sums), static_cast<int>(pairs)),
        role(static_cast<int>(room_for_sums + static_cast<std::size_t>(pairs) * sizeof(T)), static_cast<int>(pairs)) {}
  __device__ int role_of(index_t c) const { return role.read(static_cast<int>(c)); }

  /// By all threads of the block.
  template <class Problem>
  __device__ void fill(const Problem& p, index_t a) {
    for (index_t c = static_cast<index_t>(threadIdx.x); c < p.pairs(); c += static_cast<index_t>(blockDim.x)) {
      const auto pair = pair_at(p, a, c).pair;
      logit.write(static_cast<int>(c), pair.x);
      role.write(static_cast<int>(c), static_cast<std::uint16_t>(pair.positive ? 1 : pair.weight > T(0) ? 2 : 0));
    }
    __syncthreads();
  }
  /// Calls take(other, answer) for the triplets of pair c with those of the other role.
  template <class Problem, class Take>
  __device__ void for_each_triplet_of(const Problem& p, index_t c, Take&& take) const {
    const int mine = role_of(c);
    const T own = logit.read(static_cast<int>(c));
    for (index_t k = 0; mine != 0 && k < p.pairs(); ++k) {
      if (role_of(k) + mine != 3) continue;
      const T other = logit.read(static_cast<int>(k));
      const T logits[] = {mine == 1 ? own : other, mine == 1 ? other : own};
      take(evaluate_formula<typename Problem::Loss, T>(p.loss, logits, p.scale));
    }
  }
};

// a block an anchor: adds up what its triplets come to
template <class Problem>
__global__ void evaluate_triplets(Problem p, row_work<Problem> work, device_saved<Problem> saved) {
  using T = typename Problem::T;
  using total = mixcon::detail::row_total<T, Problem::terms>;
  const index_t a = static_cast<index_t>(blockIdx.x);
  if (!saved.counts[a]) return;
  triplet_memory<T> row(p.pairs());
  row.fill(p, a);
  total sum{};
  for (index_t c = static_cast<index_t>(threadIdx.x); c < p.pairs(); c += static_cast<index_t>(blockDim.x))
    if (row.role_of(c) == 2)
      row.for_each_triplet_of(p, c, [&](const auto& answer) {
        for (int n = 0; n < Problem::terms; ++n) {
          sum.value[n] += static_cast<mixcon::detail::wide_t<T>>(answer.of[n].value.value);
          sum.divisor[n] += static_cast<mixcon::detail::wide_t<T>>(answer.of[n].divisor);
        }
      });
  static_assert(sizeof(total) * (threads_of_block / warp_size) <= triplet_memory<T>::room_for_sums);
  sum = merged_by_block(sum, 0, [](total& x, const total& y) {
    for (int n = 0; n < Problem::terms; ++n) x.value[n] += y.value[n], x.divisor[n] += y.divisor[n];
  });
  if (threadIdx.x != 0) return;
  for (int n = 0; n < Problem::terms; ++n) sum.value[n] *= p.weight_of(a);
  write_total(work, a, sum);
}

/// What a thread of the kernel below adds up: the sums of its pairs, and the formulas' slope by the logit scale.
struct triplet_sums {
  parameter_sums pairs;
  double by_formula = 0;
};

// a block an anchor of the chunk: what each of its pairs comes to
template <class Problem>
__global__ void weigh_triplets(Problem p, device_saved<Problem> saved, weighed_pairs<Problem> to) {
  using T = typename Problem::T;
  const index_t a = to.first + static_cast<index_t>(blockIdx.x);
  triplet_memory<T> row(p.pairs());
  const bool used = saved.used[a] != 0;  // of the whole block
  if (used) row.fill(p, a);
  triplet_sums sums;
  for (index_t c = static_cast<index_t>(threadIdx.x); c < p.pairs(); c += static_cast<index_t>(blockDim.x)) {
    if (!used || row.role_of(c) == 0) {
      write_nothing(p, to, a, c);
      continue;
    }
    const bool is_positive = row.role_of(c) == 1;
    T by_logit = 0;
    row.for_each_triplet_of(p, c, [&](const auto& answer) {
      for (int n = 0; n < Problem::terms; ++n) {
        const T share = saved.share[a * Problem::terms + n];
        const auto& slope = answer.of[n].value.partial;
        by_logit += share * (is_positive ? slope[0] : slope[1]);
        if (is_positive) sums.by_formula += static_cast<double>(share * slope[2]);
      }
    });
    const auto v = pair_at(p, a, c);
    if (by_logit == T(0))
      write_nothing(p, to, a, c);
    else
      write_pair(p, to, saved, a, c, v, static_cast<T>(to.upstream) * by_logit, sums.pairs);
  }
  static_assert(sizeof(triplet_sums) * (threads_of_block / warp_size) <= triplet_memory<T>::room_for_sums);
  sums = merged_by_block(sums, 0, [](triplet_sums& one, const triplet_sums& next) {
    one.pairs.merge(next.pairs);
    one.by_formula += next.by_formula;
  });
  if (threadIdx.x != 0 || to.by_scale == nullptr) return;
  to.by_scale[a] = sums.pairs.scale + to.upstream * sums.by_formula, to.by_bias[a] = sums.pairs.bias;
}

}  // namespace mixcon::gpu
