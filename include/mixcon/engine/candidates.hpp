// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How candidates are passed: one matrix, or segments of `candidates(own(keys), queue)`, each with rows as given or as
// unit rows.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/short_list.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <optional>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
/// Rows (M, D), or k rows for each of N anchors (N, k, D), as a view of rank 3.
template <class E>
tensor_view<E, 3> as_rank_3(const matrix_view<E>& m) {
  return {m.data(), {m.extent(0), index_t{1}, m.extent(1)}, {m.stride(0), index_t{0}, m.stride(1)}};
}
template <class E>
tensor_view<E, 3> as_rank_3(const tensor_view<E, 3>& m) {
  return m;
}
}  // namespace detail

/// Candidates of one origin: rows that every anchor sees, or (own) rows of each anchor alone.
template <class E>
struct candidate_segment {
  tensor_view<const E, 3> rows_of{};  // (M, 1, D) shared; (N, k, D) own
  bool is_own = false;
  std::optional<rows> form{};  // instead of what the similarity says

  index_t count() const { return rows_of.extent(0) * rows_of.extent(1); }
};

/// Candidates in segments, in the order given. `candidates(...)` makes one of a list that is known when it is compiled;
/// where their number is known at run time only, add them one by one:
///
///   candidate_segments<float> against;
///   for (const auto& rows : matrices) against.add(rows);
template <class E>
struct candidate_segments {
  short_list<candidate_segment<E>> each{};

  /// One segment more: rows (M, D) that every anchor sees, or what `own`, `as_given` or `as_unit` returned. The rows
  /// must outlive the calls. Returns the list itself.
  template <class Part>
  candidate_segments& add(Part&& part);
};

namespace detail {
template <class E>
inline constexpr bool is_part_of_call<candidate_segment<E>> = true;
template <class E>
inline constexpr bool is_part_of_call<candidate_segments<E>> = true;

template <class Tensor>
concept RowsOfAny = Viewable<Tensor, 2> || Viewable<Tensor, 3>;
/// Of rank 2 or 3; of rank 2 where the type leaves it open.
template <RowsOfAny Tensor>
auto view_of_rows(Tensor& tensor) {
  if constexpr (Viewable<Tensor, 2>)
    return ask_traits<2>(tensor);
  else
    return ask_traits<3>(tensor);
}
template <class T>
inline constexpr bool is_segment = false;
template <class E>
inline constexpr bool is_segment<candidate_segment<E>> = true;

template <class E>
candidate_segment<E> as_segment(const candidate_segment<E>& s) {
  return s;
}
template <Viewable<2> Tensor>
auto as_segment(Tensor& tensor) {
  return candidate_segment<element_t<Tensor>>{as_rank_3(matrix_view<const element_t<Tensor>>(ask_traits<2>(tensor)))};
}
template <class Part>
concept SegmentPart = is_segment<std::remove_cvref_t<Part>> || Viewable<std::remove_reference_t<Part>, 2>;

template <class E>
candidate_segments<E> as_segments(const candidate_segments<E>& s) {
  return s;
}
template <class Part>
requires SegmentPart<Part>
auto as_segments(Part& part) {
  auto segment = as_segment(part);
  return candidate_segments<std::remove_const_t<typename decltype(segment.rows_of)::element>>{{segment}};
}
template <class C>
concept Candidates = requires(C& c) { as_segments(c); };
template <class C>
using candidate_element_t =
    std::remove_const_t<typename decltype(as_segments(std::declval<C&>()).each[0].rows_of)::element>;
}  // namespace detail

namespace detail {
/// Says at compile time that rows must outlive the candidates made of them.
template <class Part>
constexpr void check_lasting() {
  static_assert(is_segment<std::remove_cvref_t<Part>> || Lasting<Part>,
                "mixcon: this temporary owns its rows and the candidates would outlive them; keep it in a variable");
}
}  // namespace detail

/// Candidates that only their own anchor sees: keys (N, D), one each, or (N, k, D). They come first in a row.
template <class Tensor>
auto own(Tensor&& tensor) {
  static_assert(detail::RowsOfAny<std::remove_reference_t<Tensor>>,
                "mixcon: own(...) takes keys (N, D), one for each anchor, or (N, k, D)");
  if constexpr (detail::RowsOfAny<std::remove_reference_t<Tensor>>) {
    detail::check_lasting<Tensor>();
    auto v = detail::view_of_rows(tensor);
    using E = element_t<Tensor>;
    return candidate_segment<E>{detail::as_rank_3(tensor_view<const E, decltype(v)::rank>(v)), true};
  }
}
/// A segment whose rows are taken as they are, whatever the similarity says of candidates: MoCo-n's queue.
template <class Part>
requires detail::SegmentPart<Part>
auto as_given(Part&& part) {
  detail::check_lasting<Part>();
  auto segment = detail::as_segment(part);
  segment.form = rows::as_given;
  return segment;
}
/// A segment whose rows are made unit rows, whatever the similarity says of candidates.
template <class Part>
requires detail::SegmentPart<Part>
auto as_unit(Part&& part) {
  detail::check_lasting<Part>();
  auto segment = detail::as_segment(part);
  segment.form = rows::unit;
  return segment;
}

template <class E>
template <class Part>
candidate_segments<E>& candidate_segments<E>::add(Part&& part) {
  detail::check_lasting<Part>();
  static_assert(detail::SegmentPart<Part>,
                "mixcon: add(...) takes rows (M, D), or what own(...), as_given(...) or as_unit(...) returned");
  const auto segment = detail::as_segment(part);
  static_assert(std::is_same_v<std::remove_const_t<typename decltype(segment.rows_of)::element>, E>,
                "mixcon: these rows are of another type than the list of segments");
  each.push_back(segment);
  return *this;
}

/// Several segments as one set of candidates: `candidates(z, u)`, `candidates(own(keys), queue)`.
template <class First, class... More>
requires(detail::SegmentPart<First> && (detail::SegmentPart<More> && ...))
auto candidates(First&& first, More&&... more) {
  detail::check_lasting<First>();
  (detail::check_lasting<More>(), ...);
  auto segment = detail::as_segment(first);
  return candidate_segments<std::remove_const_t<typename decltype(segment.rows_of)::element>>{
      {segment, detail::as_segment(more)...}};
}

namespace detail {
/// Says at compile time that none of these can be candidates.
template <class... Parts>
constexpr void refuse_candidates() {
  static_assert(
      (SegmentPart<Parts> && ...),
      "mixcon: candidates are matrices (M, D) of types whose adapter is included, own(keys), as_given(rows) or "
      "as_unit(rows); flat memory becomes a matrix by as_matrix(memory, rows, columns)");
}
}  // namespace detail
template <class... Parts>
requires(!(detail::SegmentPart<Parts> && ...))
void candidates(Parts&&...) {
  detail::refuse_candidates<Parts...>();
}
template <class Part>
requires(!detail::SegmentPart<Part>)
void as_given(Part&&) {
  detail::refuse_candidates<Part>();
}
template <class Part>
requires(!detail::SegmentPart<Part>)
void as_unit(Part&&) {
  detail::refuse_candidates<Part>();
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
