// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Relational knowledge distillation (RKD): the student keeps the teacher's distances and angles between rows.

#include <mixcon/contrast/doors.hpp>

#if !defined(__CUDACC__)  // nvcc has no vector registers: it knows the parameters alone
#include <cmath>
#include <vector>

#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/engine/call/pair_distance.hpp>
#include <mixcon/engine/paired/aligned_calls.hpp>
#include <mixcon/engine/tiled/tile_product.hpp>
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Relational knowledge distillation (RKD): distances between the student's rows, and angles at each of them, are to be
/// the teacher's.
///
///   loss = distance / N^2 sum_ij h(d_ij / mean d - teacher's) + angle / N^3 sum_ijk h(<u_ij, u_ik> - teacher's)
///
/// h: smooth L1, x^2 / 2 up to 1 and |x| - 1/2 beyond; d_ij = |s_i - s_j|, its mean over entries > 0, through which the
/// gradient flows; u_ij = (s_j - s_i) / d_ij, 0 where rows coincide. Called with student (N, D) and teacher (N, D'):
/// `value_and_grad(executor, relational_distillation{}, student, teacher, {.first = gradient})`; the teacher is a
/// constant. O(N^2 (D + D')) work and, with angles, O(N^3 (D + D')); memory O(N (D + D')) a thread: no (N, N) and no
/// (N, N, N) array. In float or double. Source: Park et al. 2019, arXiv:1904.05068, eq. 2 to 7.
struct relational_distillation {
  double distance = 25, angle = 50;  // weights, >= 0
  static constexpr bool is_of_paired_rows = true, second_is_constant = true;

  void(check)() const {
    MIXCON_REQUIRE(distance >= 0 && distance - distance == 0 && angle >= 0 && angle - angle == 0,
                   "relational_distillation: the weights are ", distance, " and ", angle,
                   "; expected two finite numbers >= 0, as 25 and 50");
  }
};

namespace detail {
template <>
inline constexpr bool has_own_call<relational_distillation> = true;
}  // namespace detail

#if !defined(__CUDACC__)
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Rows (N, D) on their side: entry (k, j) is number k of row j. Padded with zeros to whole vectors.
template <class T>
struct turned_rows {
  index_t count, width, pitch = detail::packed_rows<T>::pitch_of(count);
  std::vector<T> data = std::vector<T>(static_cast<std::size_t>(width * pitch));

  T* operator[](index_t k) { return data.data() + k * pitch; }
  const T* operator[](index_t k) const { return data.data() + k * pitch; }
};
template <class T>
turned_rows<T> turned(const detail::packed_rows<T>& x) {
  turned_rows<T> to{x.count(), x.width()};
  for (index_t j = 0; j < x.count(); ++j)
    for (index_t k = 0; k < x.width(); ++k) to[k][j] = x.row(j)[k];
  return to;
}

/// The slope of smooth L1; NaN stays.
template <class T>
T smooth_slope(T x) {
  return x > T(1) ? T(1) : x < T(-1) ? T(-1) : x;
}
template <class T>
T smooth_value(T x) {
  const T slope = smooth_slope(x);
  return slope * (x - slope / 2);
}

