// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// GradCache: the exact loss of a batch that the encoder takes in chunks only.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <concepts>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A batch that an encoder takes in chunks.
struct chunked_batch {
  index_t rows;   // embeddings in all, >= 0: a rank (mixcon/ranks) may have none
  index_t width;  // of an embedding, >= 1
  index_t chunk;  // rows that the encoder takes at once, >= 1; the last chunk may have fewer

  void(check)() const {
    MIXCON_REQUIRE(rows >= 0 && width >= 1 && chunk >= 1, "grad_cache: a batch of ", rows, " rows of width ", width,
                   " in chunks of ", chunk, "; expected a width and chunks of at least 1");
  }
};

namespace detail {

/// The embeddings of a batch and the gradient by them, chunk by chunk.
template <class T>
class cached_batch {
 public:
  explicit cached_batch(const chunked_batch& batch)
      : batch_(batch),
        embeddings_(((batch.check)(), static_cast<std::size_t>(batch.rows * batch.width))),
        gradient_(embeddings_.size()) {}

  template <class Encode>
  void encode(Encode&& encode) {
    each_chunk([&](index_t first, index_t count) { encode(first, rows_of(embeddings_, first, count)); });
  }
  template <class Pull>
  void pull(Pull&& pull) {
    each_chunk(
        [&](index_t first, index_t count) { pull(first, matrix_view<const T>(rows_of(gradient_, first, count))); });
  }
  matrix_view<const T> embeddings() { return matrix_view<const T>(rows_of(embeddings_, 0, batch_.rows)); }
  matrix_view<T> gradient() { return rows_of(gradient_, 0, batch_.rows); }

 private:
  template <class Visit>
  void each_chunk(Visit&& visit) const {
    for (index_t first = 0; first < batch_.rows; first += batch_.chunk)
      visit(first, batch_.rows - first < batch_.chunk ? batch_.rows - first : batch_.chunk);
  }
  matrix_view<T> rows_of(std::vector<T>& matrix, index_t first, index_t count) const {
    return {matrix.data() + first * batch_.width, {count, batch_.width}};
  }

  chunked_batch batch_;
  std::vector<T> embeddings_, gradient_;
};

}  // namespace detail

/// The value of a loss of a whole batch, and its exact gradient by the encoder's parameters, though the encoder takes
/// the batch in chunks: its memory is that of a chunk, whatever the number of negatives. In three steps:
///
///   encode(first, embeddings)     every chunk without a graph: fills the rows (count, D) of samples from `first` on
///
///   loss(z, by_z)                 all rows (N, D) at once: the value; adds to the gradient, which is 0 before
///
///   pull(first, by_embeddings)    every chunk again, with a graph: takes d loss / d embeddings (count, D) through it
///
/// `loss` is any call of an engine, and its answer is that of this function:
///
///   grad_cache({.rows = n, .width = d, .chunk = 64}, encode,
///              [&](auto z, auto by_z) { return value_and_grad(tiled{}, criterion, targets, z, by_z); }, pull);
///
/// The gradient is that of the batch in one piece if the encoder gives a sample the same embedding both times, in any
/// chunk: repeat the random numbers of dropout, and use no statistics of a chunk (batch normalisation). T is the type
/// of embeddings. Beyond the encoder: 2 N D numbers, and what the loss takes. Gao et al. 2021, arXiv:2101.06983.
template <class T = float, class Encode, class Loss, class Pull>
requires std::invocable<Loss&, matrix_view<const T>, matrix_view<T>>
auto grad_cache(const chunked_batch& batch, Encode&& encode, Loss&& loss, Pull&& pull) {
  detail::cached_batch<T> cached(batch);
  cached.encode(encode);
  auto result = loss(cached.embeddings(), cached.gradient());
  cached.pull(pull);
  return result;
}

/// The same of two batches, each with an encoder of its own, such as images and texts: loss(x, y, by_x, by_y).
template <class T = float, class EncodeFirst, class EncodeSecond, class Loss, class PullFirst, class PullSecond>
requires std::invocable<Loss&, matrix_view<const T>, matrix_view<const T>, matrix_view<T>, matrix_view<T>>
auto grad_cache(const chunked_batch& first, EncodeFirst&& encode_first, const chunked_batch& second,
                EncodeSecond&& encode_second, Loss&& loss, PullFirst&& pull_first, PullSecond&& pull_second) {
  detail::cached_batch<T> x(first), y(second);
  x.encode(encode_first);
  y.encode(encode_second);
  auto result = loss(x.embeddings(), y.embeddings(), x.gradient(), y.gradient());
  x.pull(pull_first);
  y.pull(pull_second);
  return result;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
