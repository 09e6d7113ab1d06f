// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which kernels a direction's passes take: those that the stream's tier, the call's types and sizes, and the gradients
// that are wanted allow. `pairs` serve the rest.

#include <mixcon/gpu/call/bound_call.cuh>
#include <mixcon/gpu/chunks/chunk_calls.cuh>
#include <mixcon/gpu/tiles/tile_calls.cuh>

namespace mixcon::gpu {

/// The tiers of one call, and what they add to its workspace.
template <class Types, class Call, tier Tier>
class call_tiers {
  using T = typename Types::T;
  using tiled = tile_operand<Types, Call, Tier>;
  using Operand = typename tiled::type;
  template <class Problem>
  static constexpr bool by_moments = tiled::fits && has_moments(Tier) && fits_moments<Problem>;
  template <class Problem>
  static constexpr bool sums_columns = [] {
    if constexpr (by_moments<Problem>)
      return is_biased<moment_rule<Problem>>;
    else
      return true;
  }();
  /// Whether a direction's weights have the tests of the other's.
  template <class Rows, class Columns>
  static constexpr bool alike = [] {
    if constexpr (by_moments<Rows> && by_moments<Columns>)
      return described<typename Rows::rule_type>::kept == described<typename Columns::rule_type>::kept;
    else
      return false;
  }();
  static constexpr bool chunked = has_chunks(Tier) && fits_chunks<typename Types::Rows>;

 public:
  /// Whether moments may serve the call, which add up the rows of each class.
  static constexpr bool has_groups = by_moments<typename Types::Rows>;
  /// Whether a pass may add the weights of both directions.
  static constexpr bool joins_directions = alike<typename Types::Rows, typename Types::Columns>;

  /// `base`: after the workspace of `pairs`, at a multiple of 256 bytes; null only measures.
  call_tiers(void* base, const call_extents& of, matrix_products* products) : products_(products) {
    arena from(base);
    if constexpr (tiled::fits)
      if (fits_tiles_by_size(of, has_groups)) {
        uses_tiles_ = true;
        tiles_ = {from.take<std::byte>(static_cast<index_t>(tile_layout<Types, Operand>(nullptr, of).bytes)), of};
        width_ = of.width;
        if constexpr (has_groups)
          moments_ = {
              from.take<std::byte>(static_cast<index_t>(moment_layout<Types, Operand, true>(nullptr, of).bytes)), of};
      }
    if constexpr (chunked) {
      const auto bytes = static_cast<index_t>(chunk_layout<T>(nullptr, of).bytes);
      chunks_ = {from.take<std::byte>(bytes), of};
    }
    bytes_ = from.used();
  }
  std::size_t bytes() const { return bytes_; }
  void require_products(const char* function) const {
    MIXCON_REQUIRE(!chunked || products_ != nullptr, function,
                   ": this stream has no matrix products; set its `products` to an open gpu::cublas_products");
  }

  /// Makes what the tiers need of packed rows.
  template <class Layout>
  void pack(launches& to, const Layout& at, bool mirrors) const {
    if constexpr (tiled::fits)
      if (uses_tiles_) {
        pack_tiles(to, at.anchors, tiles_.anchors);
        if (!mirrors) pack_tiles(to, at.shared, tiles_.shared);
        if constexpr (has_groups) measure_call(to, tiles_.anchors, tiles_.shared, mirrors, width_, moments_.numbers);
      }
    if constexpr (chunked) {
      to.a_warp_each<&copy_finite_rows<T>>(at.anchors.count, at.anchors, chunks_.anchors);
      if (!mirrors) to.a_warp_each<&copy_finite_rows<T>>(at.shared.count, at.shared, chunks_.shared);
    }
  }
  /// The forward pass of a direction.
  template <class Side>
  void sweep(launches& to, const Side& of) const {
    gather(to, of);
    finish_sweep(to, of.problem, of.work, of.saved, of.share);
  }
  /// Finds what the other direction's backward pass needs of this one, where both are joined: rows first.
  template <class Side>
  void prepare_joined(launches& to, const Side& of, double upstream, const sweep_outputs<T>& out) const {
    if (uses_tiles_ && out.joined) moments_of(of).find_slopes(to, of.saved, upstream, tiles_.unit, Side::of_columns);
  }
  /// The backward pass of a direction, which adds to `out`.
  template <class Side>
  void unsweep(launches& to, const Side& of, double upstream, const sweep_outputs<T>& out) const {
    if constexpr (tiled::fits)
      if (uses_tiles_ && fits_tiles_by_gradients(out, sums_columns<typename Side::Problem>)) {
        if constexpr (by_moments<typename Side::Problem>)
          return unsweep_by_moments(to, of, upstream, out);
        else {
          const auto [rows, others] = tiles_.template sides<Side::of_columns>();
          return unsweep_by_tiles(to, of.problem, rows, others, of.saved, upstream, tiles_.unit, out);
        }
      }
    if constexpr (chunked)
      chunked_side<Side>(to, *products_, of, chunks_).unsweep(upstream, out);
    else
      gpu::unsweep(to, of.problem, of.saved, upstream, of.chunk, of.weight, of.by_logit, out);
  }

 private:
  template <class Side>
  void gather(launches& to, const Side& of) const {
    if constexpr (tiled::fits)
      if (uses_tiles_) {
        if constexpr (by_moments<typename Side::Problem>)
          return moments_of(of).gather(to, of.work);
        else {
          const auto [rows, others] = tiles_.template sides<Side::of_columns>();
          return gather_by_tiles(to, of.problem, rows, others, tiles_.template part<Side::of_columns>(), of.work);
        }
      }
    if constexpr (chunked)
      chunked_side<Side>(to, *products_, of, chunks_).gather();
    else
      to.a_warp_each<&gather_rows<typename Side::Problem>>(of.problem.anchors.count, of.problem, of.work);
  }

  template <class Side>
  void unsweep_by_moments(launches& to, const Side& of, double upstream, const sweep_outputs<T>& out) const {
    const auto by = moments_of(of);
    if constexpr (joins_directions)
      if (out.joined)
        return by.scatter(to, of.saved, upstream, tiles_.unit, out,
                          {by.rule.transposed(), moments_.template memory<!Side::of_columns>().slopes});
    by.find_slopes(to, of.saved, upstream, tiles_.unit, false);
    by.scatter(to, of.saved, upstream, tiles_.unit, out, out.at_once ? by.asked() : by.nobody());
  }
  template <class Side>
  moment_direction<Operand, typename Side::Problem> moments_of(const Side& of) const {
    const auto [rows, others] = tiles_.template sides<Side::of_columns>();
    return {of.problem,      rows, others, of.groups, of.partners, moments_.template memory<Side::of_columns>(),
            moments_.numbers};
  }

  matrix_products* products_;
  tile_layout<Types, Operand> tiles_;
  moment_layout<Types, Operand, has_groups> moments_;
  chunk_layout<T> chunks_;
  index_t width_ = 0;
  bool uses_tiles_ = false;
  std::size_t bytes_ = 0;
};

}  // namespace mixcon::gpu
