// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The packed rows of one call, and the way of their gradients back to the caller's views.

#include <mixcon/core/clear_row.hpp>
#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/arguments.hpp>
#include <mixcon/engine/call/packed_gradients.hpp>
#include <mixcon/engine/call/problem.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The packed rows of one call: anchors, shared candidates of all segments in their order, own candidates.
template <class E>
class operands {
 public:
  using T = accumulate_t<E>;

  template <class Objective>
  operands(const arguments<E>& from, const Objective& objective, workspace* memory) : from_(from), memory_(memory) {
    [[maybe_unused]] const timed_phase packing(phase::packing);
    const pair_space pairs = from.space();
    const index_t width = from.anchors.extent(1);
    mirrors_ = from.mirrors(objective);
    anchors_ = packed_rows<T>(pairs.anchors, width, memory);
    if (!mirrors_) shared_ = packed_rows<T>(pairs.candidates, width, memory);
    own_ = packed_rows<T>(0, width, memory);
    const rows anchor_form = form_for(objective, objective.similarity.anchor_rows()),
               candidate_form = form_for(objective, objective.similarity.candidate_rows());
    for (index_t i = 0; i < pairs.anchors; ++i)
      pack(anchors_, i, row_of(as_rank_3(from.anchors), i), anchor_form, objective.check_finite, "anchors", i);
    index_t next = 0;
    if (mirrors_) return;
    for (const auto& segment : from.candidates.each) {
      const rows form = segment.form.value_or(candidate_form);
      if (segment.is_own && stands<Objective>(segment.rows_of, form, anchor_form == rows::unit, objective.check_finite))
        continue;
      if (segment.is_own) own_ = packed_rows<T>(pairs.anchors * pairs.own, width, memory);
      packed_rows<T>& to = segment.is_own ? own_ : shared_;
      const index_t first = segment.is_own ? 0 : next;
      for (index_t r = 0; r < segment.count(); ++r)
        pack(to, first + r, row_of(segment.rows_of, r), form, objective.check_finite, "candidates", r);
      if (!segment.is_own) next += segment.count();
    }
  }

  const packed_rows<T>& anchors() const { return anchors_; }
  const packed_rows<T>& shared() const { return mirrors_ ? anchors_ : shared_; }
  const packed_rows<T>& own() const { return own_; }

  /// Adds gradients by packed rows to those by the caller's rows; empty ones are not wanted.
  void unpack(gradient_rows<T>& by_anchors, gradient_rows<T>& by_shared, gradient_rows<T>& by_own,
              const gradients<T>& wanted) const {
    if (wanted.anchors) unpack(anchors_, 0, by_anchors, as_rank_3(wanted.anchors));
    const bool is_done = by_shared.shares_with(by_anchors);
    index_t next = 0;
    for (std::size_t s = 0; s < from_.candidates.each.size(); ++s) {
      const auto& segment = from_.candidates.each[s];
      if (s < wanted.candidates.size() && wanted.candidates[s]) {
        if (segment.is_own)
          unpack(own_, 0, by_own, wanted.candidates[s].view());
        else if (!is_done)
          unpack(shared(), next, by_shared, wanted.candidates[s].view());
      }
      if (!segment.is_own) next += segment.count();
    }
  }

  /// Where gradients that are wanted are added up; with `columns`, anchors and candidates have changed places. Zeros,
  /// or, if `are_zero` says that the caller's gradients are, these themselves where rows stand in them as packed ones
  /// do.
  packed_gradients<T> buffers(const gradients<T>& wanted, bool columns, bool are_zero) const {
    bool any_shared = false, any_own = false;
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      if (wanted.candidates[s]) (from_.candidates.each[s].is_own ? any_own : any_shared) = true;
    auto zeros = [&](bool is_wanted, const packed_rows<T>& rows) {
      return gradient_rows<T>(
          scratch<T>(memory_, is_wanted ? static_cast<std::size_t>(rows.count() * rows.pitch()) : 0));
    };
    auto place = [&](const packed_rows<T>& rows, const tensor_view<T, 3>& caller) {
      const bool is_packed = are_zero && rows.width() == rows.pitch() && caller.extent(0) == rows.count() &&
                             caller.extent(1) == 1 && caller.stride(2) == 1 && caller.stride(0) == rows.pitch();
      return is_packed
                 ? gradient_rows<T>::elsewhere(caller.data(), static_cast<std::size_t>(rows.count() * rows.pitch()))
                 : zeros(static_cast<bool>(caller), rows);
    };
    packed_gradients<T> to;
    gradient_rows<T> by_anchors = place(anchors_, as_rank_3(wanted.anchors)), by_shared;
    to.one_output = mirrors_ && !columns && any_shared && wanted.anchors &&
                    wanted.candidates[0].view().data() == wanted.anchors.data();
    if (to.one_output)
      by_shared = by_anchors.shared();
    else if (any_shared && from_.candidates.each.size() == 1 && !overlap(wanted.candidates[0].view(), wanted.anchors))
      by_shared = place(shared(), wanted.candidates[0].view());
    else
      by_shared = zeros(any_shared, shared());
    (columns ? to.candidates : to.anchors) = static_cast<gradient_rows<T>&&>(by_anchors);
    (columns ? to.anchors : to.candidates) = static_cast<gradient_rows<T>&&>(by_shared);
    to.own = zeros(any_own, own_);
    to.prepare(wanted, columns, (columns ? shared() : anchors_).count(), memory_);
    return to;
  }

