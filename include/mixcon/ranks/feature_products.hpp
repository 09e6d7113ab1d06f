// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Barlow Twins and VICReg over ranks: means, variances and products of features are sums over all ranks' rows.

#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/vicreg.hpp>
#include <mixcon/ranks/together.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// This rank's rows of one view (n, D), less the mean of all ranks' rows; memory O(n D), and (D, D) for products.
template <class T>
class features_of_all {
 public:
  using wide = wide_t<T>;

  /// `rows` may be null: a rank without rows takes part in the sums.
  template <class Board>
  features_of_all(const Board& board, const packed_rows<T>* rows, index_t all, index_t width)
      : entries_{rows != nullptr ? rows->count() : 0, width}, squares_(static_cast<std::size_t>(width)) {
    std::vector<wide> mean(squares_.size());
    for (index_t i = 0; i < entries_.rows; ++i)
      for (index_t k = 0; k < width; ++k) mean[static_cast<std::size_t>(k)] += static_cast<wide>(rows->row(i)[k]);
    board.add_up(mean.data(), width);
    for (wide& m : mean) m /= static_cast<wide>(all);
    for (index_t i = 0; i < entries_.rows; ++i)
      for (index_t k = 0; k < width; ++k) {
        const wide x = static_cast<wide>(rows->row(i)[k]) - mean[static_cast<std::size_t>(k)];
        squares_[static_cast<std::size_t>(k)] += x * x;
        entries_.row(i)[k] = static_cast<T>(x);
      }
    board.add_up(squares_.data(), width);
  }

  const padded_matrix<T>& entries() const { return entries_; }
  /// The sum of squares of feature k over all ranks.
  wide squares(index_t k) const { return squares_[static_cast<std::size_t>(k)]; }
  void multiply(const std::vector<wide>& factors) {
    for (index_t i = 0; i < entries_.rows; ++i)
      for (index_t k = 0; k < entries_.columns; ++k)
        entries_.row(i)[k] =
            static_cast<T>(static_cast<wide>(entries_.row(i)[k]) * factors[static_cast<std::size_t>(k)]);
  }

 private:
  padded_matrix<T> entries_;
  std::vector<wide> squares_;
};

/// factor a^T b over the rows of all ranks: (D, D), added in the ranks' order.
template <class Board, class Engine, class T>
padded_matrix<T> products_of_all(const Board& board, const Engine& engine, const padded_matrix<T>& a,
                                 const padded_matrix<T>& b, wide_t<T> factor) {
  padded_matrix<T> products = column_products(engine, a, b, factor);
  board.add_up(products.data.data(), static_cast<index_t>(products.data.size()));
  return products;
}
template <class T>
wide_t<T> sum_of_squares(const padded_matrix<T>& m) {
  ordered_sum<wide_t<T>> sum;
  for (const T x : m.data) sum.add(static_cast<wide_t<T>>(x) * static_cast<wide_t<T>>(x));
  return sum.value();
}

/// As barlow_twins::evaluate, of features alone: products of samples would need the rows of all.
template <class Call, class T>
loss_result<T> barlow_twins_over_ranks(const barlow_twins& loss, const Call& call, const aligned_gradients<T>& wanted) {
  using wide = wide_t<T>;
  const auto& board = call.board;
  board.refuse_together([&] {
    MIXCON_REQUIRE(call.rows >= 2, "barlow_twins: ", call.rows,
                   " sample on all ranks; expected at least 2, whose features can vary");
  });
  const wide share = 1 / static_cast<wide>(call.rows), factor = static_cast<wide>(loss.redundancy);
  const auto width = static_cast<std::size_t>(call.width);
  features_of_all<T> a(board, call.mine ? &call.mine->first() : nullptr, call.rows, call.width),
      b(board, call.mine ? &call.mine->second() : nullptr, call.rows, call.width);
  const auto standardise = [&](features_of_all<T>& view) {
    std::vector<wide> inverse(width);
    for (std::size_t k = 0; k < width; ++k)
      inverse[k] = 1 / std::sqrt(view.squares(static_cast<index_t>(k)) * share + static_cast<wide>(loss.epsilon));
    view.multiply(inverse);
    return inverse;
  };
  const std::vector<wide> by_a = standardise(a), by_b = standardise(b);
  std::vector<wide> own(width);
  for (index_t i = 0; i < a.entries().rows; ++i)
    for (std::size_t k = 0; k < width; ++k)
      own[k] += static_cast<wide>(a.entries().row(i)[k]) * static_cast<wide>(b.entries().row(i)[k]);
  board.add_up(own.data(), call.width);
  for (wide& c : own) c *= share;
  const padded_matrix<T> products = products_of_all(board, call.executor.inner, a.entries(), b.entries(), share);
  wide value = factor * sum_of_squares(products);
  for (const wide c : own) value += (c - 1) * (c - 1) - factor * c * c;

  const auto add = [&](const features_of_all<T>& view, const std::vector<wide>& inverse,
                       const features_of_all<T>& other, const padded_matrix<T>& across, const matrix_view<T>& to) {
    if (!to) return;
    const wide outer = static_cast<wide>(call.upstream) * static_cast<wide>(loss.scale) * 2 * share;
    std::vector<wide> squares(width);
    for (index_t j = 0; j < across.rows; ++j)
      for (std::size_t k = 0; k < width; ++k)
        squares[k] += static_cast<wide>(across.row(j)[k]) * static_cast<wide>(across.row(j)[k]);
    for_each_product_row(call.executor.inner, other.entries(), across, [&](index_t i, const T* row) {
      const T *mine = view.entries().row(i), *theirs = other.entries().row(i);
      for (std::size_t k = 0; k < width; ++k) {
        const wide by_own = own[k] - 1 - factor * own[k], along = by_own * own[k] + factor * squares[k];
        const wide slope = by_own * static_cast<wide>(theirs[k]) + factor * static_cast<wide>(row[k]) -
                           along * static_cast<wide>(mine[k]);
        to(i, static_cast<index_t>(k)) += static_cast<T>(outer * inverse[k] * slope);
      }
    });
  };
  add(a, by_a, b, transposed(products), wanted.first);
  add(b, by_b, a, products, wanted.second);
  return {static_cast<T>(static_cast<wide>(loss.scale) * value), call.rows};
}

