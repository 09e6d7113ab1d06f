// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws negatives from the classes nearest to the anchor's class.

#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/drawn/class_neighbours.hpp>
#include <mixcon/negatives/drawn/uniform_negatives.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// The keys (M) of each class, in order.
class keys_by_class {
 public:
  keys_by_class(const integer_view& labels, index_t classes, workspace* memory)
      : end_(memory, static_cast<std::size_t>(classes + 1)),
        keys_(scratch<std::int32_t>::unset(memory, static_cast<std::size_t>(labels.size()))) {
    for (index_t j = 0; j < labels.size(); ++j) ++end_[static_cast<std::size_t>(labels[j] + 1)];
    for (std::size_t c = 1; c < end_.size(); ++c) end_[c] += end_[c - 1];
    for (index_t j = 0; j < labels.size(); ++j)  // moves the begin of each class to its end
      keys_[static_cast<std::size_t>(end_[static_cast<std::size_t>(labels[j])]++)] = static_cast<std::int32_t>(j);
  }
  index_t count(index_t c) const { return end_[static_cast<std::size_t>(c)] - first(c); }
  std::int32_t of(index_t c, index_t member) const { return keys_[static_cast<std::size_t>(first(c) + member)]; }

 private:
  index_t first(index_t c) const { return c == 0 ? 0 : end_[static_cast<std::size_t>(c - 1)]; }
  scratch<index_t> end_;  // of class c, the last number aside
  scratch<std::int32_t> keys_;
};

}  // namespace detail

/// Negatives from the classes nearest to the anchor's class: a class is drawn by the table of `class_neighbours`, then
/// one of its members uniformly, with replacement. mixcon's reading of O'Neill & Bollegala 2021, arXiv:2102.06603
/// (semantically conditioned negatives), which states no distribution.
///
///   const auto near = class_neighbourhood{.nearest = 5}.from_embeddings(word_vectors);
///   const auto list = class_conditioned{.draws_of_each = 16}(near, y, ids, key_labels, philox_draws{seed, step});
///
/// Where the drawn class has no member among the keys, its draw falls on another class of the table; where none has
/// any, slots stay empty, or with `strict` the anchor is refused.
struct class_conditioned {
  index_t draws_of_each = 1;  // m
  /// `inverse_probability`: a drawn key weighs 1 / (m p(key)), so that the sum estimates that over the near classes.
  sampling_correction correction = sampling_correction::none;
  bool strict = false;

