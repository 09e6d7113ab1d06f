// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Max-margin contrastive learning (MMCL): weights negatives by how much they support the margin.

#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Max-margin contrastive learning (MMCL), the form with a matrix inverse: negatives are weighted by how much they
/// support the margin of a classifier that separates the anchor from them.
///
///   loss  = 1/N sum_t ( sum_{i != t} a_ti k(x_i, y_t) - k(x_t, y_t) sum_{i != t} a_ti ),   k(x, y) = e^((2<x, y> -
///   2)/sigma) a_ti  = min(max(solution_i, 0), cap) of   sum_j M_ij solution_j = 2,   i, j != t, M_ij  = 1 + ridge [i =
///   j] + k(x_i, x_j) - k(x_t, x_i) - k(x_t, x_j)
///
/// Called with two views of N >= 2 samples, (N, D) each: `value_and_grad(executor, mmcl{}, x, y, {.first, .second})`.
/// Rows are taken as they are, as in the paper, and must come as unit rows (`check_finite` refuses others). The
/// coefficients a are constant in the gradient. They are computed in double, with O(N^2) memory and O(N^3) work: the N
/// systems differ from one matrix by a row, a column and two products of vectors, so that one inverse serves all. The
/// value is not bounded below by 0. Source: Shah et al. 2021, arXiv:2112.11450, as its code has it (which compares
/// negatives x_i with y_t).
struct mmcl {
  double sigma = 1;           // > 0, in units of squared distance: the kernel's width
  double cap = 1;             // > 0, the largest coefficient (the paper's C); -1: none
  double ridge = 0.1;         // > 0, added to the diagonal
  bool check_finite = false;  // refuse NaN, infinities and rows of a length outside [0.99, 1.01]
  static constexpr rows form = rows::unit_as_given;
  static constexpr const char* name = "mmcl";
  static constexpr bool is_of_aligned_rows = true;

  void(check)() const {
    MIXCON_REQUIRE(sigma > 0 && sigma - sigma == 0, "mmcl: sigma is ", sigma, "; expected a finite number > 0, as 1");
    MIXCON_REQUIRE(cap > 0 || cap == -1, "mmcl: cap is ", cap, "; expected a number > 0, or -1 for none");
    MIXCON_REQUIRE(ridge > 0 && ridge - ridge == 0, "mmcl: ridge is ", ridge, "; expected a finite number > 0, as 0.1");
  }

  template <class Executor, class E, class T = accumulate_t<E>>
  loss_result<T> evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                          const aligned_gradients<T>& wanted) const;
};

namespace detail {

/// A square matrix of doubles that is solved with.
class square_matrix {
 public:
  square_matrix(index_t size, workspace* memory) : size_(size), data_(memory, static_cast<std::size_t>(size * size)) {}
  index_t size() const { return size_; }
  double* operator[](index_t i) { return data_.data() + i * size_; }
  const double* operator[](index_t i) const { return data_.data() + i * size_; }

 private:
  index_t size_;
  scratch<double> data_;
};

/// The lower triangle L of L L^T = m, for a symmetric positive definite m; what is above stays. NaN stays NaN.
inline void factorise(square_matrix& m) {
  for (index_t i = 0; i < m.size(); ++i)
    for (index_t j = 0; j <= i; ++j) {
      double rest = m[i][j];
      for (index_t k = 0; k < j; ++k) rest -= m[i][k] * m[j][k];
      MIXCON_REQUIRE(j < i || !(rest <= 0), "mmcl: the kernel's matrix is not positive definite at row ", i,
                     "; expected rows of about unit length, or a larger ridge");
      m[i][j] = j < i ? rest / m[j][j] : std::sqrt(rest);
    }
}
/// Column `which` of the inverse of L L^T, into `x`.
inline void inverse_column(const square_matrix& lower, index_t which, double* x) {
  const index_t size = lower.size();
  for (index_t i = 0; i < size; ++i) {
    double rest = i == which ? 1 : 0;
    for (index_t k = which; k < i; ++k) rest -= lower[i][k] * x[k];
    x[i] = i < which ? 0 : rest / lower[i][i];
  }
  for (index_t i = size; i-- > 0;) {
    x[i] /= lower[i][i];
    for (index_t k = 0; k < i; ++k) x[k] -= lower[i][k] * x[i];
  }
}

template <class T>
double margin_kernel(const packed_rows<T>& x, index_t i, const packed_rows<T>& y, index_t j, double sigma) {
  double dot = 0;
  for (index_t k = 0; k < x.width(); ++k) dot += static_cast<double>(x.row(i)[k]) * static_cast<double>(y.row(j)[k]);
  const double kernel = std::exp((2 * dot - 2) / sigma);
  MIXCON_REQUIRE(kernel - kernel == 0 || is_nan(dot), "mmcl: the kernel of rows ", i, " and ", j, " is ", kernel,
                 "; expected rows of about unit length. Normalise them, or raise sigma");
  return kernel;
}
template <class Executor, class T>
square_matrix margin_kernels(const Executor& executor, workspace* memory, const packed_rows<T>& x,
                             const packed_rows<T>& y, double sigma) {
  square_matrix kernel(x.count(), memory);
  share_out(executor, x.count(), [&](index_t i) {
    for (index_t j = 0; j < x.count(); ++j) kernel[i][j] = margin_kernel(x, i, y, j, sigma);
  });
  return kernel;
}

/// Row t: the coefficients a_ti. With S the matrix K + ridge without row and column t, and k that column of K, the
/// system is S + 1 1^T - k 1^T - 1 k^T; S^-1 1 and S^-1 k are read off the inverse of the whole matrix.
template <class Executor, class T>
square_matrix margin_coefficients(const Executor& executor, workspace* memory, const mmcl& loss,
                                  const packed_rows<T>& x) {
  const index_t count = x.count();
  const square_matrix kernel = margin_kernels(executor, memory, x, x, loss.sigma);
  square_matrix lower = kernel, inverse(count, memory), coefficients(count, memory);
  for (index_t i = 0; i < count; ++i) lower[i][i] += loss.ridge;
  factorise(lower);
  share_out(executor, count, [&](index_t t) { inverse_column(lower, t, inverse[t]); });
  scratch<double> sums(memory);
  for (index_t t = 0; t < count; ++t) {
    double sum = 0;
    for (index_t i = 0; i < count; ++i) sum += inverse[t][i];
    sums.push_back(sum);
  }
  share_out(executor, count, [&](index_t t) {
    const double *column = inverse[t], *k = kernel[t];
    const double of_ones = sums[static_cast<std::size_t>(t)] / column[t];
    auto solved_ones = [&](index_t i) { return sums[static_cast<std::size_t>(i)] - column[i] * of_ones; };
    auto solved_column = [&](index_t i) { return -column[i] / column[t]; };
    double ones = 0, mixed = 0, columns = 0;  // 1^T S^-1 1, 1^T S^-1 k, k^T S^-1 k
    for (index_t i = 0; i < count; ++i)
      if (i != t) ones += solved_ones(i), mixed += solved_column(i), columns += k[i] * solved_column(i);
    const double determinant = (1 - mixed) * (1 - mixed) + ones * (1 - columns);
    const double total = 2 * ones / determinant;                                         // 1^T solution
    const double weighted = 2 * (mixed - mixed * mixed + ones * columns) / determinant;  // k^T solution
    for (index_t i = 0; i < count; ++i) {
      const double solution = solved_ones(i) * (2 - total + weighted) + solved_column(i) * total;
      const double least = solution <= 0 ? 0 : solution;
      coefficients[t][i] = i == t ? 0 : loss.cap > 0 && least > loss.cap ? loss.cap : least;
    }
  });
  return coefficients;
}

}  // namespace detail

