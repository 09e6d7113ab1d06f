// SPDX-License-Identifier: BSD-3-Clause
// What UniCon does in both of its roles. Han et al. 2022, arXiv:2204.10695.
#pragma once

#include "recipes/preferred_views.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mixes/universum.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

struct universum_options : embedding_options {
  std::string universum = "mixup";
  double partner_share = 0.25;
  void declare(option_list& to);
};

/// What the paper trained with, on CIFAR-100; nothing on other kinds.
std::vector<preferred_value> paper_of_unicon(sample_kind kind);

/// Two views of every sample, and a universum of both.
class universum_recipe : public network_recipe {
 public:
  static constexpr bool over_ranks = true;
  universum_recipe(const recipe_world& world, const universum_options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen)), chosen_(chosen) {
    MIXCON_REQUIRE(!world.trains() || chosen.universum != "cutmix" || world.data.kind != sample_kind::row,
                   "--universum: cutmix pastes boxes, and rows of numbers have no places for them; expected images or "
                   "clips, or mixup.");
  }
  static std::vector<preferred_value> preferred(sample_kind kind) { return views_of_numbers(kind); }
  recipe_wish wants() const override { return {.views = 2, .encoded = 4, .at_least_two_classes = true, .mixes = true}; }
  std::optional<shown_mix> shown() const override;

 protected:
  struct encoded {
    variable views, universum;  ///< (2 N, D) each
  };
  encoded encode(const recipe_step& step);
  /// InfoNCE of the views (2 N, D) over candidates.
  template <class Targets>
  recipe_loss compared(const variable& views, const Targets& targets, const variable_list& candidates) const {
    recipe_loss made{.embeddings = views, .views = 2};
    index_t rows = 0;
    for (const variable& each : candidates) rows += each.extents()[0];
    made.chance = std::log(static_cast<double>(views.on().rank_count() * rows - 1));
    made.loss =
        contrasted(made, mixcon::objective{mixcon::info_nce{.temperature = chosen_.temperature}, mixcon::cosine{}},
                   targets, views, candidates);
    return made;
  }

 private:
  universum_options chosen_;
  // what a step leaves to the next, so that it allocates nothing
  std::vector<float> images_{};
  mixcon::mix_plan<mixcon::interpolated> blended_{};
  mixcon::mix_plan<mixcon::pasted_boxes> pasted_{};
  mixcon::workspace memory_{};
};

}  // namespace recipes
}  // namespace mixcon_train
