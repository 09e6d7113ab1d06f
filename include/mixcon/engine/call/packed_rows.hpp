// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows as engines read them: in the type computed in, unit rows if asked, padded to whole vectors.

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/number/row_lengths.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/workspace.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Rows as the engines read them: in the type computed in, divided by their length where the similarity asks so, and
/// each padded with zeros to whole vectors of any instruction set. Unit rows may instead stand where the caller has
/// them: then a row is `times` what `row` reads, and neither `row` nor `dot` and the like multiply by it.
template <class T>
class packed_rows {
 public:
  packed_rows() = default;
  packed_rows(index_t count, index_t width, workspace* memory = nullptr)
      : count_(count),
        width_(width),
        data_(scratch<T>::unset(memory, static_cast<std::size_t>(count * pitch_of(width)))),
        unit_(memory, static_cast<std::size_t>(count)),
        backward_(memory, static_cast<std::size_t>(count)) {}

  /// Rows that are read where they stand, one after the other: nothing is copied, as they are given is how they enter.
  /// Their width must be that of whole vectors, `pitch_of(width)`.
  static packed_rows standing(const T* at, index_t count, index_t width, workspace* memory) {
    packed_rows rows;
    rows.count_ = count, rows.width_ = width, rows.standing_ = at;
    rows.unit_ = scratch<char>(memory, static_cast<std::size_t>(count));
    return rows;
  }
  /// The same as unit rows: what reads them multiplies by `times`. None where that would lose digits, of rows that are
  /// not finite or whose length is extreme.
  static packed_rows standing_as_unit(const T* at, index_t count, index_t width, workspace* memory) {
    packed_rows rows = standing(at, count, width, memory);
    rows.times_ = scratch<T>(memory, static_cast<std::size_t>(count));
    rows.backward_ = scratch<T>(memory, static_cast<std::size_t>(count));
    for (index_t i = 0; i < count; ++i) {
      const wide_t<T> length = vectors::length_of_row(rows.row(i), width);
      if (length != 0 && !(length > wide_t<T>(1e-12) && length < wide_t<T>(1e12))) return {};
      rows.note_length(i, length);
      rows.times_[static_cast<std::size_t>(i)] = static_cast<T>(1 / divisor_of(length));
    }
    return rows;
  }

  /// Whether `standing` rows would lie as packed ones do.
  static bool may_stand(const matrix_view<const T>& from) {
    return from.stride(1) == 1 && from.stride(0) == from.extent(1) && from.extent(1) == pitch_of(from.extent(1));
  }

  /// From one row to the next, for rows of this width.
  static constexpr index_t pitch_of(index_t width) { return (width + 15) / 16 * 16; }

  index_t count() const { return count_; }
  index_t width() const { return width_; }
  index_t pitch() const { return pitch_of(width_); }
  /// What row i is to be multiplied by: 1, but of unit rows that stand where they were given.
  T times(index_t i) const { return times_.empty() ? T(1) : times_[static_cast<std::size_t>(i)]; }
  const T* row(index_t i) const { return (standing_ == nullptr ? data_.data() : standing_) + i * pitch(); }
  /// Where rows that were packed elsewhere are put, count * pitch numbers; `note_received` looks at them.
  T* to_receive() { return data_.data(); }
  void note_received() {
    index_t odd = 0;
    for (index_t k = 0; k < count_ * pitch(); ++k) odd += data_.data()[k] - data_.data()[k] == T(0) ? 0 : 1;
    finite_ = odd == 0;
  }
  /// Whether every entry is a finite number.
  bool finite() const {
    if (standing_ == nullptr || !times_.empty()) return finite_;
    for (index_t i = 0; i < count_; ++i)
      if (!row_is_finite(i)) return false;
    return true;
  }
  bool row_is_finite(index_t i) const { return vectors::is_finite_row(row(i), width_); }
  T squared_length(index_t i) const { return dot(row(i), row(i)); }
  /// Refuses row i if it is said to be a unit row and is none; `name` and `named` say in the sentence which row it is.
  void check_unit(const char* function, const char* name, index_t named, index_t i) const {
    const wide_t<T> length = vectors::length_of_row(row(i), width_);
    MIXCON_REQUIRE(length >= wide_t<T>(0.99) && length <= wide_t<T>(1.01), function, ": row ", named, " of the ", name,
                   " has length ", length,
                   "; expected unit rows, of a length in [0.99, 1.01]. Divide rows by their "
                   "length, let the similarity do it (rows::unit), or say rows::as_given if any length is meant");
  }
  /// Products in one order, so that a row and its copy have distance exactly 0.
  T dot(const T* a, const T* b) const { return vectors::product_of_rows(a, b, width_); }

