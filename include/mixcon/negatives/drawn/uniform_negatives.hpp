// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws negatives uniformly, with or without replacement, for sampled softmax.

#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/negative_list.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Whether a drawn key may be drawn again.
enum class replacement { without, with };
/// What a drawn negative counts in the denominator: 1, or the inverse of how often it is expected among the m draws,
/// so that the sampled sum estimates the full one without bias.
enum class sampling_correction { none, inverse_probability };

/// m admissible keys for each anchor, drawn uniformly. Sampled softmax: Bengio & Senecal 2008; negative sampling:
/// Mikolov et al. 2013, arXiv:1310.4546.
///
///   const auto drawn = uniform_negatives{.draws_of_each = 64}(ids, 4096, philox_draws{.seed = 1, .step = step});
///
/// Draws depend on (seed, step, global anchor id, slot) alone, so a batch that is cut in two draws the same. With fewer
/// than m admissible keys, all of them are taken and the other slots stay empty (without replacement), or with `strict`
/// the anchor is refused. Time O(N M) for the rule, O(N m) beside it.
struct uniform_negatives {
  index_t draws_of_each = 1;  // m
  replacement repeat = replacement::without;
  sampling_correction correction = sampling_correction::none;
  admissible_keys admissible{};
  bool strict = false;

  /// `anchor_id` (N) are the global ids that name each anchor's draws; keys are positions 0 .. M - 1.
  template <Draws D>
  negative_list operator()(const integer_view& anchor_id, index_t keys, const D& draws) const {
    negative_list list;
    draw_again(list, anchor_id, keys, draws);
    return list;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for a batch of the same size.
  template <Draws D>
  void draw_again(negative_list& list, const integer_view& anchor_id, index_t keys, const D& draws,
                  const in_workspace& memory = in_workspace::none()) const {
    const index_t anchors = anchor_id.size();
    MIXCON_REQUIRE(draws_of_each >= 1, "uniform_negatives: ", draws_of_each, " draws of each; expected at least 1");
    MIXCON_REQUIRE(keys >= 1, "uniform_negatives: no keys; expected at least one. Is the queue still empty?");
    (admissible.check)("uniform_negatives", anchors, keys);
    list.empty_all(anchors, draws_of_each);
    auto allowed = scratch<std::int32_t>::unset(memory.memory, static_cast<std::size_t>(keys));
    for (index_t a = 0; a < anchors; ++a) {
      (allowed.clear)();
      for (index_t c = 0; c < keys; ++c)
        if (admissible(a, c)) allowed.push_back(static_cast<std::int32_t>(c));
      draw(list, a, anchor_id[a], allowed, draws.within("uniform_negatives"));
    }
  }

 private:
  template <class D>
  void draw(negative_list& list, index_t a, index_t id, scratch<std::int32_t>& allowed, const D& own) const {
    const auto count = static_cast<index_t>(allowed.size());
    const bool all = repeat == replacement::without && count <= draws_of_each;
    MIXCON_REQUIRE(!strict || (count >= 1 && (repeat == replacement::with || count >= draws_of_each)),
                   "uniform_negatives: anchor ", a, " has ", count, " admissible keys for ", draws_of_each,
                   " draws; expected as many, or strict = false for empty slots");
    const double expected = all ? 1 : static_cast<double>(draws_of_each) / static_cast<double>(count > 0 ? count : 1);
    const double weight = correction == sampling_correction::none ? 1 : 1 / expected;
    for (index_t s = 0; s < draws_of_each && s < (repeat == replacement::with ? draws_of_each : count); ++s) {
      if (count == 0) return;
      const index_t first = repeat == replacement::with || all ? 0 : s;  // keys before it are taken
      const index_t at = all ? s : own.integer(field("key").on_try(s), id, first, count);
      list.put(a, s, allowed[static_cast<std::size_t>(at)], weight);
      if (repeat == replacement::without && !all)
        (std::swap)(allowed[static_cast<std::size_t>(at)], allowed[static_cast<std::size_t>(s)]);
    }
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
