// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/classes_to_learn.hpp"
#include "recipes/lent_plan.hpp"
#include "recipes/preferred_views.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// A view of every sample, and mixtures of the other view with the batch in reverse order.
class supmix_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "supmix", *summary = "SupCon of samples and mixtures",
                              *paper = "Han et al. 2022, arXiv:2204.10695";
  static constexpr bool over_ranks = true;
  struct options : embedding_options, alpha_option {
    void declare(option_list& to) { embedding_options::declare(to), alpha_option::declare(to); }
  };

  supmix_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen)), chosen_(chosen) {
    require_classes_to_learn(world.data.classes);
  }
  static std::vector<preferred_value> preferred(sample_kind kind) { return views_of_numbers(kind); }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2, .mixes = true}; }
  std::optional<shown_mix> shown() const override { return shown_mix{"mixup", {.alpha = chosen_.alpha}}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    mixcon::mixup<mixcon::beta_lambda, mixcon::pairing::reverse> policy;
    policy.lambda = mixcon::beta_lambda{.alpha = chosen_.alpha};
    const auto plan = lent_plan(policy, step.shape, step.draws);
    const lent<mixcon::workspace> memory;
    kept_list<float> images(step.from.images.begin(), step.from.images.end());
    const index_t half = static_cast<index_t>(images.size()) / 2;
    mixcon::blend(*plan, as_images(step.from.images.data() + half, step.shape),
                  as_images(images.data() + half, step.shape), *memory);

    recipe_loss made;
    const variable z = net().forward(own_input_of(on(), images, step.shape, 2, step.share));
    made.embeddings = slice(z, 0, step.own_samples());
    made.chance = std::log(static_cast<double>(2 * samples - 1));
    // SupCon twice over the same rows: a mixture counts as its own class by lambda, as its partner's by 1 - lambda
    const std::vector<int>& labels = step.from.labels;
    const auto first = step.share.first(samples), end = first + step.own_samples();
    kept_list<int> own(labels.begin() + first, labels.begin() + end), partner = own;
    own.insert(own.end(), labels.begin() + first, labels.begin() + end);
    partner.insert(partner.end(), labels.rbegin() + first, labels.rbegin() + end);
    const mixcon::objective criterion{mixcon::info_nce{.temperature = chosen_.temperature}, mixcon::cosine{}};
    const double lambda = plan->lambda_of(0);
    const variable by_partner = contrasted(made, criterion, mixcon::label_targets{.labels = partner}, z, {z});
    const variable by_own = contrasted(made, criterion, mixcon::label_targets{.labels = own}, z, {z});
    made.loss = add(scale(by_own, lambda), scale(by_partner, 1 - lambda));
    return made;
  }

 private:
  options chosen_;
};

}  // namespace

recipe_entry supmix_entry() { return entry_of<supmix_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
