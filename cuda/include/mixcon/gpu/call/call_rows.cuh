// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rows of a call: packed into the workspace before the sweeps, and their gradients unpacked after them.

#include <mixcon/gpu/launches.cuh>
#include <mixcon/gpu/outcome.hpp>

#include <mixcon/engine/given_logits.hpp>

namespace mixcon::gpu {

template <class E, class T, class Objective>
void pack_segment(launches& to, const Objective& objective, const tensor_view<const E, 3>& from, mixcon::rows form,
                  const device_rows<T>& rows, odd_row* odd, int kind, outcome* result) {
  constexpr bool assumes_unit_rows = requires { objective.loss.assumes_unit_rows; };
  if (assumes_unit_rows && form == mixcon::rows::as_given) form = mixcon::rows::unit_as_given;
  const bool looks = objective.check_finite;
  to.a_warp_each<&pack_rows<T, E>>(rows.count, from, form == mixcon::rows::unit,
                                   row_checks{looks, looks && form == mixcon::rows::unit_as_given}, rows, odd);
  if (looks)
    to.one_block<&find_odd_row<odd_row>, index_t>(rows.count, static_cast<const odd_row*>(odd), kind, &result->odd);
}
/// Packs anchors and candidates, and where the objective says so looks for odd ones: in the host's order.
template <class Layout, class Objective, class E>
void pack_call(launches& to, const Layout& at, const call_extents& extents, const Objective& objective,
               const mixcon::detail::arguments<E>& call) {
  const auto& similarity = objective.similarity;
  pack_segment<E>(to, objective, mixcon::detail::as_rank_3(call.anchors), similarity.anchor_rows(), at.anchors, at.odd,
                  odd_outcome::anchors, at.result);
  index_t next = 0;
  odd_row* odd = at.odd + (at.odd != nullptr ? extents.anchors : 0);
  for (const auto& segment : call.candidates.each) {
    if (extents.mirrors) break;
    const mixcon::rows form = segment.form.value_or(similarity.candidate_rows());
    const auto rows = segment.is_own ? at.own : at.shared.part(next, segment.count());
    pack_segment<E>(to, objective, segment.rows_of, form, rows, odd, odd_outcome::candidates, at.result);
    if (odd != nullptr) odd += segment.count();
    if (!segment.is_own) next += segment.count();
  }
}
/// Given logits are read where they lie.
template <class Layout, class Objective, class E>
void pack_call(launches& to, const Layout& at, const call_extents& extents, const Objective& objective,
               const mixcon::detail::logits_arguments<E>& call) {
  if (!objective.check_finite) return;
  to.a_warp_each<&find_odd_entries<E>>(extents.anchors, call.values, at.odd);
  to.one_block<&find_odd_row<odd_row>, index_t>(extents.anchors, static_cast<const odd_row*>(at.odd),
                                                static_cast<int>(odd_outcome::given_logits), &at.result->odd);
}

/// Whether gradients are wanted by own candidates, or by shared ones.
template <class E, class T>
bool wants_segment(const mixcon::detail::arguments<E>& call, const gradients<T>& wanted, bool is_own) {
  bool any = false;
  for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
    any = any || (wanted.candidates[s] && call.candidates.each[s].is_own == is_own);
  return any;
}
template <class E, class T>
bool wants_segment(const mixcon::detail::logits_arguments<E>&, const gradients<T>&, bool) {
  return false;
}
/// Whether anchors, which are the candidates, and candidates get one gradient in one place.
template <class T>
bool wants_one_gradient(const gradients<T>& wanted) {
  if (!wanted.anchors || wanted.candidates.size() != 1) return false;
  const auto a = mixcon::detail::as_rank_3(wanted.anchors), c = wanted.candidates[0].view();
  return a.data() == c.data() && a.extents() == c.extents() && a.strides() == c.strides();
}
/// Which passes of a direction may be one.
template <class Call, class T>
void join_passes(sweep_outputs<T>& out, const call_extents& extents, const Call& call, const gradients<T>& wanted) {
  out.at_once = extents.mirrors && wants_one_gradient(wanted);
  const bool by_entries =
      wanted.candidate_bias || wanted.logits || wanted.pair_scale || wanted.pair_bias || wanted.targets;
  out.joined = !out.at_once && extents.rows && extents.columns && !by_entries && wanted.anchors &&
               wants_segment(call, wanted, false);
}
/// Where the rows' direction adds, and where the columns', whose anchors are the shared candidates.
template <class Layout, class Call, class T>
sweep_outputs<T> row_outputs(const Layout& at, const call_extents& extents, const Call& call,
                             const gradients<T>& wanted) {
  sweep_outputs<T> out;
  out.candidate_bias = wanted.candidate_bias, out.logits = wanted.logits, out.pair_scale = wanted.pair_scale;
  out.pair_bias = wanted.pair_bias, out.targets = wanted.targets;
  if (wanted.anchors) out.by_anchors = at.by_anchors;
  if (wants_segment(call, wanted, false)) out.by_candidates = at.by_shared;
  if (wants_segment(call, wanted, true)) out.by_own = at.by_own;
  out.by_scale = at.by_scale, out.by_bias = at.by_bias, out.sums = at.sums;
  join_passes(out, extents, call, wanted);
  return out;
}
template <class Layout, class Call, class T>
sweep_outputs<T> column_outputs(const Layout& at, const call_extents& extents, const Call& call,
                                const gradients<T>& wanted) {
  const auto turned = [](const matrix_view<T>& m) { return m ? mixcon::detail::transposed(m) : m; };
  sweep_outputs<T> out;
  out.logits = turned(wanted.logits), out.pair_scale = turned(wanted.pair_scale);
  out.pair_bias = turned(wanted.pair_bias), out.targets = turned(wanted.targets);
  if (wanted.anchors) out.by_candidates = at.by_anchors;
  if (wants_segment(call, wanted, false)) out.by_anchors = at.by_shared;
  out.by_scale = at.by_scale, out.by_bias = at.by_bias, out.sums = at.sums;
  join_passes(out, extents, call, wanted);
  return out;
}

/// Sets the gradients that are wanted to 0.
template <class T>
void clear_gradients(launches& to, const gradients<T>& wanted) {
  const auto zero = [&](const tensor_view<T, 3>& of) {
    if (of) to.a_thread_each<&clear_entries<T>>(of.size(), of);
  };
  const matrix_view<T> matrices[] = {wanted.logits, wanted.anchors, wanted.pair_scale, wanted.pair_bias,
                                     wanted.targets};
  for (const auto& matrix : matrices) zero(mixcon::detail::as_rank_3(matrix));
  for (const auto& segment : wanted.candidates) zero(segment.view());
  const auto& bias = wanted.candidate_bias;
  zero({bias.data(), {index_t{1}, index_t{1}, bias.extent(0)}, {index_t{0}, index_t{0}, bias.stride(0)}});
}
/// Adds the gradients by packed rows to those by the caller's.
template <class Layout, class E, class T>
void unpack_call(launches& to, const Layout& at, const mixcon::detail::arguments<E>& call, const gradients<T>& wanted) {
  const auto add = [&](const device_rows<T>& rows, const T* by, const tensor_view<T, 3>& output) {
    if (output) to.a_warp_each<&unpack_rows<T>>(rows.count, rows, by, output);
  };
  add(at.anchors, at.by_anchors, mixcon::detail::as_rank_3(wanted.anchors));
  index_t next = 0;
  for (std::size_t s = 0; s < call.candidates.each.size(); ++s) {
    const auto& segment = call.candidates.each[s];
    if (s < wanted.candidates.size())
      add(segment.is_own ? at.own : at.shared.part(next, segment.count()),
          segment.is_own ? at.by_own : at.by_shared + next * at.shared.pitch(), wanted.candidates[s].view());
    if (!segment.is_own) next += segment.count();
  }
}
template <class Layout, class E, class T>
void unpack_call(launches&, const Layout&, const mixcon::detail::logits_arguments<E>&, const gradients<T>&) {}

}  // namespace mixcon::gpu
