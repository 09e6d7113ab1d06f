// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Two matrices of aligned rows, checked and packed, and the gradients by both.

#include <mixcon/contrast/result.hpp>
#include <mixcon/core/clear_row.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/packed_rows.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The gradients of a loss of aligned rows, row i of one matrix with row i of the other: (N, D) each. Default-made ones
/// are not wanted. Where both matrices have rows in common, the gradient by one alone is refused, unless
/// `stop_gradient` says that the other is a constant.
template <class T>
struct aligned_gradients {
  matrix_view<T> first{}, second{};
  bool stop_gradient = false;
};

namespace detail {

/// Two matrices of aligned rows behind the public door: checked, and packed in the type computed in; and the memory of
/// the call.
template <class E>
class aligned_rows {
 public:
  using T = accumulate_t<E>;

  aligned_rows(const char* function, const char* loss, const matrix_view<const E>& first,
               const matrix_view<const E>& second, rows form, bool check_finite, workspace* memory,
               bool sets_gradients = false)
      : function_(function),
        loss_(loss),
        memory_(memory),
        sets_gradients_(sets_gradients),
        first_view_(first),
        second_view_(second),
        first_(packed(first, "first rows", form, check_finite)),
        second_(packed(second, "second rows", form, check_finite)) {
    MIXCON_REQUIRE(first.extent(0) > 0 && first.extent(1) > 0 && first.extents() == second.extents(), function, ": ",
                   loss, " of rows ", first.extents(), " and ", second.extents(),
                   "; expected two matrices of one shape, row i of one with row i of the other");
  }

  index_t count() const { return first_.count(); }
  index_t width() const { return first_.width(); }
  /// Where arrays of the loss live: in the caller's workspace; null where there is none.
  workspace* memory() const { return memory_; }
  /// Whether gradients are set, whatever stands in them, instead of added to; asked of losses that know it.
  bool sets_gradients() const { return sets_gradients_; }
  const packed_rows<T>& first() const { return first_; }
  const packed_rows<T>& second() const { return second_; }

  void check_gradients(const aligned_gradients<T>& wanted, bool second_is_constant) const {
    const bool one_part = static_cast<bool>(wanted.first) != static_cast<bool>(wanted.second);
    MIXCON_REQUIRE(
        !one_part || second_is_constant || wanted.stop_gradient || !share_rows(first_view_, second_view_), function_,
        ": the first and the second rows of ", loss_,
        " have rows in common, and a gradient is asked for by one of the two: a part of what these rows get. Ask for "
        "both and add them, or say .stop_gradient = true if the other rows are constants");
    (check)(wanted.first, "first");
    (check)(wanted.second, "second");
    MIXCON_REQUIRE(!wanted.first || !wanted.second || !overlap(wanted.first, wanted.second), function_,
                   ": the gradients of ", loss_, " by both rows share memory; hand in a buffer for each");
  }

 private:
  packed_rows<T> packed(const matrix_view<const E>& from, const char* name, rows form, bool check_finite) const {
    packed_rows<T> to = form == rows::unit ? packed_rows<T>() : standing(from);
    const bool stands = to.count() > 0;
    if (!stands) to = packed_rows<T>(from.extent(0), from.extent(1), memory_);
    for (index_t i = 0; i < from.extent(0); ++i) {
      if (!stands) to.pack(i, vector_view<const E>{&from(i, 0), {from.extent(1)}, {from.stride(1)}}, form);
      if (!check_finite) continue;
      MIXCON_REQUIRE(to.row_is_finite(i), function_, ": row ", i, " of the ", name, " of ", loss_,
                     " has an entry that is NaN or infinite; expected finite numbers. Has training diverged?");
      if (form == rows::unit_as_given) to.check_unit(function_, name, i, i);
    }
    return to;
  }
  /// The rows where they stand, if that is how packed ones would; else none.
  packed_rows<T> standing(const matrix_view<const E>& from) const {
    if constexpr (std::is_same_v<E, T>)
      if (packed_rows<T>::may_stand(from))
        return packed_rows<T>::standing(from.data(), from.extent(0), from.extent(1), memory_);
    return {};
  }
  void(check)(const matrix_view<T>& output, const char* name) const {
    require_data(function_, "a gradient", output);
    MIXCON_REQUIRE(!output || output.extents() == first_view_.extents(), function_, ": the gradient of ", loss_,
                   " by the ", name, " rows is ", output.extents(), "; expected ", first_view_.extents());
    MIXCON_REQUIRE(!output || (!overlap(output, first_view_) && !overlap(output, second_view_)), function_,
                   ": the gradient of ", loss_, " by the ", name,
                   " rows shares memory with the embeddings; hand in a buffer of its own");
  }

  const char* function_;
  const char* loss_;
  workspace* memory_;
  bool sets_gradients_;
  matrix_view<const E> first_view_, second_view_;
  packed_rows<T> first_, second_;
};

/// Sets what is wanted to 0.
template <class T>
void(clear)(const aligned_gradients<T>& wanted) {
  const matrix_view<T> both[] = {wanted.first, wanted.second};
  for (const auto& gradient : both)
    for (index_t i = 0; i < gradient.extent(0); ++i) clear_row(gradient, i);
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
