// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lists the triplets that a triplet loss counts, to see what mining chose.

#include <mixcon/engine/serial.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// An anchor, one of its positives and one of its negatives: rows of the embeddings.
struct triplet {
  index_t anchor = 0, positive = 0, negative = 0;
  bool operator==(const triplet&) const = default;
};

/// The triplets that an objective over `triplet_margin` counts, in the order of anchors, positives and negatives:
/// `mined_triplets(objective{triplet_margin{.mined = triplets::hard}, negative_distance{}}, targets, z)`. The loss
/// needs no such list; this is for looking at it. O(number of triplets) memory.
template <class Objective, class Targets, Viewable<2> Embeddings>
std::vector<triplet> mined_triplets(const Objective& objective, const Targets& targets, const Embeddings& embeddings) {
  static_assert(
      requires(const Objective& o, double x) { o.loss.keeps(x, x); },
      "mixcon: mined_triplets takes an objective whose loss says which triplets it keeps, as triplet_margin");
  std::vector<triplet> all;
  const serial executor;
  const auto evaluation =
      detail::evaluate_on_host(executor, "mined_triplets", nullptr, objective, targets, embeddings, embeddings);
  const auto problem = evaluation.rows_problem();
  using T = typename decltype(problem)::number;
  for (index_t a = 0; a < problem.anchors.count(); ++a) {
    const auto row = detail::triplet_row<std::remove_const_t<decltype(problem)>>::template of<T>(problem, a);
    for (const auto& p : row.positives)
      for (const auto& n : row.negatives)
        if (objective.loss.keeps(p.pair.x, n.pair.x)) all.push_back({a, p.candidate, n.candidate});
  }
  return all;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