/// The distances of one set of rows, and their mean.
template <class T>
class mean_distances {
 public:
  template <class Executor>
  mean_distances(const Executor& executor, const detail::packed_rows<T>& x) : rows_(x), turned_(turned(x)) {
    std::vector<double> sums(static_cast<std::size_t>(x.count())), counts(sums);
    detail::share_out(executor, x.count(), [&](index_t i) {
      for (const double d : row(i)) {
        sums[static_cast<std::size_t>(i)] += d;
        counts[static_cast<std::size_t>(i)] += d <= 0 ? 0 : 1;
      }
    });
    double sum = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) sum += sums[i], positive_ += counts[i];
    inverse_ = positive_ == 0 ? 0 : positive_ / sum;
  }

  /// Distances of row i to all.
  std::vector<double> row(index_t i) const {
    std::vector<T> squares(static_cast<std::size_t>(turned_.pitch));
    for_set_in_use([&](auto set) {
      using vector = typename decltype(set)::template vector<T>;
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        constexpr index_t width = lane_count<vector>();
        index_t j = 0;
        for (; j + 4 * width <= turned_.pitch; j += 4 * width) square_columns<vector, 4>(i, j, squares.data() + j);
        for (; j < turned_.pitch; j += width) square_columns<vector, 1>(i, j, squares.data() + j);
      });
    });
    std::vector<double> distances(static_cast<std::size_t>(turned_.count));
    vectors::for_each_wide<T>(turned_.count, [&](index_t j, auto as) MIXCON_IN_LOOPS {
      using W = decltype(as);
      detail::store_as<W>(distances.data() + j, mixcon::sqrt_of(vectors::load_wide<W>(squares.data() + j)));
    });
    for (std::size_t j = 0; j < distances.size(); ++j)
      if (!(squares[j] > detail::least_square<T> && squares[j] < detail::largest_square<T>))
        distances[j] = detail::distance_of(rows_.row(i), rows_.row(static_cast<index_t>(j)), rows_.width());
    return distances;
  }
  double inverse() const { return inverse_; }    // 1 / mean; 0 where all rows coincide
  double positive() const { return positive_; }  // how many entries are > 0

 private:
  /// The squared distances of row i from `number` vectors of rows from j on.
  template <class V, unsigned number>
  MIXCON_IN_LOOPS void square_columns(index_t i, index_t j, T* to) const {
    V sums[number];
    MIXCON_UNROLL
    for (V& sum : sums) sum = V(0);
    for (index_t k = 0; k < turned_.width; ++k) {
      const T* const line = turned_[k];
      const V own(line[i]);
      MIXCON_UNROLL
      for (unsigned n = 0; n < number; ++n) {
        const V apart = detail::load_as<V>(line + j + n * lane_count<V>()) - own;
        sums[n] += apart * apart;
      }
    }
    MIXCON_UNROLL
    for (unsigned n = 0; n < number; ++n) detail::store_as<V>(to + n * lane_count<V>(), sums[n]);
  }

  const detail::packed_rows<T>& rows_;
  turned_rows<T> turned_;
  double inverse_ = 0, positive_ = 0;
};

/// The distance term; adds its gradient by the packed student rows.
template <class Executor, class T>
double add_distances(const Executor& executor, const detail::packed_rows<T>& student,
                     const detail::packed_rows<T>& teacher, double weight, std::vector<T>& gradient) {
  const index_t count = student.count();
  const mean_distances<T> of_student(executor, student), of_teacher(executor, teacher);
  const double share = weight / static_cast<double>(count) / static_cast<double>(count);
  std::vector<double> values(static_cast<std::size_t>(count)), pulls(values);
  const auto apart = [&](const std::vector<double>& s, const std::vector<double>& t, std::size_t j) {
    return s[j] * of_student.inverse() - t[j] * of_teacher.inverse();
  };
  detail::share_out(executor, count, [&](index_t i) {
    const std::vector<double> s = of_student.row(i), t = of_teacher.row(i);
    for (std::size_t j = 0; j < s.size(); ++j) {
      values[static_cast<std::size_t>(i)] += smooth_value(apart(s, t, j));
      pulls[static_cast<std::size_t>(i)] += smooth_slope(apart(s, t, j)) * (s[j] * of_student.inverse());
    }
  });
  detail::ordered_sum<double> value, pull;
  for (const double x : values) value.add(x);
  for (const double x : pulls) pull.add(x);
  const double inverse = of_student.inverse();
  const double by_mean = of_student.positive() == 0 ? 0 : pull.value() * inverse / of_student.positive();
  detail::share_out(executor, count, [&](index_t i) {
    const std::vector<double> s = of_student.row(i), t = of_teacher.row(i);
    T* const to = gradient.data() + i * student.pitch();
    for_set_in_use([&](auto set) {
      using vector = typename decltype(set)::template vector<T>;
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        for (std::size_t j = 0; j < s.size(); ++j) {
          const double slope = smooth_slope(apart(s, t, j)) * inverse - by_mean;
          const detail::pair_pull<T> pair(2 * share * slope, s[j]);  // (i, j) and (j, i)
          if (pair.is_none()) continue;                              // coincident rows have no direction
          pair.template add<vector>(to, student.row(i), student.row(static_cast<index_t>(j)), student.pitch());
        }
      });
    });
  });
  return share * value.value();
}

/// The directions from one row to all, on their side too.
template <class T>
struct directions_from {
  detail::packed_rows<T> unit;
  turned_rows<T> on_side;
  std::vector<double> stretch;  // a power of two that differences were multiplied by first: unit rows have no size

