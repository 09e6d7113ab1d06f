// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The types of a call on the device, and where everything that its kernels share lies in the workspace.

#include <mixcon/gpu/call/host_arrays.cuh>
#include <mixcon/gpu/pull.cuh>
#include <mixcon/gpu/sums.cuh>
#include <mixcon/gpu/triplets.cuh>

#include <mixcon/engine/call/evaluation.hpp>

namespace mixcon::gpu {

class matrix_products;

/// Which kernels a stream's calls become.
enum class tier {
  pairs,               // plain threads, a warp per row: everything, and the reference
  tiles,               // tensor cores where a call's types and sizes fit, `pairs` elsewhere
  moments,             // sums of exponentials over described rules where types fit, `tiles` elsewhere
  chunks,              // matrix products of chunks of anchors where a call's types fit, `pairs` elsewhere
  moments_and_chunks,  // moments where they fit, else tiles, else chunks, else pairs
};
constexpr bool has_moments(tier of) { return of == tier::moments || of == tier::moments_and_chunks; }
constexpr bool has_tiles(tier of) { return of == tier::tiles || has_moments(of); }
constexpr bool has_chunks(tier of) { return of == tier::chunks || of == tier::moments_and_chunks; }

/// Where a call works: what gpu::stream says of itself.
struct call_place {
  stream_handle queue{};
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
  index_t entries_at_once = 0;
  bool is_enqueued = false;  // by enqueue_*: parameters' gradients are addresses of the device, and nothing waits
  matrix_products* products = nullptr;
};

/// What kernels are instantiated over for one call. `Call` is detail::arguments or detail::logits_arguments.
template <class Objective, class Targets, class Call>
struct call_types {
  using T = typename Call::T;
  using Loss = std::remove_cvref_t<decltype(std::declval<Objective&>().loss)>;
  using Logits = std::remove_cvref_t<decltype(std::declval<Objective&>().logits)>;
  using Bound = decltype(std::declval<const Targets&>().bind(std::declval<const pair_space&>()));
  using Rule = std::remove_cvref_t<decltype(std::declval<const Bound&>().rule())>;
  using Similarity =
      std::remove_cvref_t<decltype(std::declval<const Call&>().similarity(std::declval<const Objective&>()))>;
  using ColumnLogits = std::remove_cvref_t<decltype(mixcon::detail::transposed(std::declval<const Logits&>()))>;
  using ColumnRule = std::remove_cvref_t<decltype(mixcon::detail::transposed_rule_of(std::declval<const Rule&>()))>;
  using Rows = device_problem<mixcon::detail::pair_rules<T, Loss, Similarity, Logits, Rule>>;
  using Columns = device_problem<mixcon::detail::pair_rules<T, Loss, Similarity, ColumnLogits, ColumnRule>>;
  using Weight = weight_of<Rows>;
  static constexpr bool is_given = Rows::is_given;
  static constexpr bool of_triplets = Rows::scope == each::triplet;
};

/// How large a call is.
struct call_extents {
  index_t anchors = 0, shared = 0, own = 0, width = 0;  // `own` candidates of each anchor
  bool rows = true, columns = false;                    // directions that are wanted
  bool mirrors = false, checks = false;                 // candidates are the anchors; rows are looked at
  index_t entries_at_once = 0;
  index_t classes = 0;  // whose rows `moments` add up