  /// `labels` (N) and `key_labels` (M) are classes of the table, `anchor_id` (N) global ids.
  template <Draws D>
  negative_list operator()(const class_neighbours& similar, const integer_view& labels, const integer_view& anchor_id,
                           const integer_view& key_labels, const D& draws) const {
    negative_list list;
    draw_again(list, similar, labels, anchor_id, key_labels, draws);
    return list;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for a batch of the same size.
  template <Draws D>
  void draw_again(negative_list& list, const class_neighbours& similar, const integer_view& labels,
                  const integer_view& anchor_id, const integer_view& key_labels, const D& draws,
                  const in_workspace& memory = in_workspace::none()) const {
    check_call(similar, labels, anchor_id, key_labels);
    const detail::keys_by_class members(key_labels, similar.classes, memory.memory);
    const D own = draws.within("class_conditioned");
    list.empty_all(labels.size(), draws_of_each);
    auto weights = scratch<double>::unset(memory.memory, static_cast<std::size_t>(similar.nearest));
    alias_table present(memory);  // of the near classes that have members
    for (index_t a = 0; a < labels.size(); ++a) {
      const index_t c = labels[a];
      double sum = 0;
      for (index_t k = 0; k < similar.nearest; ++k) {
        const bool any = members.count(similar.of(c, k)) > 0;
        MIXCON_REQUIRE(any || !strict, "class_conditioned: class ", similar.of(c, k), ", near to class ", c,
                       ", has no key; expected at least one, or strict = false");
        sum += weights[static_cast<std::size_t>(k)] = any ? similar.probability_of(c, k) : 0;
      }
      if (!(sum > 0)) continue;
      const bool whole = sum > 1 - 1e-9;
      if (!whole) present.set(mixcon::view(weights), memory);
      const alias_table& table = whole ? similar.tables[static_cast<std::size_t>(c)] : present;
      for (index_t s = 0; s < draws_of_each; ++s) {
        const index_t place = own.integer(field("place").on_try(s), anchor_id[a], 0, similar.nearest);
        const index_t k = table.at(place, own.uniform(field("share").on_try(s), anchor_id[a], 0, 1));
        const index_t drawn = similar.of(c, k), count = members.count(drawn);
        const index_t member = own.integer(field("member").on_try(s), anchor_id[a], 0, count);
        const double expected = static_cast<double>(draws_of_each) * weights[static_cast<std::size_t>(k)] / sum /
                                static_cast<double>(count);
        list.put(a, s, members.of(drawn, member), correction == sampling_correction::none ? 1 : 1 / expected);
      }
    }
  }

  /// Among the keys of the batch: m different keys, those of near classes first, in an order that is drawn, and when
  /// they run out keys of other classes; with `strict` none but near ones. Never keys of the anchor's class or sample.
  template <Draws D>
  negative_list in_batch(const class_neighbours& similar, const integer_view& labels, const integer_view& anchor_id,
                         const integer_view& key_labels, const admissible_keys& admissible, const D& draws) const {
    negative_list list;
    in_batch_again(list, similar, labels, anchor_id, key_labels, admissible, draws);
    return list;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for a batch of the same size.
  template <Draws D>
  void in_batch_again(negative_list& list, const class_neighbours& similar, const integer_view& labels,
                      const integer_view& anchor_id, const integer_view& key_labels, const admissible_keys& admissible,
                      const D& draws, const in_workspace& memory = in_workspace::none()) const {
    check_call(similar, labels, anchor_id, key_labels);
    (admissible.check)("class_conditioned", labels.size(), key_labels.size());
    const D own = draws.within("class_conditioned in batch");
    list.empty_all(labels.size(), draws_of_each);
    detail::best_keys<double> best(draws_of_each, memory.memory);
    for (index_t a = 0; a < labels.size(); ++a) {
      best.start();
      for (index_t j = 0; j < key_labels.size(); ++j) {
        if (key_labels[j] == labels[a] || !admissible(a, j)) continue;
        const bool preferred = similar.probability_of_class(labels[a], key_labels[j]) > 0;
        if (strict && !preferred) continue;
        const double drawn = (preferred ? 1 : 0) + own.uniform(field("order").on_try(j), anchor_id[a], 0, 1);
        if (best.may_enter(drawn)) best.add(drawn, j);
      }
      index_t slot = 0;
      for (const auto& entry : best.ranked()) list.put(a, slot++, entry.key);
    }
  }

 private:
  void check_call(const class_neighbours& similar, const integer_view& labels, const integer_view& anchor_id,
                  const integer_view& key_labels) const {
    MIXCON_REQUIRE(draws_of_each >= 1, "class_conditioned: ", draws_of_each, " draws of each; expected at least 1");
    MIXCON_REQUIRE(anchor_id.size() == labels.size(), "class_conditioned: ", anchor_id.size(), " anchor ids for ",
                   labels.size(), " labels; expected one each");
    for (index_t a = 0; a < labels.size(); ++a)
      MIXCON_REQUIRE(labels[a] >= 0 && labels[a] < similar.classes, "class_conditioned: label ", a, " is ", labels[a],
                     " for ", similar.classes, " classes; expected 0 to one less");
    for (index_t j = 0; j < key_labels.size(); ++j)
      MIXCON_REQUIRE(key_labels[j] >= 0 && key_labels[j] < similar.classes, "class_conditioned: key label ", j, " is ",
                     key_labels[j], " for ", similar.classes, " classes; expected 0 to one less");
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