  directions_from(const detail::packed_rows<T>& x, index_t from)
      : unit(x.count(), x.width()), on_side{x.count(), x.width()}, stretch(static_cast<std::size_t>(x.count()), 1.0) {
    std::vector<T> apart(static_cast<std::size_t>(x.width()));
    for (index_t j = 0; j < x.count(); ++j) {
      const double distance = vectors::distance_of(x.row(j), x.row(from), x.width());
      double& times = stretch[static_cast<std::size_t>(j)];
      if (!(distance >= 1e-6 && distance <= 1e6)) times = to_unit_size(x.row(j), x.row(from), x.width());
      vectors::for_each_wide<T>(x.width(), [&](index_t k, auto as) MIXCON_IN_LOOPS {
        using W = decltype(as);
        const W by = vectors::load_wide<W>(x.row(j) + k) - vectors::load_wide<W>(x.row(from) + k);
        vectors::store_wide<W>(apart.data() + k, by * W(times));
      });
      unit.pack(j, vector_view<const T>{apart.data(), {x.width()}}, rows::unit);
      for (index_t k = 0; k < x.width(); ++k) on_side[k][j] = unit.row(j)[k];
    }
  }
  /// The power of two that brings the largest difference of two rows near 1, if that is finite and not 0.
  static double to_unit_size(const T* a, const T* c, index_t width) {
    double top = 0;
    for (index_t k = 0; k < width; ++k) {
      const double size = std::fabs(static_cast<double>(a[k]) - static_cast<double>(c[k]));
      top = top < size ? size : top;
    }
    if (top == 0 || top - top != 0) return 1;
    return std::ldexp(1.0, top < 0x1p-1000 ? 1000 : -std::ilogb(top));
  }
  /// Products of `number` directions from the first on with all, (number, pitch).
  void products(index_t first, index_t number, T* to) const {
    tile_product(false, number, on_side.pitch, on_side.width, strided<T>{on_side.data.data() + first, 1, on_side.pitch},
                 rows_of_vectors<T>{on_side.data.data(), on_side.pitch}, to, on_side.pitch);
  }
};

/// The smooth L1 of products apart from the expected, whose slopes take their place. Sixteen sums side by side: one
/// order on every machine.
template <class T>
double smooth_sum(T* products, const T* expected, index_t count) {
  constexpr index_t side_by_side = 16;
  T sums[side_by_side];
  for_set_in_use([&](auto set) {
    run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
      using V = lanes<T, 8>;
      V of[2] = {V(0), V(0)};
      for (index_t j = 0; j < count; j += side_by_side) {
        MIXCON_UNROLL
        for (index_t half = 0; half < 2; ++half) {
          T* const at = products + j + half * 8;
          const V apart = detail::load_as<V>(at) - detail::load_as<V>(expected + j + half * 8);
          const V slope = choose(apart > V(1), V(1), choose(apart < V(-1), V(-1), apart));
          of[half] += slope * (apart - slope * V(T(0.5)));
          detail::store_as<V>(at, slope);
        }
      }
      detail::store_as<V>(sums, of[0]), detail::store_as<V>(sums + 8, of[1]);
    });
  });
  double sum = 0;
  for (const T x : sums) sum += static_cast<double>(x);
  return sum;
}

/// The angles at one row: their share of the value, and `scale` times the gradient by all student rows, into `to`.
template <class T>
double angles_at(index_t at, const detail::packed_rows<T>& student, const detail::packed_rows<T>& teacher, T scale,
                 T* to) {
  constexpr index_t at_once = 32;
  const directions_from<T> own(student, at), expected(teacher, at);
  const index_t count = student.count(), pitch = own.on_side.pitch, row = student.pitch();
  std::vector<T> products(static_cast<std::size_t>(at_once * pitch)), wanted(products);
  std::vector<T> by_unit(static_cast<std::size_t>(at_once * row));
  double value = 0;
  for (index_t first = 0; first < count; first += at_once) {
    const index_t number = count - first < at_once ? count - first : at_once;
    own.products(first, number, products.data());
    expected.products(first, number, wanted.data());
    for (index_t j = 0; j < number; ++j)
      value += smooth_sum(products.data() + j * pitch, wanted.data() + j * pitch, pitch);
    tile_product(false, number, row, count, strided<T>{products.data(), pitch, 1},
                 rows_of_vectors<T>{own.unit.row(0), row}, by_unit.data(), row);
    for (index_t j = 0; j < number; ++j) {
      T* const by_row = to + (first + j) * row;
      const T by_apart = static_cast<T>(static_cast<double>(scale) * own.stretch[static_cast<std::size_t>(first + j)]);
      for (index_t k = 0; k < row; ++k) by_row[k] = by_unit[static_cast<std::size_t>(j * row + k)] * by_apart;
      own.unit.unpack_in_place(first + j, by_row);
    }
  }
  std::vector<T> sums(static_cast<std::size_t>(row));
  for (index_t j = 0; j < count; ++j)
    for (index_t k = 0; k < row; ++k) sums[static_cast<std::size_t>(k)] += to[j * row + k];
  for (index_t k = 0; k < row; ++k) to[at * row + k] -= sums[static_cast<std::size_t>(k)];
  return value;
}