/// The terms of one view: its variances and covariances.
template <class Call, class T, class wide>
wide vicreg_spread_over_ranks(const vicreg& loss, const Call& call, const packed_rows<T>* rows,
                              const matrix_view<T>& wanted, wide upstream) {
  const features_of_all<T> x(call.board, rows, call.rows, call.width);
  const wide freedom = static_cast<wide>(call.rows - 1), share = 1 / static_cast<wide>(call.width);
  const wide factor = static_cast<wide>(loss.covariance) * share;
  padded_matrix<T> products = products_of_all(call.board, call.executor.inner, x.entries(), x.entries(), 1 / freedom);
  for (index_t k = 0; k < call.width; ++k) products.row(k)[k] = 0;
  wide value = factor * sum_of_squares(products);
  std::vector<wide> slope;
  for (index_t k = 0; k < call.width; ++k) {
    const wide deviation = std::sqrt(x.squares(k) / freedom + static_cast<wide>(loss.epsilon)), lacking = 1 - deviation;
    const wide weight = static_cast<wide>(loss.halves_variance ? loss.variance / 2 : loss.variance) * share;
    slope.push_back(lacking <= 0 ? 0 : -weight / (freedom * deviation));
    value += lacking <= 0 ? 0 : weight * lacking;
  }
  if (wanted)
    for_each_product_row(call.executor.inner, x.entries(), products, [&](index_t i, const T* row) {
      for (index_t k = 0; k < call.width; ++k) {
        const wide by_products = 4 * factor / freedom * static_cast<wide>(row[k]);
        const wide by_own = slope[static_cast<std::size_t>(k)] * static_cast<wide>(x.entries().row(i)[k]);
        wanted(i, k) += static_cast<T>(upstream * (by_products + by_own));
      }
    });
  return value;
}
template <class Call, class T>
loss_result<T> vicreg_over_ranks(const vicreg& loss, const Call& call, const aligned_gradients<T>& wanted) {
  using wide = wide_t<T>;
  call.board.refuse_together([&] {
    MIXCON_REQUIRE(call.rows >= 2, "vicreg: ", call.rows,
                   " sample on all ranks; expected at least 2, whose features can vary");
  });
  const packed_rows<T>*first = call.mine ? &call.mine->first() : nullptr,
        *second = call.mine ? &call.mine->second() : nullptr;
  const wide upstream = static_cast<wide>(call.upstream);
  const wide share = static_cast<wide>(loss.invariance) / static_cast<wide>(call.rows * call.width);
  ordered_sum<wide> sum;
  for (index_t i = 0; first != nullptr && i < first->count(); ++i)
    for (index_t k = 0; k < call.width; ++k) {
      const wide apart = static_cast<wide>(first->row(i)[k]) - static_cast<wide>(second->row(i)[k]);
      sum.add(apart * apart);
      if (wanted.first) wanted.first(i, k) += static_cast<T>(2 * upstream * share * apart);
      if (wanted.second) wanted.second(i, k) -= static_cast<T>(2 * upstream * share * apart);
    }
  wide agree = sum.value();
  call.board.add_up(&agree, 1);
  const wide value = share * agree + vicreg_spread_over_ranks(loss, call, first, wanted.first, upstream) +
                     vicreg_spread_over_ranks(loss, call, second, wanted.second, upstream);
  return {static_cast<T>(value), call.rows};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
