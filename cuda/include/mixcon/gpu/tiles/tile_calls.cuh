// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A call by tiles: where its operands lie, and the launches of a direction's passes.

#include <mixcon/gpu/launches.cuh>
#include <mixcon/gpu/tiles/tile_weights.cuh>

#include <mixcon/engine/call/arguments.hpp>

namespace mixcon::gpu {

/// The operands of a call's rows, if its kernels may be tiles; given logits and double have none.
template <class Types, class Call, tier Tier>
struct tile_operand {
  static constexpr bool fits = false;
  using type = operand<bfloat16, 1>;
};
template <class Types, class E, tier Tier>
requires(has_tiles(Tier) && fits_tiles<typename Types::Rows>)
struct tile_operand<Types, mixcon::detail::arguments<E>, Tier> {
  static constexpr bool fits = true;
  using type = typename operand_of_rows<std::remove_const_t<E>>::type;
};

/// Whether a call's sizes fit too; moments take own candidates.
inline bool fits_tiles_by_size(const call_extents& of, bool takes_own) {
  constexpr index_t most = index_t{1} << 30;  // their numbers are int
  return (of.own == 0 || takes_own) && of.width <= widest_operand && of.anchors > 0 && of.shared > 0 &&
         of.anchors <= most && of.shared <= most;
}

/// How the columns of a sweep are split among blocks: about 264 blocks, as two on each multiprocessor of an H100 come
/// to, and at least four tiles each. By the sizes alone, so that a result's bits do not depend on the card.
struct tile_splits {
  int splits = 1, tiles_each = 1;
  tile_splits(index_t rows, int tiles) {
    constexpr index_t blocks_wanted = 264, fewest_tiles = 8;
    const index_t row_blocks = (rows + 63) / 64, by_blocks = (blocks_wanted + row_blocks - 1) / row_blocks;
    const index_t most = (tiles + fewest_tiles - 1) / fewest_tiles, wanted = by_blocks < most ? by_blocks : most;
    tiles_each = static_cast<int>((tiles + wanted - 1) / wanted);
    splits = (tiles + tiles_each - 1) / tiles_each;
  }
};

/// What tiles add to a call's workspace.
template <class Types, class Operand>
struct tile_layout {
  using Element = typename Operand::Element;
  operand_rows<Operand> anchors{}, shared{};
  tile_part<typename Types::Rows>* rows = nullptr;
  tile_part<typename Types::Columns>* columns = nullptr;
  float* unit = nullptr;
  std::size_t bytes = 0;

