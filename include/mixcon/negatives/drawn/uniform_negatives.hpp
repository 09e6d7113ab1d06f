// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws negatives uniformly, with or without replacement, for sampled softmax.

#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/negative_list.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Whether a drawn key may be drawn again.
enum class replacement { without, with };
/// What a drawn negative counts in the denominator: 1, or the inverse of how often it is expected among the m draws,
/// so that the sampled sum estimates the full one without bias.
enum class sampling_correction { none, inverse_probability };

namespace detail {

/// Anchors in lists: those with the same admissible keys, as far as the rule tells without looking at keys.
class anchors_alike {
 public:
  anchors_alike(const admissible_targets::rule_type& rule, index_t anchors, workspace* memory)
      : next_(memory, static_cast<std::size_t>(anchors), index_t{-1}),
        is_first_(memory, static_cast<std::size_t>(anchors), char{1}) {
    if (rule.anchor_id) return;  // each has a list of its own
    const auto list_of = [&](index_t a) {
      return rule.anchor_label ? static_cast<std::size_t>(rule.anchor_label[a] + 1) : 0;
    };
    scratch<index_t> last(memory);  // of each list
    for (index_t a = 0; a < anchors; ++a) {
      const std::size_t list = list_of(a);
      while (last.size() <= list) last.push_back(-1);
      const index_t before = std::exchange(last[list], a);
      if (before < 0) continue;
      next_[static_cast<std::size_t>(before)] = a, is_first_[static_cast<std::size_t>(a)] = 0;
    }
  }
  bool is_first(index_t anchor) const { return is_first_[static_cast<std::size_t>(anchor)] != 0; }
  /// -1 behind the last.
  index_t next(index_t anchor) const { return next_[static_cast<std::size_t>(anchor)]; }

 private:
  scratch<index_t> next_;
  scratch<char> is_first_;
};

}  // namespace detail

/// m admissible keys for each anchor, drawn uniformly. Sampled softmax: Bengio & Senecal 2008; negative sampling:
/// Mikolov et al. 2013, arXiv:1310.4546.
///
///   const auto drawn = uniform_negatives{.draws_of_each = 64}(ids, 4096, philox_draws{.seed = 1, .step = step});
///
/// Draws depend on (seed, step, global anchor id, slot) alone, so a batch that is cut in two draws the same. With fewer
/// than m admissible keys, all of them are taken and the other slots stay empty (without replacement), or with `strict`
/// the anchor is refused. Time O(N m), and O(M) for each different label of anchors, or for each anchor if the rule
/// has ids.
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
    scratch<index_t> taken(memory.memory);
    const auto hidden =
        admissible_targets{admissible}.bind({.anchors = anchors, .candidates = keys, .memory = memory.memory});
    const auto rule = hidden.rule();
    const detail::anchors_alike alike(rule, anchors, memory.memory);
    for (index_t first = 0; first < anchors; ++first) {
      if (!alike.is_first(first)) continue;
      (allowed.clear)();
      for (index_t c = 0; c < keys; ++c)
        if (rule.template at<float>(first, c).weight > 0) allowed.push_back(static_cast<std::int32_t>(c));
      for (index_t a = first; a >= 0; a = alike.next(a))
        draw(list, a, anchor_id[a], allowed, taken, draws.within("uniform_negatives"));
    }
  }

 private:
  /// Leaves `allowed` as it was.
  template <class D>
  void draw(negative_list& list, index_t a, index_t id, scratch<std::int32_t>& allowed, scratch<index_t>& taken,
            const D& own) const {
    const auto count = static_cast<index_t>(allowed.size());
    const bool all = repeat == replacement::without && count <= draws_of_each;
    MIXCON_REQUIRE(!strict || (count >= 1 && (repeat == replacement::with || count >= draws_of_each)),
                   "uniform_negatives: anchor ", a, " has ", count, " admissible keys for ", draws_of_each,
                   " draws; expected as many, or strict = false for empty slots");
    const double expected = all ? 1 : static_cast<double>(draws_of_each) / static_cast<double>(count > 0 ? count : 1);
    const double weight = correction == sampling_correction::none ? 1 : 1 / expected;
    const auto exchange = [&](index_t s, index_t t) {
      (std::swap)(allowed[static_cast<std::size_t>(s)], allowed[static_cast<std::size_t>(t)]);
    };
    (taken.clear)();
    for (index_t s = 0; s < draws_of_each && s < (repeat == replacement::with ? draws_of_each : count); ++s) {
      if (count == 0) return;
      const index_t first = repeat == replacement::with || all ? 0 : s;  // keys before it are taken
      const index_t at = all ? s : own.integer(field("key").on_try(s), id, first, count);
      list.put(a, s, allowed[static_cast<std::size_t>(at)], weight);
      if (repeat == replacement::without && !all) exchange(s, at), taken.push_back(at);
    }
    for (auto s = static_cast<index_t>(taken.size()) - 1; s >= 0; --s) exchange(s, taken[static_cast<std::size_t>(s)]);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
