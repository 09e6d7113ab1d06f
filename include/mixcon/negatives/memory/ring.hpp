// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A ring of the last rows pushed, with ids, labels and steps: the storage of queues and memories.

#include <mixcon/core/integer_view.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>

#include <cstdint>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A ring of the last `capacity` rows pushed, with an id, a label and a step each: the storage of queues and of
/// cross-batch memories. Row r of the storage is slot r; new rows overwrite the oldest. The storage never moves, so a
/// kernel may keep its address; until the ring is full only the first `size()` slots hold rows. Plain data: copy, store
/// and restore it as it is. T may be bfloat16 or half; arithmetic on such rows is in float.
template <Storable T>
struct ring {
  index_t capacity = 0, width = 0;
  std::vector<T> rows{};                            // (capacity, width)
  std::vector<std::int64_t> id{}, label{}, step{};  // (capacity)
  index_t pushed = 0;                               // rows in all

  ring() = default;
  ring(index_t slots, index_t row_width)
      : capacity(slots),
        width(row_width),
        rows(checked_size(slots, row_width)),
        id(static_cast<std::size_t>(slots)),
        label(static_cast<std::size_t>(slots)),
        step(static_cast<std::size_t>(slots)) {}

  index_t size() const { return pushed < capacity ? pushed : capacity; }
  /// The slot that the next row will take.
  index_t head() const { return pushed % capacity; }
  /// The slot of the row that was pushed `age` rows ago, 0 being the newest.
  index_t slot_of(index_t age) const {
    MIXCON_REQUIRE(age >= 0 && age < size(), "ring: age ", age, " of ", size(), " rows; expected 0 to one less");
    return (pushed - 1 - age) % capacity;
  }
  /// How many rows were pushed after that of a slot.
  index_t age_of(index_t slot) const {
    MIXCON_REQUIRE(slot >= 0 && slot < size(), "ring: slot ", slot, " of ", size(), " rows; expected 0 to one less");
    return (pushed - 1 - slot) % capacity;
  }

  /// The filled slots, in the order of the storage: candidates.
  matrix_view<const T> view() const { return {rows.data(), {size(), width}}; }
  integer_view ids() const { return vector_view<const std::int64_t>{id.data(), {size()}}; }
  integer_view labels() const { return vector_view<const std::int64_t>{label.data(), {size()}}; }

  /// Adds rows (B, D), B <= capacity, as constants; returns the slot of the first. Ids and labels are 0 where none are
  /// given.
  template <detail::GivenTensor<2> Rows>
  index_t push(const Rows& tensor, const integer_view& new_ids = {}, const integer_view& new_labels = {},
               std::int64_t at_step = 0) {
    const auto from = detail::view_given<2>("ring", "the rows to push", tensor);
    const index_t count = from.extent(0);
    MIXCON_REQUIRE(capacity >= 1 && count <= capacity && from.extent(1) == width, "ring: pushing rows ", from.extents(),
                   " into ", capacity, " slots of width ", width, "; expected at most as many rows, of that width");
    MIXCON_REQUIRE((new_ids.empty() || new_ids.size() == count) && (new_labels.empty() || new_labels.size() == count),
                   "ring: ", new_ids.size(), " ids and ", new_labels.size(), " labels for ", count,
                   " rows; expected one each, or none");
    for (const integer_view* stored : {&new_ids, &new_labels})
      for (index_t i = 0; i < stored->size(); ++i)
        MIXCON_REQUIRE(!stored->value(i).is_beyond, "ring: an id or a label of row ", i, " is ",
                       to_string(stored->value(i)),
                       "; expected at most 2^63 - 1, since they are stored as std::int64_t. Number them anew?");
    const index_t first = head();
    for (index_t i = 0; i < count; ++i, ++pushed) {
      const index_t slot = head();
      const auto s = static_cast<std::size_t>(slot);
      for (index_t k = 0; k < width; ++k) rows[static_cast<std::size_t>(slot * width + k)] = static_cast<T>(from(i, k));
      id[s] = new_ids.empty() ? 0 : new_ids[i];
      label[s] = new_labels.empty() ? 0 : new_labels[i];
      step[s] = at_step;
    }
    return first;
  }
  void(clear)() { pushed = 0; }

 private:
  static std::size_t checked_size(index_t slots, index_t row_width) {
    MIXCON_REQUIRE(slots >= 1 && row_width >= 1, "ring: ", slots, " slots of width ", row_width,
                   "; expected at least 1 of each");
    return static_cast<std::size_t>(slots * row_width);
  }
};

namespace detail {

/// Refuses rows that are not of length 1, within what their type can say.
template <detail::GivenTensor<2> Rows>
void check_unit_rows(const char* function, const Rows& tensor) {
  const auto rows = view_given<2>(function, "the rows to push", tensor);
  for (index_t i = 0; i < rows.extent(0); ++i) {
    double squared = 0;
    for (index_t k = 0; k < rows.extent(1); ++k)
      squared += static_cast<double>(rows(i, k)) * static_cast<double>(rows(i, k));
    MIXCON_REQUIRE(squared >= 0.9801 && squared <= 1.0201, function, ": row ", i, " has squared length ", squared,
                   "; expected unit rows. Divide rows by their length, or say normalised = false");
  }
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
