// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels that say one thing of all rows: the value and the factors of terms, sums of numbers, the first odd row.

#include <mixcon/gpu/gather.cuh>

namespace mixcon::gpu {

/// What a stretch of rows comes to.
template <class T, int Terms>
struct row_sums {
  double value[static_cast<unsigned>(Terms)]{}, divisor[static_cast<unsigned>(Terms)]{};
  index_t counted = 0, rows = 0, complete = 0;
  index_t first_counting = -1, first_without_positive = -1, first_blind = -1;
  int doubtful = 0, seeing = 0;

  static __device__ void take_first(index_t& mine, index_t next) {
    if (mine < 0) mine = next;
  }
  __device__ void merge(const row_sums& next) {
    for (int n = 0; n < Terms; ++n) value[n] += next.value[n], divisor[n] += next.divisor[n];
    counted += next.counted, rows += next.rows, complete += next.complete;
    take_first(first_counting, next.first_counting), take_first(first_blind, next.first_blind);
    take_first(first_without_positive, next.first_without_positive);
    doubtful |= next.doubtful, seeing |= next.seeing;
  }
};

// one block: adds up in a fixed tree, in double; a term's factor; the direction's value. `share` is its weight
template <class Loss, class T>
__global__ void sum_rows(index_t rows, mixcon::detail::row_policy policy, double share, const unsigned char* flags,
                         const char* sees, const double* value, const double* divisor, double* factor,
                         direction_outcome* result) {
  constexpr int terms = term_count<Loss>;
  using sums = row_sums<T, terms>;
  const auto threads = static_cast<index_t>(blockDim.x);
  const index_t each_thread = (rows + threads - 1) / threads, begin = static_cast<index_t>(threadIdx.x) * each_thread;
  sums mine;
  for (index_t a = begin; a < begin + each_thread && a < rows; ++a) {
    const unsigned flag = flags[a];
    if ((flag & row_flag_of_anchor) == 0) continue;
    ++mine.rows;
    if ((flag & complete_flag) != 0) ++mine.complete;
    if ((flag & positive_flag) == 0) sums::take_first(mine.first_without_positive, a);
    if ((flag & counts_flag) == 0) continue;
    ++mine.counted;
    sums::take_first(mine.first_counting, a);
    if (sees[a] != 0) mine.seeing = 1;
    if ((flag & doubtful_flag) != 0) mine.doubtful = 1;
    if ((flag & doubtful_flag) != 0 && sees[a] == 0) sums::take_first(mine.first_blind, a);
    for (int n = 0; n < terms; ++n) mine.value[n] += value[a * terms + n], mine.divisor[n] += divisor[a * terms + n];
  }
  const sums all = merged_by_block(mine, 0, [](sums& one, const sums& next) { one.merge(next); });
  if (threadIdx.x != 0) return;
  constexpr bool of_batch = loss_traits<Loss>::scope == each::batch;
  direction_outcome found;
  for (int n = 0; n < terms; ++n) {
    factor[n] = static_cast<double>(
        mixcon::detail::factor_of_term<Loss, T>(policy, all.divisor[n], all.counted, all.rows, share));
    found.value += factor[n] == 0 ? 0 : all.value[n] * factor[n];
  }
  found.anchors_used = all.complete;
  found.first_without_positive = all.first_without_positive;
  found.refuses_without_positive = policy.without_positive == no_positive::error;
  found.first_counting = all.first_counting;
  found.first_blind = of_batch ? -1 : all.first_blind;
  found.batch_is_blind = of_batch && all.doubtful != 0 && all.seeing == 0;
  *result = found;
}

// one block: to = times * the sum of numbers, or adds it; in a fixed tree, in double
template <class T>
__global__ void sum_numbers(index_t count, const T* numbers, double times, double* to, bool adds) {
  const auto threads = static_cast<index_t>(blockDim.x);
  const index_t each_thread = (count + threads - 1) / threads, begin = static_cast<index_t>(threadIdx.x) * each_thread;
  double sum = 0;
  for (index_t k = begin; k < begin + each_thread && k < count; ++k) sum += static_cast<double>(numbers[k]);
  sum = merged_by_block(sum, 0, [](double& a, const double& b) { a += b; });
  if (threadIdx.x == 0) *to = (adds ? *to : 0.0) + times * sum;
}

// one block: the first row that `check_finite` refuses, of rows numbered from 0; the call's value and anchors
template <class Odd>
__global__ void find_odd_row(index_t rows, const Odd* odd, int kind, odd_outcome* to) {
  const auto threads = static_cast<index_t>(blockDim.x);
  const index_t each_thread = (rows + threads - 1) / threads, begin = static_cast<index_t>(threadIdx.x) * each_thread;
  index_t first = -1;
  for (index_t i = begin; i < begin + each_thread && i < rows && first < 0; ++i)
    if (odd[i].column != Odd::none) first = i;
  first = merged_by_block(first, 0, [](index_t& a, const index_t& b) {
    if (a < 0) a = b;
  });
  if (threadIdx.x != 0 || first < 0 || to->kind != odd_outcome::none) return;
  to->kind = kind, to->row = first, to->column = odd[first].column, to->value = odd[first].value;
}
// a warp a row of given logits: its first entry that is no finite number
template <class E>
__global__ void find_odd_entries(matrix_view<const E> logits, odd_row* odd) {
  using T = accumulate_t<E>;
  const index_t a = warp_of_grid();
  if (a >= logits.extent(0)) return;
  const auto entry = [&](index_t c) { return static_cast<T>(logits(a, c)); };
  index_t first = logits.extent(1);
  for (index_t c = lane_of_warp(); c < logits.extent(1) && first == logits.extent(1); c += warp_size)
    if (!(entry(c) - entry(c) == T(0))) first = c;
  first = merged_by_warp(first, [](index_t& one, const index_t& next) { one = next < one ? next : one; });
  if (lane_of_warp() != 0) return;
  odd[a] = first < logits.extent(1) ? odd_row{first, static_cast<double>(entry(first))} : odd_row{};
}
// one thread: the outcome before the first kernel, and after the last of the forward pass
template <class Outcome>
__global__ void begin_outcome(Outcome* to) {
  if (thread_of_grid() == 0) *to = Outcome{};
}
template <class Outcome>
__global__ void end_outcome(Outcome* to, bool has_rows) {
  if (thread_of_grid() != 0) return;
  to->value = to->rows.value + to->columns.value;
  to->anchors_used = has_rows ? to->rows.anchors_used : to->columns.anchors_used;
}

}  // namespace mixcon::gpu