 private:
  /// Of the packed rows from `first` on, which a view of the caller's has the gradient of.
  static void unpack(const packed_rows<T>& rows, index_t first, gradient_rows<T>& by_packed,
                     const tensor_view<T, 3>& caller) {
    const index_t count = caller.extent(0) * caller.extent(1), pitch = rows.pitch();
    T* const by_first = by_packed.data() + first * pitch;
    if (by_first == caller.data())
      for (index_t r = 0; r < count; ++r) rows.unpack_in_place(first + r, by_first + r * pitch);
    else
      for (index_t r = 0; r < count; ++r) rows.unpack(first + r, by_first + r * pitch, row_of(caller, r));
  }
  /// Own rows are read once a pass: those that lie as packed ones do stay where they are. Unit rows only beside unit
  /// anchors, so that no product leaves the range of T.
  template <class Objective>
  bool stands(const tensor_view<const E, 3>& from, rows form, bool anchors_are_unit, bool check_finite) {
    constexpr bool by_products =
        decltype(Objective::similarity)::linear && loss_traits<decltype(Objective::loss)>::scope != each::triplet;
    if constexpr (std::is_same_v<E, T>) {
      const index_t number = from.extent(0) * from.extent(1), width = from.extent(2);
      const bool side_by_side = (from.extent(1) == 1 || from.stride(1) == width) &&
                                (from.extent(0) == 1 || from.stride(0) == from.extent(1) * width);
      const matrix_view<const T> all(from.data(), {number, width}, {width, from.stride(2)});
      if (check_finite || !side_by_side || !packed_rows<T>::may_stand(all)) return false;
      if (form != rows::unit)
        own_ = packed_rows<T>::standing(from.data(), number, width, memory_);
      else if (by_products && anchors_are_unit)
        own_ = packed_rows<T>::standing_as_unit(from.data(), number, width, memory_);
    }
    return own_.count() > 0;
  }
  void pack(packed_rows<T>& to, index_t i, const vector_view<const E>& row, rows form, bool check_finite,
            const char* name, index_t named) const {
    for (index_t k = 0; check_finite && k < row.extent(0); ++k) {
      const T x = static_cast<T>(row[k]);
      MIXCON_REQUIRE(x - x == T(0), from_.function, ": ", name, " (", named, ", ", k, ") is ", x,
                     "; expected finite numbers. Has training diverged?");
    }
    to.pack(i, row, form);
    if (check_finite && form == rows::unit_as_given) to.check_unit(from_.function, name, named, i);
  }
  /// How rows enter: a loss whose formula assumes unit rows expects them of a similarity that takes rows as given.
  template <class Objective>
  static rows form_for(const Objective&, rows form) {
    constexpr bool assumes_unit_rows = requires(const Objective& o) { o.loss.assumes_unit_rows; };
    return assumes_unit_rows && form == rows::as_given ? rows::unit_as_given : form;
  }

  const arguments<E>& from_;
  workspace* memory_;
  bool mirrors_ = false;  // the candidates are the anchors: packed once
  packed_rows<T> anchors_, shared_, own_;
};

/// What holds the rows of a call.
template <class Call>
struct operands_of_call;
template <class E>
struct operands_of_call<arguments<E>> {
  using type = operands<E>;
};

/// Sets what is wanted to 0.
template <class T>
void(clear)(const gradients<T>& wanted) {
  auto zero = [](const auto& matrix) {
    for (index_t i = 0; i < matrix.extent(0); ++i) clear_row(matrix, i);
  };
  const matrix_view<T> matrices[] = {wanted.logits, wanted.anchors, wanted.pair_scale, wanted.pair_bias,
                                     wanted.targets};
  for (const auto& matrix : matrices) zero(matrix);
  for (const auto& segment : wanted.candidates) {
    const auto& by = segment.view();
    for (index_t j = 0; j < by.extent(1); ++j)
      zero(matrix_view<T>{by.data() + j * by.stride(1), {by.extent(0), by.extent(2)}, {by.stride(0), by.stride(2)}});
  }
  for (index_t c = 0; c < wanted.candidate_bias.extent(0); ++c) wanted.candidate_bias[c] = T(0);
  double* const numbers[] = {wanted.temperature, wanted.scale, wanted.bias};
  for (double* number : numbers)
    if (number) *number = 0;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
