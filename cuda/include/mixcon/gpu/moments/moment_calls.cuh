// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A call by moments: where its numbers lie, and the launches of a direction's passes.

#include <mixcon/gpu/moments/left_out.cuh>
#include <mixcon/gpu/moments/moment_weights.cuh>
#include <mixcon/gpu/moments/pull_positives.cuh>
#include <mixcon/gpu/tiles/tile_calls.cuh>

namespace mixcon::gpu {

// a warp a row: the squared length of its operands; NaN of a row with an entry that is no finite number
template <class Operand>
__global__ void measure_operands(operand_rows<Operand> rows, int padded, float* squared) {
  const index_t i = warp_of_grid();
  if (i >= rows.count) return;
  const auto* row = rows.data + i * padded * Operand::parts;
  float sum = 0;
  for (int k = lane_of_warp(); k < padded; k += warp_size) {
    float x = static_cast<float>(row[k]);
    if constexpr (Operand::parts == 2) x += static_cast<float>(row[padded + k]);
    sum += x * x;
  }
  sum = sum_of_warp(sum);
  if (lane_of_warp() == 0) squared[i] = sum + rows.mark[i];
}
/// The largest squared length of either side, and whether a row is odd.
struct moment_extremes {
  float anchor, candidate;
  int odd;
};
// one block: the largest product that anchors and candidates can have, and whether any is odd
template <class T>
__global__ void find_moment_limit(const T* of_anchors, index_t anchors, const T* of_candidates, index_t candidates,
                                  moment_limit* limit) {
  const auto threads = static_cast<index_t>(blockDim.x);
  moment_extremes mine{0, 0, 0};
  const auto look = [&](float& top, const T* squared, index_t count) {
    for (index_t i = static_cast<index_t>(threadIdx.x); i < count; i += threads) {
      if (!(squared[i] - squared[i] == 0.0F)) mine.odd = 1;
      if (squared[i] > top) top = squared[i];
    }
  };
  look(mine.anchor, of_anchors, anchors), look(mine.candidate, of_candidates, candidates);
  const moment_extremes all = merged_by_block(mine, 0, [](moment_extremes& a, const moment_extremes& b) {
    a.anchor = b.anchor > a.anchor ? b.anchor : a.anchor;
    a.candidate = b.candidate > a.candidate ? b.candidate : a.candidate;
    a.odd |= b.odd;
  });
  // products are rounded, so a little more
  if (threadIdx.x == 0)
    *limit = {1.001F * mixcon::sqrt_of(all.anchor) * mixcon::sqrt_of(all.candidate), all.odd, 0.0F, 0};
}

/// What moments add to a call's workspace.
template <class Problem>
struct moment_memory {
  static constexpr int K = sums_of_problem<Problem>;
  static constexpr bool mixed = is_mixed<moment_rule<Problem>>;
  moment_part<K>* part = nullptr;      // (splits, N)
  moment_slopes<K>* slopes = nullptr;  // (N)
  float* partner_pull = nullptr;       // (N), of mixed anchors
};
struct moment_numbers {
  float *of_anchors = nullptr, *of_shared = nullptr;  // squared lengths
  moment_limit* limit = nullptr;
  float* sums = nullptr;                                         // (keys, pitch): of rows by class
  float* biases = nullptr;                                       // (M), where candidates have biases
  number_sum *biases_by_key = nullptr, *pulls_by_key = nullptr;  // (keys)
};

/// One direction of a call by moments.
template <class Operand, class Problem>
struct moment_direction {
  static constexpr int K = sums_of_problem<Problem>;
  using Rule = moment_rule<Problem>;
  static constexpr bool biased = is_biased<Rule>, mixed = is_mixed<Rule>;
  const Problem& p;
  operand_rows<Operand> anchors, candidates;
  Rule rule;
  placed_groups groups;
  moment_memory<Problem> memory;
  moment_numbers numbers;
  moment_lines<K> lines;