template <class Executor, class E, class T>
loss_result<T> mmcl::evaluate(const Executor& executor, const detail::aligned_rows<E>& rows, double upstream,
                              const aligned_gradients<T>& wanted) const {
  const index_t count = rows.count();
  MIXCON_REQUIRE(count >= 2, "mmcl: ", count, " sample; expected at least 2, the others are its negatives");
  workspace* const memory = rows.memory();
  const detail::square_matrix coefficients = detail::margin_coefficients(executor, memory, *this, rows.first());
  detail::square_matrix slope = detail::margin_kernels(executor, memory, rows.first(), rows.second(), sigma);
  scratch<double> values(memory, static_cast<std::size_t>(count));
  for (index_t t = 0; t < count; ++t) {
    double own = 0;
    for (index_t i = 0; i < count; ++i) own -= coefficients[t][i];
    for (index_t i = 0; i < count; ++i) {
      const double part = (i == t ? own : coefficients[t][i]) * slope[i][t] / static_cast<double>(count);
      values[static_cast<std::size_t>(t)] += part;
      slope[i][t] = part * 2 / sigma * upstream;
    }
  }
  detail::ordered_sum<double> value;
  for (const double x : values) value.add(x);
  const auto add = [&](const matrix_view<T>& to, const detail::packed_rows<T>& others, bool transposed) {
    const auto width = static_cast<std::size_t>(to.extent(1));
    detail::reserve_for_tasks(executor, memory, width * sizeof(double));
    detail::share_out(executor, to.extent(0), [&](index_t i) {
      scratch<double> sum(memory, width);
      for (index_t j = 0; j < count; ++j)
        for (index_t k = 0; k < to.extent(1); ++k)
          sum[static_cast<std::size_t>(k)] +=
              (transposed ? slope[j][i] : slope[i][j]) * static_cast<double>(others.row(j)[k]);
      for (index_t k = 0; k < to.extent(1); ++k) to(i, k) += static_cast<T>(sum[static_cast<std::size_t>(k)]);
    });
  };
  add(wanted.first, rows.second(), false);
  add(wanted.second, rows.first(), true);
  return {static_cast<T>(value.value()), count};
}

/// The coefficients a_ti of `mmcl` for the first view x (N, D), into `coefficients` (N, N); 0 where i = t.
template <class Executor, Viewable<2> Embeddings>
void mmcl_coefficients(const Executor& executor, const mmcl& loss, const Embeddings& x,
                       const matrix_view<double>& coefficients) {
  using E = std::remove_const_t<element_t<const Embeddings>>;
  const auto rows = detail::checked_rows<E>("mmcl_coefficients", loss, x, x, in_workspace::none());
  MIXCON_REQUIRE(coefficients.extent(0) == rows.count() && coefficients.extent(1) == rows.count() && rows.count() > 1,
                 "mmcl_coefficients: room for ", coefficients.extents(), " coefficients of ", rows.count(),
                 " samples; expected (N, N) and at least 2 samples");
  const detail::square_matrix found = detail::margin_coefficients(executor, nullptr, loss, rows.first());
  for (index_t t = 0; t < rows.count(); ++t)
    for (index_t i = 0; i < rows.count(); ++i) coefficients(t, i) = found[t][i];
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