  tile_layout() = default;
  tile_layout(void* base, const call_extents& of) {
    arena from(base);
    const index_t pitch = index_t{padded_width(of.width)} * Operand::parts;
    const auto operands = [&](index_t count) {
      return operand_rows<Operand>{from.take<Element>(count * pitch), from.take<float>(count), count};
    };
    const int columns_of_tile = pitch <= 256 ? 64 : 32;
    const auto splits = [&](index_t anchors_of, index_t candidates_of) {
      const index_t tiles = (candidates_of + columns_of_tile - 1) / columns_of_tile;
      return tile_splits(anchors_of, static_cast<int>(tiles)).splits;
    };
    anchors = operands(of.anchors);
    shared = of.mirrors ? anchors : operands(of.shared);
    if (of.rows) rows = from.take<tile_part<typename Types::Rows>>(of.anchors * splits(of.anchors, of.shared));
    if (of.columns) columns = from.take<tile_part<typename Types::Columns>>(of.shared * splits(of.shared, of.anchors));
    unit = from.take<float>(1);
    bytes = from.used();
  }
  /// A direction's rows, and those of the other side.
  template <bool OfColumns>
  std::pair<operand_rows<Operand>, operand_rows<Operand>> sides() const {
    return OfColumns ? std::pair(shared, anchors) : std::pair(anchors, shared);
  }
  template <bool OfColumns>
  auto part() const {
    if constexpr (OfColumns)
      return columns;
    else
      return rows;
  }
};

/// A number known at compile time: the width that operands are padded to.
template <int D>
struct padded_to {
  static constexpr int value = D;
};
template <class F>
void with_padded_width(index_t width, F&& f) {
  const int padded = padded_width(width);
  if (padded == 64)
    f(padded_to<64>{});
  else if (padded == 128)
    f(padded_to<128>{});
  else
    f(padded_to<256>{});
}

template <class Operand>
void pack_tiles(launches& to, const device_rows<float>& from, const operand_rows<Operand>& rows) {
  to.a_warp_each<&pack_operands<Operand>>(rows.count, from, padded_width(from.width), rows);
}

/// Gathers a direction's statistics, as gather_rows does.
template <class Operand, class Problem>
void gather_by_tiles(launches& to, const Problem& p, const operand_rows<Operand>& anchors,
                     const operand_rows<Operand>& candidates, tile_part<Problem>* part, const row_work<Problem>& work) {
  with_padded_width(p.anchors.width, [&](auto padded) {
    constexpr int D = decltype(padded)::value;
    using sizes = tile_sizes<Operand, D, 3>;
    const tile_splits by(anchors.count, sizes::tiles_of(candidates.count));
    const auto blocks = blocks_of(anchors.count, 64) * static_cast<unsigned>(by.splits);
    to.blocks<&tile_states<D, 1, Operand, Problem>>(blocks, sizes::threads, sizes::shared_bytes, p, anchors, candidates,
                                                    by.tiles_each, part);
    to.a_thread_each<&join_tiles<Problem>>(anchors.count, p, by.splits, static_cast<const tile_part<Problem>*>(part),
                                           work);
  });
}

/// A direction's backward pass without gradients that have an entry a pair.
template <class Operand, class Problem>
void unsweep_by_tiles(launches& to, const Problem& p, const operand_rows<Operand>& anchors,
                      const operand_rows<Operand>& candidates, const device_saved<Problem>& saved, double upstream,
                      float* unit, const sweep_outputs<float>& out) {
  tile_outputs outputs{
      out.by_anchors, static_cast<int>(p.anchors.width), static_cast<int>(p.anchors.pitch()), out.by_scale,
      out.by_bias,    static_cast<float>(upstream)};
  if constexpr (std::is_same_v<typename Operand::Element, half>) {
    const double times = upstream * static_cast<double>(p.scale);
    to.one_block<&find_weight_unit<float>, float>(anchors.count * Problem::count,
                                                  static_cast<const float*>(saved.adjoint),
                                                  static_cast<float>(times < 0 ? -times : times), false, unit);
    outputs.unit = unit;
  }
  outputs.candidate_bias = out.candidate_bias;
  with_padded_width(p.anchors.width, [&](auto padded) {
    constexpr int D = decltype(padded)::value;
    using sizes = tile_sizes<Operand, D, 2>;
    const auto parts = [&](bool wanted) {
      return wanted ? static_cast<unsigned>(D / columns_of_output<Operand, D>) : 1U;
    };
    const auto weigh = [&]<output_rows Of>(const auto& rows, const auto& others) {
      to.blocks<&tile_weights<D, Of, Operand, Problem>>(blocks_of(rows.count, 64) * parts(outputs.by_rows != nullptr),
                                                        sizes::threads, sizes::shared_bytes, p, rows, others, saved,
                                                        outputs);
    };
    if (out.at_once) return weigh.template operator()<output_rows::both>(anchors, candidates);
    weigh.template operator()<output_rows::anchors>(anchors, candidates);
    outputs.by_rows = out.by_candidates;
    if (out.by_candidates != nullptr || out.candidate_bias)
      weigh.template operator()<output_rows::candidates>(candidates, anchors);
  });
  finish_unsweep(to, p, saved, upstream, out);
}

/// Whether tiles bring all gradients that are wanted. `sums_columns`: their kernels have the gradient by candidates'
/// biases, which moments have where candidates have biases.
template <class T>
bool fits_tiles_by_gradients(const sweep_outputs<T>& out, bool sums_columns) {
  return (sums_columns || !out.candidate_bias) && !out.logits && !out.pair_scale && !out.pair_bias && !out.targets;
}

}  // namespace mixcon::gpu
