// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A call by chunks of anchors: their similarities by a matrix product, the library's own words over each, their
// weights, and products again for the gradients.

#include <mixcon/gpu/call/bound_call.cuh>
#include <mixcon/gpu/chunks/stored_pairs.cuh>
#include <mixcon/gpu/matrix_product.hpp>

namespace mixcon::gpu {

/// Whether a problem's kernels may be chunks: similarities that are products of rows, and no formula of each triplet.
template <class Problem>
inline constexpr bool fits_chunks = Problem::linear && !Problem::is_given && Problem::scope != each::triplet;

/// What chunks add to a call's workspace; the stored products take the place of the weights of `pairs`.
template <class T>
struct chunk_layout {
  finite_rows<T> anchors{}, shared{};
  std::size_t bytes = 0;

  chunk_layout() = default;
  chunk_layout(void* base, const call_extents& of) {
    arena from(base);
    const index_t pitch = device_rows<T>::pitch_of(of.width);
    const auto rows = [&](index_t count) {
      return finite_rows<T>{from.take<T>(count * pitch), from.take<T>(count), count, of.width};
    };
    anchors = rows(of.anchors);
    shared = of.mirrors ? anchors : rows(of.shared);
    bytes = from.used();
  }
  /// A direction's rows, and those of the other side.
  template <bool OfColumns>
  std::pair<finite_rows<T>, finite_rows<T>> sides() const {
    return OfColumns ? std::pair(shared, anchors) : std::pair(anchors, shared);
  }
};

/// One direction by chunks.
template <class Side>
class chunked_side {
  using Problem = typename Side::Problem;
  using T = typename Problem::T;
  using W = weight_of<Problem>;
  static_assert(sizeof(W) == sizeof(T));

 public:
  chunked_side(launches& to, matrix_products& products, const Side& of, const chunk_layout<T>& rows)
      : to_(to), products_(products), side_(of) {
    const auto [mine, others] = rows.template sides<Side::of_columns>();
    rows_ = mine, others_ = others;
  }

  void gather() {
    each_chunk([&](const stored_products<T>& stored) {
      multiply_rows(stored);
      to_.a_warp_each<&gather_stored<Problem>>(stored.number, side_.problem, stored, side_.work);
    });
  }
  void unsweep(double upstream, const sweep_outputs<T>& out) {
    const Problem& p = side_.problem;
    auto pairs = weighed_pairs_of<Problem>(upstream, out);
    pairs.weight = side_.weight;
    pairs.by_logit = out.candidate_bias ? side_.by_logit : nullptr;
    each_chunk([&](const stored_products<T>& stored) {
      pairs.first = stored.first, pairs.number = stored.number;
      multiply_rows(stored);
      to_.a_warp_each<&weigh_stored<Problem>>(stored.number, p, stored, saved(), pairs);
      const product_matrix<const T> weights{shared_entries(), stored.number, others_.count, p.pairs()};
      const index_t pitch = rows_.pitch();
      if (out.by_anchors != nullptr)
        multiply(weights, matrix(others_, 0, others_.count), 1,
                 {out.by_anchors + stored.first * pitch, stored.number, rows_.width, pitch});
      if (out.by_candidates != nullptr)
        multiply(weights.transposed(), matrix(rows_, stored.first, stored.number), 1,
                 {out.by_candidates, others_.count, rows_.width, pitch});
      pull_own_pairs(stored, out);
      if (out.candidate_bias)
        to_.a_thread_each<&pull_candidate_bias<T>>(p.candidates.count, static_cast<const T*>(side_.by_logit),
                                                   stored.number, p.own_count, out.candidate_bias);
    });
    finish_unsweep(to_, p, saved(), upstream, out);
  }

 private:
  const device_saved<Problem>& saved() const { return side_.saved; }
  T* entries() const { return reinterpret_cast<T*>(side_.weight); }
  T* shared_entries() const { return entries() + side_.problem.own_count; }
  static product_matrix<const T> matrix(const finite_rows<T>& of, index_t first, index_t number) {
    return {of.data + first * of.pitch(), number, of.width, of.pitch()};
  }
  template <class Each>
  void each_chunk(Each&& each) {
    for (index_t first = 0; first < rows_.count; first += side_.chunk) {
      const index_t left = rows_.count - first;
      each(stored_products<T>{first, side_.chunk < left ? side_.chunk : left, entries(), rows_.mark, others_.mark});
    }
  }
  void multiply_rows(const stored_products<T>& stored) {
    multiply(matrix(rows_, stored.first, stored.number), matrix(others_, 0, others_.count).transposed(), 0,
             {shared_entries(), stored.number, others_.count, side_.problem.pairs()});
  }
  void multiply(const product_matrix<const T>& left, const product_matrix<const T>& right, double beta,
                const product_matrix<T>& result) {
    if (to_.found().ok()) to_.keep(products_.multiply(to_.on(), 1, left, right, beta, result));
  }
  void pull_own_pairs(const stored_products<T>& stored, const sweep_outputs<T>& out) {
    const Problem& p = side_.problem;
    if (p.own_count == 0) return;
    const chunk_of_pairs<T, W> of{p.anchors,    p.candidates,  p.own,       p.own_count,
                                  stored.first, stored.number, side_.weight};
    if (out.by_anchors != nullptr) to_.a_warp_each<&pull_anchors<T, W>>(stored.number, of, p.own_count, out.by_anchors);
    if (out.by_own != nullptr) to_.a_warp_each<&pull_own<T, W>>(stored.number * p.own_count, of, out.by_own);
  }

  launches& to_;
  matrix_products& products_;
  const Side& side_;
  finite_rows<T> rows_{}, others_{};
};

}  // namespace mixcon::gpu
