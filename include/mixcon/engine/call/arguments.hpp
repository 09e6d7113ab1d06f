// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Checks the tensors and parameters of a public call, before any work begins.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/engine/gradients.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Refuses logits that do not fit the numbers of anchors and candidates.
template <class Logits>
void check_logits(const Logits& logits, index_t anchors, index_t candidates) {
  if constexpr (requires { (logits.check)(anchors, candidates); }) (logits.check)(anchors, candidates);
}
/// Refuses an objective that does not fit the numbers of anchors and candidates, but for its logits.
template <class Objective>
void check_policies(const char* function, const Objective& objective, const pair_space& pairs) {
  const index_t number = pairs.anchors;
  MIXCON_REQUIRE(objective.reduce != reduction::weighted || objective.weights.extent(0) == number, function,
                 ": the objective has ", objective.weights.extent(0), " weights for ", number,
                 " anchors; reduction::weighted needs one each");
  MIXCON_REQUIRE(
      objective.reduce != reduction::weighted || objective.direction.columns == 0 || pairs.candidates == number,
      function, ": ", number, " weights for a column direction over ", pairs.candidates,
      " candidates; with reduction::weighted expected as many candidates as anchors");
  if constexpr (loss_traits<decltype(objective.loss)>::both_ends)
    MIXCON_REQUIRE(pairs.candidates == number && pairs.own == 0, function, ": ", number, " anchors and ",
                   pairs.candidates, " candidates (", pairs.own,
                   " own); this loss reads the statistics of both rows of a pair, so candidates must be the anchors");
}
template <class Objective>
void check_objective(const char* function, const Objective& objective, const pair_space& pairs) {
  check_policies(function, objective, pairs);
  check_logits(objective.logits, pairs.anchors, pairs.candidates);
}

template <class Output, int Rank>
void check_gradient_shape(const char* function, const char* name, const Output& output, const axes<Rank>& expected) {
  require_data(function, "a gradient", output);
  MIXCON_REQUIRE(!output || output.extents() == expected, function, ": the gradient by the ", name, " is ",
                 output.extents(), "; expected ", expected, ", the shape of what it is the gradient of");
}
/// The shapes of gradients by candidate and by pair.
template <class T>
void check_pair_gradients(const char* function, const gradients<T>& wanted, const pair_space& space) {
  const axes<2> pairs{space.anchors, space.candidates};
  check_gradient_shape(function, "candidates' bias", wanted.candidate_bias, axes<1>{space.candidates});
  check_gradient_shape(function, "pairs' scale", wanted.pair_scale, pairs);
  check_gradient_shape(function, "pairs' bias", wanted.pair_bias, pairs);
  check_gradient_shape(function, "targets", wanted.targets, pairs);
}

/// The tensors of one public call, and everything that is checked about them before work begins.
template <class E>
struct arguments {
  using T = accumulate_t<E>;
  const char* function;
  matrix_view<const E> anchors;
  candidate_segments<E> candidates;

  pair_space space() const {
    pair_space space{anchors.extent(0), 0, 0, {}, anchors.extent(1)};
    for (const auto& segment : candidates.each) {
      if (segment.is_own) {
        space.own += segment.rows_of.extent(1);
      } else {
        space.candidates += segment.count();
        space.segments.push_back(segment.count());
      }
    }
    return space;
  }