  moment_direction(const Problem& problem, const operand_rows<Operand>& of_anchors,
                   const operand_rows<Operand>& of_candidates, const placed_groups& by_key,
                   const placed_partners& partners, const moment_memory<Problem>& in, const moment_numbers& at)
      : p(problem),
        anchors(of_anchors),
        candidates(of_candidates),
        rule{described<typename Problem::rule_type>::of(problem.rule, of_anchors.count, of_candidates.count)},
        groups(by_key),
        memory(in),
        numbers(at),
        lines(lines_of(problem)) {
    if constexpr (mixed)
      rule.partner_key = partners.key, rule.by_partner = partners.anchors, rule.partner_pull = in.partner_pull;
    if constexpr (biased) {
      (of_anchors_biased ? rule.anchor_bias : rule.candidate_bias) = at.biases;
      if (!of_anchors_biased) rule.by_key = at.biases_by_key;
      rule.known = at.limit;
    }
  }

  /// Gathers the statistics, as gather_rows does.
  void gather(launches& to, const row_work<Problem>& work) const {
    place_biases(to);
    with_padded_width(p.anchors.width, [&](auto padded) {
      constexpr int D = decltype(padded)::value;
      using sizes = tile_sizes<Operand, D, 3>;
      const tile_splits by(anchors.count, sizes::tiles_of(candidates.count));
      const auto blocks =
          blocks_of(anchors.count, 64 * row_blocks_of_moments<Operand, D>) * static_cast<unsigned>(by.splits);
      const auto rows_by = [&]<moment_shift Shift>() {
        to.blocks<&moment_rows<D, kept, Shift, K, Operand, Rule>>(blocks, sizes::threads, sizes::shared_bytes, lines,
                                                                  rule, anchors, candidates, limit(), by.tiles_each,
                                                                  memory.part);
      };
      rows_by.template operator()<moment_shift::fixed>();
      rows_by.template operator()<moment_shift::running>();
      const auto* part = static_cast<const moment_part<K>*>(memory.part);
      if constexpr (mixed)
        return to.a_warp_each<&join_mixed_moments<Problem>>(anchors.count, p, rule, lines, by.splits, part, work);
      sum_classes(to, groups.candidates, p.candidates, nullptr);
      to.a_warp_each<&join_moments<Problem, Rule>>(anchors.count, p, rule, groups.candidates, sums(), lines, by.splits,
                                                   part, work);
    });
  }
  /// Finds the factors of this direction's anchors; before the backward pass. `joins_unit`: weights are added to those
  /// of a direction that has its factors already.
  void find_slopes(launches& to, const device_saved<Problem>& saved, double upstream, float* unit,
                   bool joins_unit) const {
    place_biases(to);
    if constexpr (has_unit) {
      const double times = upstream * static_cast<double>(p.scale);
      to.one_block<&find_weight_unit<float>, float>(anchors.count * Problem::count,
                                                    static_cast<const float*>(saved.adjoint),
                                                    static_cast<float>(times < 0 ? -times : times), joins_unit, unit);
    }
    if constexpr (mixed)
      return to.a_warp_each<&find_mixed_slopes<Problem>>(anchors.count, p, rule, lines, saved, upstream, memory.slopes);
    sum_classes(to, groups.candidates, p.candidates, nullptr);
    to.a_warp_each<&find_moment_slopes<Problem, Rule>>(anchors.count, p, rule, groups.candidates, sums(), lines, saved,
                                                       upstream, memory.slopes);
  }
  /// What a pass asks of rows that are this direction's anchors; or of rows that are none.
  weighing_side<K, Rule> asked() const { return {rule, memory.slopes}; }
  static weighing_side<K, Rule> nobody() { return {}; }
  /// The backward pass without gradients that have an entry a pair. `theirs`: what is asked of the
  /// candidates as anchors, whose weights are added in the same pass; without it, both sides have a pass of their own.
  void scatter(launches& to, const device_saved<Problem>& saved, double upstream, float* unit,
               const sweep_outputs<float>& out, const weighing_side<K, Rule>& theirs) const {
    tile_outputs outputs{out.by_anchors, static_cast<int>(p.anchors.width), static_cast<int>(p.anchors.pitch()),
                         out.by_scale, out.by_bias};
    if constexpr (has_unit) outputs.unit = unit;
    const auto* slopes = static_cast<const moment_slopes<K>*>(memory.slopes);
    outputs.candidate_bias = out.candidate_bias;
    const bool is_one_pass = theirs.slopes != nullptr;
    if (is_one_pass)
      weigh<output_rows::both>(to, anchors, candidates, asked(), theirs, outputs);
    else
      weigh<output_rows::anchors>(to, anchors, candidates, asked(), nobody(), outputs);
    if constexpr (mixed) {
      to.a_warp_each<&pull_left_out<Problem>>(anchors.count, p, rule, slopes, out.by_anchors, out.by_scale,
                                              out.by_bias);
    } else {
      if (out.joined) sum_classes(to, groups.candidates, p.candidates, nullptr);  // the other's came after ours
      to.a_warp_each<&pull_positives<Problem, Rule>>(anchors.count, p, rule, groups.candidates, sums(), slopes,
                                                     out.by_anchors, out.by_scale, out.by_bias);
    }
    if constexpr (has_own_pairs<Problem>)
      if (p.own_count > 0)
        to.a_warp_each<&pull_own_pairs<Problem>>(anchors.count, p, saved, static_cast<float>(upstream), out.by_anchors,
                                                 out.by_own, out.by_scale, out.by_bias);
    outputs.by_rows = out.by_candidates;
    if (out.by_candidates != nullptr || out.candidate_bias)
      if (!is_one_pass) weigh<output_rows::candidates>(to, candidates, anchors, nobody(), asked(), outputs);
    if constexpr (mixed) {
      if (out.by_candidates != nullptr)
        to.a_warp_each<&pull_as_left_out<Problem>>(candidates.count, p, rule, groups.anchors, slopes,
                                                   out.by_candidates);
    } else if (out.by_candidates != nullptr) {
      sum_classes(to, groups.anchors, p.anchors, &memory.slopes->pull);
      to.a_warp_each<&pull_as_positive<Problem>>(candidates.count, p, rule, groups.anchors, sums(), slopes,
                                                 out.by_candidates);
    }
    if constexpr (biased)
      if (out.candidate_bias) {
        sum_numbers_by_key(to, groups.anchors, &memory.slopes->pull, stride_of_slopes, numbers.pulls_by_key);
        to.a_thread_each<&pull_biases<K>>(candidates.count, static_cast<const described_rule&>(rule), groups.anchors,
                                          static_cast<const number_sum*>(numbers.pulls_by_key), slopes,
                                          out.candidate_bias);
      }
    finish_unsweep(to, p, saved, upstream, out);
  }