/// The angle term; adds its gradient by the packed student rows. A few rows at a time, whose gradients
/// are then added in order: the same bits for any number of threads.
template <class Executor, class T>
double add_angles(const Executor& executor, const detail::packed_rows<T>& student,
                  const detail::packed_rows<T>& teacher, double weight, std::vector<T>& gradient) {
  constexpr index_t at_once = 8;
  const index_t count = student.count();
  const auto samples = static_cast<double>(count);
  const double share = weight / samples / samples / samples;
  const auto scale = static_cast<T>(2 * share);  // (j, k) and (k, j)
  std::vector<std::vector<T>> parts(static_cast<std::size_t>(at_once), std::vector<T>(gradient.size()));
  double values[at_once];
  detail::ordered_sum<double> value;
  for (index_t first = 0; first < count; first += at_once) {
    const index_t number = count - first < at_once ? count - first : at_once;
    detail::share_out(executor, number, [&](index_t task) {
      values[task] = angles_at(first + task, student, teacher, scale, parts[static_cast<std::size_t>(task)].data());
    });
    for (index_t task = 0; task < number; ++task) {
      value.add(values[task]);
      const std::vector<T>& part = parts[static_cast<std::size_t>(task)];
      for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += part[k];
    }
  }
  return share * value.value();
}

template <class E>
detail::packed_rows<accumulate_t<E>> packed(const matrix_view<const E>& from) {
  detail::packed_rows<accumulate_t<E>> to(from.extent(0), from.extent(1));
  for (index_t i = 0; i < from.extent(0); ++i)
    to.pack(i, vector_view<const E>{&from(i, 0), {from.extent(1)}, {from.stride(1)}}, rows::as_given);
  return to;
}

}  // namespace tiles

/// The loss of a student's rows (N, D) and a teacher's (N, D'), and the gradient by the student's, if wanted: sets it.
template <detail::Engine Executor, Viewable<2> Student, Viewable<2> Teacher>
auto value_and_grad(const Executor& executor, const relational_distillation& loss, const Student& student,
                    const Teacher& teacher, const aligned_gradients<accumulate_t<element_t<const Student>>>& wanted) {
  using E = std::remove_const_t<element_t<const Student>>;
  using T = accumulate_t<E>;
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "mixcon: relational_distillation computes in float or double; convert these rows");
  (loss.check)();
  const matrix_view<const E> s = detail::view_given<2>("value_and_grad", "the student's rows", student);
  const matrix_view<const E> t = detail::view_given<2>("value_and_grad", "the teacher's rows", teacher);
  MIXCON_REQUIRE(s.extent(0) > 0 && s.extent(1) > 0 && t.extent(1) > 0 && s.extent(0) == t.extent(0),
                 "value_and_grad: relational_distillation of student rows ", s.extents(), " and teacher rows ",
                 t.extents(), "; expected one of each a sample");
  MIXCON_REQUIRE(!wanted.second,
                 "value_and_grad: a gradient by the teacher is asked for; it is a constant of relational_distillation");
  detail::require_data("value_and_grad", "the gradient", wanted.first);
  MIXCON_REQUIRE(!wanted.first || wanted.first.extents() == s.extents(), "value_and_grad: the gradient is ",
                 wanted.first.extents(), "; expected ", s.extents(), ", the shape of the student's rows");
  MIXCON_REQUIRE(!wanted.first || (!detail::overlap(wanted.first, s) && !detail::overlap(wanted.first, t)),
                 "value_and_grad: the gradient shares memory with the embeddings; hand in a buffer of its own");

  const auto own = tiles::packed(s), expected = tiles::packed(t);
  std::vector<T> gradient(static_cast<std::size_t>(own.count() * own.pitch()));
  double value = 0;
  if (loss.distance > 0) value += tiles::add_distances(executor, own, expected, loss.distance, gradient);
  if (loss.angle > 0) value += tiles::add_angles(executor, own, expected, loss.angle, gradient);
  for (index_t i = 0; i < wanted.first.extent(0); ++i)
    for (index_t k = 0; k < own.width(); ++k)
      wanted.first(i, k) = gradient[static_cast<std::size_t>(i * own.pitch() + k)];
  return loss_result<T>{static_cast<T>(value), own.count()};
}

}  // namespace MIXCON_INSTRUCTION_SET
#endif
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