  /// Row `to` becomes the given one; T may be narrower than what it is stored as.
  template <class E>
  void pack(index_t to, const vector_view<const E>& from, rows form) {
    T* row = data_.data() + to * pitch();
#if !defined(__CUDACC__)
    if constexpr (std::is_same_v<T, float> && std::is_same_v<E, float>)
      if (from.stride(0) == 1) return pack_floats(to, from.data(), form);
#endif
    for (index_t k = 0; k < width_; ++k) row[k] = static_cast<T>(from[k]);
    for (index_t k = width_; k < pitch(); ++k) row[k] = 0;
    index_t odd = 0;
    for (index_t k = 0; k < width_; ++k) odd += row[k] - row[k] == T(0) ? 0 : 1;
    finite_ = finite_ && odd == 0;
    unit_[static_cast<std::size_t>(to)] = 0;
    if (form != rows::unit) return;
    const wide_t<T> length = vectors::length_of_row(row, width_), divisor = divisor_of(length);
    note_length(to, length);
    if constexpr (sizeof(T) < sizeof(wide_t<T>)) {  // what the factor's rounding loses, T does not see
      const wide_t<T> factor = 1 / divisor;
      for (index_t k = 0; k < width_; ++k) row[k] = static_cast<T>(static_cast<wide_t<T>>(row[k]) * factor);
    } else {
      for (index_t k = 0; k < width_; ++k) row[k] /= divisor;
    }
  }

  /// Adds the gradient by the caller's row i, given the one by the packed row.
  void unpack(index_t i, const T* by_packed, const vector_view<T>& add_to) const {
    unpack_each(
        i, [by_packed](index_t k) { return by_packed[k]; }, add_to);
  }
  /// The same, by_packed(k) being the gradient by entry k.
  template <class ByPacked>
  void unpack_each(index_t i, const ByPacked& by_packed, const vector_view<T>& add_to) const {
    if (!unit_[static_cast<std::size_t>(i)]) {
      for (index_t k = 0; k < width_; ++k) add_to[k] += by_packed(k);
      return;
    }
    const T slope = backward_[static_cast<std::size_t>(i)], *x = row(i);
    if (slope == T(0)) return;  // a row without direction
    const T radial = radial_part(i, by_packed);
    for (index_t k = 0; k < width_; ++k) add_to[k] += (by_packed(k) - x[k] * radial) * slope;
  }

  /// The gradient by row i, given by the packed row, becomes that by the caller's row, where it stands.
  void unpack_in_place(index_t i, T* gradient) const {
    if (!unit_[static_cast<std::size_t>(i)]) return;
    const T slope = backward_[static_cast<std::size_t>(i)], *x = row(i);
#if !defined(__CUDACC__)
    if constexpr (std::is_same_v<T, float>)
      if (slope != T(0)) return vectors::take_off_radial(gradient, x, times(i), width_, slope);
#endif
    const T radial = radial_part(i, [gradient](index_t k) { return gradient[k]; });
    for (index_t k = 0; k < width_; ++k)
      gradient[k] = slope == T(0) ? T(0) : T(0) + (gradient[k] - x[k] * radial) * slope;
  }

 private:
  /// By how much row i goes into <unit, gradient> unit; products of floats in double, as on vectors.
  template <class ByPacked>
  T radial_part(index_t i, const ByPacked& by_packed) const {
    using sum = std::conditional_t<std::is_same_v<T, float>, double, T>;
    const T* const x = row(i);
    const sum product =
        sum_by_eight<sum>(width_, [&](index_t k) { return static_cast<sum>(x[k]) * static_cast<sum>(by_packed(k)); });
    return static_cast<T>(product * static_cast<sum>(times(i))) * times(i);
  }
  /// What divides a row of this length: an infinite one is NaN, and with it the row.
  static wide_t<T> divisor_of(wide_t<T> length) {
    const wide_t<T> finite = length + (length - length);
    return finite <= wide_t<T>(1e-12) ? wide_t<T>(1e-12) : finite;
  }
  /// That row i is divided by its length.
  void note_length(index_t i, wide_t<T> length) {
    unit_[static_cast<std::size_t>(i)] = 1;
    backward_[static_cast<std::size_t>(i)] =
        length <= wide_t<T>(1e-12) ? T(0) : static_cast<T>(1 / (length + (length - length)));
  }
#if !defined(__CUDACC__)
  /// `pack` of a row of floats side by side, on vectors.
  void pack_floats(index_t to, const T* from, rows form) {
    T* const row = data_.data() + to * pitch();
    for (index_t k = width_; k < pitch(); ++k) row[k] = 0;
    unit_[static_cast<std::size_t>(to)] = 0;
    if (form != rows::unit) {
      const double squares = vectors::copy_and_square(from, row, width_);
      finite_ = finite_ && squares - squares == 0;
      return;
    }
    const double length = vectors::length_of_row(from, width_);
    finite_ = finite_ && length - length == 0;
    vectors::copy_times(from, row, width_, 1 / divisor_of(length));
    note_length(to, length);
  }
#endif

  index_t count_ = 0, width_ = 0;
  bool finite_ = true;
  const T* standing_ = nullptr;  // where the rows are the caller's
  scratch<T> times_;             // empty, or what these are multiplied by
  scratch<T> data_;              // a row is not set before it is packed
  scratch<char> unit_;           // whether the row was divided by its length
  scratch<T> backward_;          // if so, 1 / length; 0 for a row too short to have a direction
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