 private:
  static constexpr keep kept = described<typename Problem::rule_type>::kept;
  static constexpr int stride_of_slopes = static_cast<int>(sizeof(moment_slopes<K>) / sizeof(float));
  static constexpr bool of_anchors_biased = [] {
    if constexpr (biased)
      return moment_logits<typename Problem::logits_type>::of_anchors;
    else
      return false;
  }();
  static constexpr bool has_unit = std::is_same_v<typename Operand::Element, half>;
  const moment_limit* limit() const { return numbers.limit; }
  const float* sums() const { return numbers.sums; }
  void sum_classes(launches& to, const key_groups& by, const device_rows<float>& rows, const float* weight) const {
    to.a_warp_each<&class_sums<float>>(index_t{by.keys}, rows, by, weight, stride_of_slopes, numbers.sums);
  }
  static void sum_numbers_by_key(launches& to, const key_groups& by, const float* number, int stride,
                                 number_sum* sums) {
    to.a_warp_each<&sum_class_numbers<float>>(index_t{by.keys}, by, number, stride, sums);
  }
  /// Finds the biases of the call's candidates, which are this direction's anchors where it is that of the columns.
  void place_biases(launches& to) const {
    if constexpr (biased) {
      const index_t rows = of_anchors_biased ? anchors.count : candidates.count;
      to.a_thread_each<&fill_biases<typename Problem::logits_type>>(rows, p.logits, rows, numbers.biases);
      const auto* biases = static_cast<const float*>(numbers.biases);
      to.one_block<&find_bias_limit<float>, bias_extremes>(biases, rows, numbers.limit);
      if (!of_anchors_biased) sum_numbers_by_key(to, groups.candidates, biases, 1, numbers.biases_by_key);
    }
  }
  template <output_rows Of>
  void weigh(launches& to, const operand_rows<Operand>& rows, const operand_rows<Operand>& others,
             const weighing_side<K, Rule>& mine, const weighing_side<K, Rule>& theirs,
             const tile_outputs& outputs) const {
    with_padded_width(p.anchors.width, [&](auto padded) {
      constexpr int D = decltype(padded)::value;
      using sizes = tile_sizes<Operand, D, 2>;
      const auto parts = outputs.by_rows != nullptr ? static_cast<unsigned>(D / columns_of_output<Operand, D>) : 1U;
      to.blocks<&moment_weights<D, kept, Of, K, Operand, Rule>>(blocks_of(rows.count, 64) * parts, sizes::threads,
                                                                sizes::shared_bytes, lines, mine, theirs, rows, others,
                                                                limit(), p.scale, outputs);
    });
  }
};

/// Where a call's moments lie, after its tiles.
template <class Types, class Operand, bool Wanted>
struct moment_layout {
  moment_numbers numbers{};
  std::size_t bytes = 0;
  moment_layout() = default;
  moment_layout(void*, const call_extents&) {}
};
template <class Types, class Operand>
struct moment_layout<Types, Operand, true> {
  moment_memory<typename Types::Rows> rows{};
  moment_memory<typename Types::Columns> columns{};
  moment_numbers numbers{};
  std::size_t bytes = 0;