  /// Refuses shapes that do not fit each other, before targets are asked about them.
  template <class Objective>
  void check_shapes(const Objective& objective) const {
    check_rows(objective, false);
    const pair_space pairs = space();
    MIXCON_REQUIRE(pairs.candidates + pairs.own > 0, function, ": no candidates; expected at least one segment");
    check_objective(function, objective, pairs);
  }
  /// Refuses rows of different widths and segments that are none; `may_be_empty` where others have rows too.
  template <class Objective>
  void check_rows(const Objective& objective, bool may_be_empty) const {
    (objective.check)();
    const index_t number = anchors.extent(0), width = anchors.extent(1), least = may_be_empty ? 0 : 1;
    MIXCON_REQUIRE(number >= least && width > 0, function, ": anchors are ", anchors.extents(),
                   "; expected at least one row and one column");
    int own_segments = 0;
    for (const auto& segment : candidates.each) {
      const axes<2> shape{segment.count(), segment.rows_of.extent(2)};
      MIXCON_REQUIRE(shape[0] >= least && shape[1] > 0, function, ": candidates are ", shape,
                     "; expected at least one row and one column. Is the queue still empty?");
      MIXCON_REQUIRE(shape[1] == width, function, ": anchors are ", anchors.extents(), ", candidates ", shape,
                     "; widths must match. Are the anchors taken before the projection head?");
      MIXCON_REQUIRE(!segment.is_own || segment.rows_of.extent(0) == number, function, ": own candidates are ",
                     segment.rows_of.extents(), " for ", number,
                     " anchors; expected (anchors, k, width) or (anchors, width)");
      require_data(function, "the candidates' rows", segment.rows_of);
      own_segments += segment.is_own ? 1 : 0;
    }
    MIXCON_REQUIRE(own_segments <= 1 && (own_segments == 0 || objective.direction.columns == 0), function, ": ",
                   own_segments, " own(...) segments; expected at most one, and none with a column direction");
  }

  /// Whether the candidates are the anchors, row by row.
  bool same_rows() const {
    if (candidates.each.size() != 1 || candidates.each[0].is_own) return false;
    const auto& rows = candidates.each[0].rows_of;
    return rows.data() == anchors.data() && rows.extents() == as_rank_3(anchors).extents() &&
           rows.stride(0) == anchors.stride(0) && rows.stride(2) == anchors.stride(1);
  }
  /// Whether they are packed alike too, so that a logit is the same in both orders of a pair.
  template <class Objective>
  bool mirrors(const Objective& objective) const {
    return same_rows() && !candidates.each[0].form &&
           objective.similarity.anchor_rows() == objective.similarity.candidate_rows();
  }

  template <class Objective>
  auto similarity(const Objective& objective) const {
    return objective.similarity;
  }
  template <class Objective>
  auto transposed_similarity(const Objective& objective) const {
    return objective.similarity;
  }

