// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every public loss, one line each, in the order of the alphabet. Gradient checks, lanes, kernels and benchmarks
// iterate over `all_losses`; a test fails when a loss's header is missing here.

#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/arcface.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>
#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/contrastive_margin.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/group_softmax.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/lifted_structure.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/proxy_anchor.hpp>
#include <mixcon/losses/siglip.hpp>
#include <mixcon/losses/supcon_inside.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/losses/un_mix_loss.hpp>
#include <mixcon/losses/uniformity.hpp>
#include <mixcon/losses/weighted_softmax.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

using all_losses =
    pack<arcface, barlow_twins, batch_hard_triplet, circle, contrastive_distillation, contrastive_margin, decoupled,
         group_softmax, hard_negative, info_nce, lifted_structure, multi_similarity, nt_xent_per_pair, proxy_anchor,
         siglip, supcon_inside, triplet_margin, un_mix_loss, uniformity, weighted_softmax>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
