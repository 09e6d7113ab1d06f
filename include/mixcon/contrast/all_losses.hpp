// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every public loss, one line each, in the order of the alphabet. Gradient checks, lanes, kernels and benchmarks
// iterate over `all_losses`; a test fails when a loss's header is missing here.

#include <mixcon/contrast/alignment.hpp>
#include <mixcon/contrast/arcface.hpp>
#include <mixcon/contrast/barlow_twins.hpp>
#include <mixcon/contrast/batch_hard_triplet.hpp>
#include <mixcon/contrast/circle.hpp>
#include <mixcon/contrast/contrastive_distillation.hpp>
#include <mixcon/contrast/contrastive_margin.hpp>
#include <mixcon/contrast/decoupled.hpp>
#include <mixcon/contrast/group_softmax.hpp>
#include <mixcon/contrast/hard_negative.hpp>
#include <mixcon/contrast/info_nce.hpp>
#include <mixcon/contrast/lifted_structure.hpp>
#include <mixcon/contrast/multi_similarity.hpp>
#include <mixcon/contrast/nt_xent_per_pair.hpp>
#include <mixcon/contrast/proxy_anchor.hpp>
#include <mixcon/contrast/siglip.hpp>
#include <mixcon/contrast/supcon_inside.hpp>
#include <mixcon/contrast/triplet_margin.hpp>
#include <mixcon/contrast/un_mix.hpp>
#include <mixcon/contrast/uniformity.hpp>
#include <mixcon/contrast/weighted_softmax.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

using all_losses =
    pack<arcface, barlow_twins, batch_hard_triplet, circle, contrastive_distillation, contrastive_margin, decoupled,
         group_softmax, hard_negative, info_nce, lifted_structure, multi_similarity, nt_xent_per_pair, proxy_anchor,
         siglip, supcon_inside, triplet_margin, un_mix, uniformity, weighted_softmax>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