  /// Refuses gradients of a wrong shape, and outputs that share memory with inputs or with each other.
  void check_gradients(const gradients<T>& wanted) const { check_gradients(wanted, space()); }
  /// The same, where gradients by pair are of so many anchors and candidates.
  void check_gradients(const gradients<T>& wanted, const pair_space& pairs) const {
    MIXCON_REQUIRE(!wanted.logits, function,
                   ": the gradient by the logits is asked for, but no logits are given; ask for .pair_bias, which is "
                   "d loss / d logit too");
    check_gradient_shape(function, "anchors", wanted.anchors, anchors.extents());
    check_pair_gradients(function, wanted, pairs);
    MIXCON_REQUIRE(wanted.candidates.size() <= candidates.each.size(), function, ": ",
                   static_cast<index_t>(wanted.candidates.size()), " candidate gradients for ",
                   static_cast<index_t>(candidates.each.size()), " candidate segments; expected one each at most");
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s)
      check_gradient_shape(function, "candidates", wanted.candidates[s].view(), candidates.each[s].rows_of.extents());
    check_parts(wanted);
    check_overlap(wanted);
  }

 private:
  /// Refuses a part of the gradient by rows that stand in two places, where the other part is not asked for.
  void check_parts(const gradients<T>& wanted) const {
    if (wanted.stop_gradient) return;
    const auto wants = [&](std::size_t s) {
      return s < wanted.candidates.size() && static_cast<bool>(wanted.candidates[s]);
    };
    constexpr const char* why =
        ": a part of what these rows get. Ask for both parts (.anchors = g, .candidates = {g}, one buffer for the same "
        "rows; of one matrix pass it once, with {.embeddings = g}), or say .stop_gradient = true if the other side is "
        "a constant";
    for (std::size_t s = 0; s < candidates.each.size(); ++s) {
      MIXCON_REQUIRE(
          wants(s) == static_cast<bool>(wanted.anchors) || !share_rows(as_rank_3(anchors), candidates.each[s].rows_of),
          function, ": anchors are among the candidates, and a gradient is asked for by the ",
          wants(s) ? "candidates" : "anchors", " alone", why);
      for (std::size_t t = 0; t < s; ++t)
        MIXCON_REQUIRE(wants(s) == wants(t) || !share_rows(candidates.each[t].rows_of, candidates.each[s].rows_of),
                       function, ": candidate segments ", static_cast<index_t>(t), " and ", static_cast<index_t>(s),
                       " have rows in common, and a gradient is asked for by one of the two", why);
    }
  }
  void check_overlap(const gradients<T>& wanted) const {
    refuse_input("anchors", as_rank_3(wanted.anchors));
    refuse_input("candidates' bias", wanted.candidate_bias);
    refuse_input("pairs' scale", as_rank_3(wanted.pair_scale));
    refuse_input("pairs' bias", as_rank_3(wanted.pair_bias));
    refuse_input("targets", as_rank_3(wanted.targets));
    for (std::size_t s = 0; s < wanted.candidates.size(); ++s) {
      const auto& gradient = wanted.candidates[s].view();
      refuse_input("candidates", gradient);
      MIXCON_REQUIRE(
          !overlap(gradient, as_rank_3(wanted.anchors)) || are_same_rows(s, wanted), function,
          ": the gradients by anchors and by candidates share memory, but anchors and candidates are not the "
          "same rows; hand in two buffers");
      for (std::size_t t = 0; t < s; ++t)
        MIXCON_REQUIRE(!overlap(gradient, wanted.candidates[t].view()), function,
                       ": two candidate segments' gradients share memory; hand in a buffer for each");
    }
  }
  template <class Output>
  void refuse_input(const char* name, const Output& output) const {
    bool clear = !overlap(output, as_rank_3(anchors));
    for (const auto& segment : candidates.each) clear = clear && !overlap(output, segment.rows_of);
    MIXCON_REQUIRE(clear, function, ": the gradient by the ", name,
                   " shares memory with the embeddings; hand in a buffer of its own");
  }

  /// Whether the anchors lie in segment s as their gradient lies in the segment's: then both parts are added there.
  bool are_same_rows(std::size_t s, const gradients<T>& wanted) const {
    const auto& rows = candidates.each[s].rows_of;
    const auto& by_rows = wanted.candidates[s].view();
    return first_row_in(rows, anchors) >= 0 && first_row_in(rows, anchors) == first_row_in(by_rows, wanted.anchors);
  }
  /// Which row of `rows` the block `part` begins with; -1 when it is no block of its rows.
  template <class V>
  static index_t first_row_in(const tensor_view<V, 3>& rows, const matrix_view<V>& part) {
    const auto size = static_cast<std::intptr_t>(sizeof(V));
    const std::intptr_t bytes =
        reinterpret_cast<std::intptr_t>(part.data()) - reinterpret_cast<std::intptr_t>(rows.data());
    const index_t elements = static_cast<index_t>(bytes / size), step = rows.stride(0);
    if (rows.extent(1) != 1 || part.stride(0) != step || part.stride(1) != rows.stride(2) || bytes % size != 0)
      return -1;
    if (elements == 0) return 0;
    return step != 0 && elements % step == 0 && elements / step < rows.extent(0) ? elements / step : -1;
  }
};

/// The view of row r of rows that may come k for each of N anchors.
template <class V>
vector_view<V> row_of(const tensor_view<V, 3>& rows, index_t r) {
  const index_t k = rows.extent(1);
  return {&rows(r / k, r % k, 0), {rows.extent(2)}, {rows.stride(2)}};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
