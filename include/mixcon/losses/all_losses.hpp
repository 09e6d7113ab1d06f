// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every public loss, a line each, in the order of their headers: what tables, benchmarks and tests iterate over. A test
// fails when a header of this folder is missing.

#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/arcface.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/contrastive_margin.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/group_softmax.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/i_mix.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/lifted_structure.hpp>
#include <mixcon/losses/listed_loss.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/losses/moco.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/n_pairs.hpp>
#include <mixcon/losses/nca.hpp>
#include <mixcon/losses/normface.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/proxy_anchor.hpp>
#include <mixcon/losses/proxy_nca.hpp>
#include <mixcon/losses/relational_distillation.hpp>
#include <mixcon/losses/siglip.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>
#include <mixcon/losses/supcon.hpp>
#include <mixcon/losses/supcon_inside.hpp>
#include <mixcon/losses/supmix.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/losses/un_mix_loss.hpp>
#include <mixcon/losses/unicon.hpp>
#include <mixcon/losses/uniformity.hpp>
#include <mixcon/losses/vicreg.hpp>
#include <mixcon/losses/weighted_decoupled.hpp>
#include <mixcon/losses/weighted_softmax.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

struct all_losses {
  /// The list, as a pack of `listed_loss`.
  template <class Asked = void>
  static auto entries() {
    const detail::listed_losses<Asked> listed;
    // clang-format off
    return pack{
        listed(alignment{}),
        listed(arcface{}),
        listed(barlow_twins{}),
        listed(batch_hard_triplet{}),
        listed(byol{}),
        listed(simsiam(), "simsiam", "byol"),
        listed(circle{}),
        listed(clip(), "clip"),
        listed(contrastive_distillation{}),
        listed(contrastive_margin{}),
        listed(decoupled{}),
        listed(decoupled_mixup{}),
        listed(group_softmax{}),
        listed(hard_negative{}),
        listed(debiased(), "debiased", "hard_negative"),
        listed(i_mix(), "i_mix"),
        listed(infinite_class_mixup{}),
        listed(info_nce{}),
        listed(knowledge_distillation{}),
        listed(lifted_structure{}),
        listed(mmcl{}),
        listed(moco(), "moco"),
        listed(moco_n(), "moco_n", "moco"),
        listed(moco_v3(), "moco_v3", "moco"),
        listed(multi_similarity{}),
        listed(n_pairs{}),
        listed(nca(), "nca"),
        listed(normface(), "normface"),
        listed(nt_xent(), "nt_xent"),
        listed(nt_xent_per_pair{}),
        listed(proxy_anchor{}),
        listed(proxy_nca(), "proxy_nca"),
        listed(relational_distillation{}),
        listed(siglip{}),
        listed(soft_binary_cross_entropy{}),
        listed(soft_cross_entropy(), "soft_cross_entropy"),
        listed(supcon(), "supcon"),
        listed(supcon_inside{}),
        listed(supmix(), "supmix"),
        listed(triplet_margin{}),
        listed(un_mix_loss{}),
        listed(unicon(), "unicon"),
        listed(uniformity{}),
        listed(vicreg{}),
        listed(weighted_decoupled(), "weighted_decoupled"),
        listed(weighted_softmax{}),
    };
    // clang-format on
  }
  /// Calls f with every `listed_loss`: its `name`, `header`, `shape`, `summary()`, and the loss `made` by default.
  template <class Asked = void, class F>
  static void for_each(F&& f) {
    const auto all = entries<Asked>();
    for_each_position<decltype(all)::size>([&](auto at) { f(get<decltype(at)::value>(all)); });
  }
  /// The types of those that are formulas, as `all_losses::formulas<>`: pack<arcface, barlow_twins, ...>.
  template <class Asked = void>
  using formulas = decltype(detail::formulas_of(entries<Asked>()));
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
