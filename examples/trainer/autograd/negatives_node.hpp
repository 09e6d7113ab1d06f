// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/negatives/negative_list.hpp>
#include <mixcon/negatives/synthetic/mixed_negatives.hpp>

#include <memory>

namespace mixcon_train {
inline namespace autograd {

/// The keys (M, D) that a list names as rows of their anchors, for `own(...)` and `listed_targets`: (N, 1 + m, D)
/// behind a positive (N, D) of each anchor, or (N, m, D) without positives. Gradients go back to keys and positives.
variable listed_rows(const mixcon::negative_list& list, const variable& keys, const variable& positives = {});

/// Synthetic negatives as rows of their anchors, behind each anchor's positive: `own(made.rows)` with
/// `listed_targets{*made.list}`.
struct synthetic_rows {
  variable rows{};                                    ///< (N, 1 + S, D)
  std::shared_ptr<const mixcon::negative_list> list;  ///< which of them exist
};
/// Mixtures (latent mixup, MoCHi) of anchors (N, D), positives (N, D) and keys (M, D), which enter as unit rows, as
/// `cosine` reads them. Gradients go back to those of the three that want one. On a device that computes operators
/// where rows lie, mixtures along the chord are made of these; there a mixture shorter than 1e-6, of opposite rows, is
/// no empty slot.
synthetic_rows synthetic_negatives(const mixcon::mixture_list& mixtures, const variable& anchors,
                                   const variable& positives, const variable& keys,
                                   mixcon::mixing_path how = mixcon::mixing_path::chord);

}  // namespace autograd
}  // namespace mixcon_train