  moment_layout() = default;
  moment_layout(void* base, const call_extents& of) {
    arena from(base);
    const int columns_of_tile = padded_width(of.width) * Operand::parts <= 256 ? 64 : 32;
    const auto take = [&](auto& memory, index_t anchors, index_t candidates) {
      constexpr int K = std::remove_reference_t<decltype(memory)>::K;
      const tile_splits by(anchors, static_cast<int>((candidates + columns_of_tile - 1) / columns_of_tile));
      memory.part = from.take<moment_part<K>>(anchors * by.splits);
      memory.slopes = from.take<moment_slopes<K>>(anchors);
      if constexpr (std::remove_reference_t<decltype(memory)>::mixed) memory.partner_pull = from.take<float>(anchors);
    };
    if (of.rows) take(rows, of.anchors, of.shared);
    if (of.columns) take(columns, of.shared, of.anchors);
    numbers.of_anchors = from.take<float>(of.anchors), numbers.of_shared = from.take<float>(of.shared);
    numbers.limit = from.take<moment_limit>(1);
    numbers.sums = from.take<float>(of.classes * device_rows<float>::pitch_of(of.width));
    if constexpr (is_biased<moment_rule<typename Types::Rows>>) {
      numbers.biases = from.take<float>(of.shared);
      numbers.biases_by_key = from.take<number_sum>(of.classes),
      numbers.pulls_by_key = from.take<number_sum>(of.classes);
    }
    bytes = from.used();
  }
  template <bool OfColumns>
  auto memory() const {
    if constexpr (OfColumns)
      return columns;
    else
      return rows;
  }
};

/// Measures a call's operands, once.
template <class Operand>
void measure_call(launches& to, const operand_rows<Operand>& anchors, const operand_rows<Operand>& shared, bool mirrors,
                  index_t width, const moment_numbers& at) {
  to.a_warp_each<&measure_operands<Operand>>(anchors.count, anchors, padded_width(width), at.of_anchors);
  if (!mirrors) to.a_warp_each<&measure_operands<Operand>>(shared.count, shared, padded_width(width), at.of_shared);
  const float* of_shared = mirrors ? at.of_anchors : at.of_shared;
  to.one_block<&find_moment_limit<float>, moment_extremes>(static_cast<const float*>(at.of_anchors), anchors.count,
                                                           of_shared, shared.count, at.limit);
}

}  // namespace mixcon::gpu