  /// How many anchors are weighed at once: about `entries_at_once` pairs of them.
  index_t chunk_of(index_t number, index_t pairs) const {
    const index_t fit = entries_at_once / pairs;
    return fit < 1 ? 1 : fit < number ? fit : number;
  }
  index_t entries_of_chunk() const {
    const index_t by_rows = rows ? chunk_of(anchors, own + shared) * (own + shared) : 0;
    const index_t by_columns = columns ? chunk_of(shared, anchors) * anchors : 0;
    return by_rows > by_columns ? by_rows : by_columns;
  }
};

template <class Problem>
row_work<Problem> take_work(arena& from, index_t rows) {
  using T = typename Problem::T;
  row_work<Problem> work;
  work.states = from.take<typename Problem::state>(rows);
  work.sees = from.take<char>(rows);
  work.flags = from.take<unsigned char>(rows);
  work.value = from.take<double>(rows * Problem::terms);
  work.divisor = from.take<double>(rows * Problem::terms);
  work.factor = from.take<double>(Problem::terms);
  work.by_scale = from.take<T>(rows);
  work.outcome = nullptr;
  return work;
}
template <class Problem>
device_saved<Problem> take_saved(arena& from, index_t rows) {
  using T = typename Problem::T;
  device_saved<Problem> saved;
  saved.reading = from.take<typename Problem::readings>(rows);
  saved.adjoint = from.take<T>(rows * Problem::count);
  saved.share =
      from.take<T>(Problem::scope == each::anchor || Problem::scope == each::batch ? 0 : rows * Problem::terms);
  saved.counts = from.take<char>(rows);
  saved.used = from.take<char>(rows);
  saved.scale_adjoint = from.take<double>(1);
  return saved;
}

/// What forward leaves for backward, both directions.
template <class Types>
struct saved_layout {
  device_saved<typename Types::Rows> rows{};
  device_saved<typename Types::Columns> columns{};
  std::size_t bytes = 0;

  saved_layout(void* base, const call_extents& of) {
    arena from(base);
    if (of.rows) rows = take_saved<typename Types::Rows>(from, of.anchors);
    if (of.columns) columns = take_saved<typename Types::Columns>(from, of.shared);
    bytes = from.used();
  }
};

/// A call's workspace: one function both measures it (null base) and lays it out.
template <class Types>
struct workspace_layout {
  using T = typename Types::T;
  device_rows<T> anchors{}, shared{}, own{};
  odd_row* odd = nullptr;  // by row: anchors, then the segments in their order
  std::byte* arrays = nullptr;
  row_work<typename Types::Rows> rows{};
  row_work<typename Types::Columns> columns{};
  T *by_anchors = nullptr, *by_shared = nullptr, *by_own = nullptr;  // gradients by packed rows, one after another
  index_t numbers_by_rows = 0;                                       // how many these are together
  typename Types::Weight* weight = nullptr;                          // of a chunk
  T* by_logit = nullptr;                                             // of a chunk
  double *by_scale = nullptr, *by_bias = nullptr;                    // by row
  double *sums = nullptr, *parameters = nullptr;                     // 2: by scale, by bias; 3 gradients
  outcome* result = nullptr;
  std::byte* saved = nullptr;
  std::size_t bytes = 0;

  workspace_layout(void* base, const call_extents& of, std::size_t array_bytes) {
    arena from(base);
    const index_t pitch = device_rows<T>::pitch_of(of.width), owned = of.anchors * of.own;
    const auto packed = [&](index_t count) {
      return device_rows<T>{from.take<T>(count * pitch), from.take<T>(count), count, of.width};
    };
    anchors = packed(of.anchors);
    shared = of.mirrors ? anchors : packed(of.shared);
    own = packed(owned);
    odd = from.take<odd_row>(of.checks ? of.anchors + of.shared + owned : 0);
    arrays = from.take<std::byte>(static_cast<index_t>(array_bytes));
    if (of.rows) rows = take_work<typename Types::Rows>(from, of.anchors);
    if (of.columns) columns = take_work<typename Types::Columns>(from, of.shared);
    numbers_by_rows = (of.anchors + of.shared + owned) * pitch;
    by_anchors = from.take<T>(numbers_by_rows);
    by_shared = by_anchors != nullptr ? by_anchors + of.anchors * pitch : nullptr;
    by_own = by_anchors != nullptr ? by_shared + of.shared * pitch : nullptr;
    weight = from.take<typename Types::Weight>(Types::is_given ? 0 : of.entries_of_chunk());
    by_logit = from.take<T>(of.entries_of_chunk());
    const index_t longer = of.anchors > of.shared ? of.anchors : of.shared;
    by_scale = from.take<double>(longer), by_bias = from.take<double>(longer);
    sums = from.take<double>(2), parameters = from.take<double>(3);
    result = from.take<outcome>(1);
    rows.outcome = result != nullptr ? &result->rows : nullptr;
    columns.outcome = result != nullptr ? &result->columns : nullptr;
    saved = from.take<std::byte>(static_cast<index_t>(saved_layout<Types>(nullptr, of).bytes));
    bytes = from.used();
  }
};

}  // namespace mixcon::gpu
