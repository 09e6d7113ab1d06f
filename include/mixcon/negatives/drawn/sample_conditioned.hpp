// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws negatives from the samples nearest to the anchor.

#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/drawn/class_neighbours.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How m of the nearest samples are drawn: the m nearest, all alike, by max(score, 0), or by e^(score / temperature).
enum class list_draw { first, uniform, proportional, softmax };

/// Negatives from the samples nearest to the anchor: m of a list of about 8 m, drawn without replacement. mixcon's
/// reading of O'Neill & Bollegala 2021, arXiv:2102.06603. The list is a `top_k` over frozen embeddings, once, or over
/// current ones every few steps. The m nearest at low temperature (`first`) did worse than uniform negatives in our
/// small trial, so that must be asked for.
///
///   const auto table = top_k{.k = 8 * 16, .admissible = other_classes}(tiled{}, cosine{}, teacher, teacher);
///   const auto list = sample_conditioned{.draws_of_each = 16}(table, ids, philox_draws{seed, step});
///
/// Weighted draws take the m largest of log(weight) plus Gumbel noise. Depends on (seed, step, global id, slot) alone.
struct sample_conditioned {
  index_t draws_of_each = 1;  // m
  list_draw draw = list_draw::uniform;
  double temperature = 0.1;  // of `softmax`, > 0

  template <class T, Draws D>
  negative_list operator()(const ranked_list<T>& table, const integer_view& anchor_id, const D& draws) const {
    negative_list list;
    draw_again(list, table, anchor_id, draws);
    return list;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for a batch of the same size.
  template <class T, Draws D>
  void draw_again(negative_list& list, const ranked_list<T>& table, const integer_view& anchor_id, const D& draws,
                  const in_workspace& memory = in_workspace::none()) const {
    using std::log;
    const index_t anchors = table.list.anchors, length = table.list.slots;
    MIXCON_REQUIRE(draws_of_each >= 1 && draws_of_each <= length, "sample_conditioned: ", draws_of_each,
                   " draws from lists of ", length, "; expected 1 to the length. A list of 8 times as many is usual");
    MIXCON_REQUIRE(anchor_id.size() == anchors, "sample_conditioned: ", anchor_id.size(), " anchor ids for ", anchors,
                   " lists; expected one each");
    MIXCON_REQUIRE(temperature > 0 && temperature - temperature == 0, "sample_conditioned: temperature is ",
                   temperature, "; expected a finite number > 0");
    const D own = draws.within("sample_conditioned");
    list.empty_all(anchors, draws_of_each);
    detail::best_keys<double> best(draws_of_each, memory.memory);
    for (index_t a = 0; a < anchors; ++a) {
      best.start();
      for (index_t s = 0; s < length && table.list.key_of(a, s) >= 0; ++s) {
        const double noise = own.uniform(field("noise").on_try(s), anchor_id[a], 0, 1);
        const double order = draw == list_draw::first
                                 ? -static_cast<double>(s)
                                 : log_weight(static_cast<double>(table.score_of(a, s))) - log(-log(noise + 0x1p-54));
        if (best.may_enter(order)) best.add(order, s);
      }
      index_t slot = 0;
      for (const auto& entry : best.ranked()) list.put(a, slot++, table.list.key_of(a, entry.key));
    }
  }

 private:
  double log_weight(double score) const {
    using std::log;
    if (draw == list_draw::proportional) return log((score > 0 ? score : 0) + 1e-12);
    return draw == list_draw::softmax ? score / temperature : 0;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
