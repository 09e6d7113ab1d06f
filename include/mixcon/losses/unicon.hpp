// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The targets of UniCon: two roles that mixtures of two classes (the universum) can play, with info_nce.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// UniCon: universum-inspired supervised contrastive learning. Han et al. 2022, arXiv:2204.10695. Universum rows `u` are
// embeddings of mixtures of two classes (mixes/universum.hpp); row j stands for stacked row j of the embeddings `z`.
// The published code and the paper's abstract give them different roles, which are different losses: `unicon()` over
// one of the two targets below.

/// UniCon: universum rows attract, or repel, the rows of the classes they were mixed from, as the targets say.
///
///   loss = t/t0 mean_i 1/|P(i)| sum_{p in P(i)} (log sum_{k seen by i} e^(x_ik) - x_ip),   x = cosine / t
///
/// Called with `unicon_targets(labels)` on `z` and `u` (the code), or with `unicon_negative_targets(labels)` on `z` and
/// `candidates(z, u)` (the abstract). t: `temperature` > 0, t0: `base_temperature` > 0, or 0 for no factor; both in
/// units of cosine. Han et al. 2022, arXiv:2204.10695.
inline objective<info_nce, cosine> unicon(double temperature = 0.1, double base_temperature = 0.1) {
  return objective{info_nce{.temperature = temperature, .base_temperature = base_temperature}, cosine{}};
}

/// The role in the published code: universum rows are the only candidates, `unicon_targets(labels)` of `z` against `u`.
/// Those built from the anchor's class attract it, the others repel; the anchor's own universum row is hidden. Anchors
/// are all `views` of the N samples (view-major), or the first view alone.
inline label_targets unicon_targets(const integer_view& labels, index_t views = 2, const ignored_label& ignored = {}) {
  return {.labels = labels, .views = views, .ignored = ignored};
}

/// The role in the abstract: universum rows are negatives, `unicon_negative_targets(labels)` of `z` against
/// `candidates(z, u)`. Positives are rows of the anchor's class; with `real_negatives` hidden, universum rows are the
/// only negatives, else rows of other classes are negatives too (SupCon plus the universum). mixcon's reading of the
/// abstract, not an equation of the paper.
inline segment_targets<label_targets, every_negative> unicon_negative_targets(
    const integer_view& labels, index_t views = 2, visibility real_negatives = visibility::visible,
    const ignored_label& ignored = {}) {
  return segments(label_targets{.labels = labels, .views = views, .others = real_negatives, .ignored = ignored},
                  every_negative{});
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
