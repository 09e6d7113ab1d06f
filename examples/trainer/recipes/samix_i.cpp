// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/normalisation.hpp"
#include "autograd/rows.hpp"
#include "recipes/key_queue.hpp"
#include "recipes/mixed_key_loss.hpp"
#include "recipes/mixer_recipe.hpp"
#include "recipes/virtual_labels.hpp"

#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Without labels: MoCo of two views, and mixtures that are matched with the keys of their two images, for the network
/// and, as the key network embeds them, for the mixer.
class samix_i_recipe final : public mixer_recipe {
 public:
  static constexpr const char *name = "samix-i",
                              *summary = "MoCo, and mixtures by masks that are learned without labels",
                              *paper = "Li et al. 2021, arXiv:2111.15454";
  static constexpr sample_kind kinds[] = {sample_kind::image};
  struct options : mixer_options, mixing_weights, mixed_key_options, embedding_options {
    index_t queue = 512;
    options() {
      encoding = "mul", lambda_power = "0.25", value = "content", attention_sees_pair = true, upsample = "bilinear";
      mask_loss = "l1-variance", mask_schedule = "cosine";
    }
    void declare(option_list& to) {
      mixer_options::declare(to), mixing_weights::declare(to), mixed_key_options::declare(to);
      embedding_options::declare(to);
      to.add("queue", queue, {1, 1e6}, "past keys that are kept; at least a batch of them", "65536");
    }
  };
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return virtual_label_values(kind, channels);
  }

  samix_i_recipe(const recipe_world& world, const options& chosen)
      : mixer_recipe(world, chosen, embedder_of(world, chosen), embedder_of(world, chosen)),
        chosen_(chosen),
        queue_(key_queue::of(world, chosen.queue, chosen.embedding)) {
    register_state("queue", queue_.rows), register_count("queue.next", queue_.next);
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 5}; }
  void after_step(index_t step, index_t steps) override {
    mixer_recipe::after_step(step, steps);
    queue_.enter(k2_.value());
  }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const variable both = input_of(on(), step.from.images, step.shape, 2 * samples);
    first_ = slice(both, 0, samples), second_ = slice(both, samples, 2 * samples);
    const variable f1 = mixer().features(first_), f2 = mixer().features(second_);
    const variable& others = chosen_.takes_other_partners() ? f2 : f1;
    k1_ = constant(unit_rows(mixer().rest_of(f1))), k2_ = constant(unit_rows(mixer().rest_of(f2)));
    begin_step(step, f1, others);

    const mask_plan& by = last().by_query;
    const variable queries = net().forward(first_), mixed = net().forward(mixtures(by, last().corrected));
    recipe_loss made{.embeddings = concatenate(queries, k2_), .views = 2};
    made.loss = scale(contrasted(made, mixcon::moco(chosen_.temperature), queries), chosen_.clean_weight);
    made.loss = add(made.loss, scale(loss_of(step, mixed, by), chosen_.mixed_weight));
    double mixed_weights = chosen_.mixed_weight;
    if (const variable of_mixer = learned(step, chosen_.mixer_weight, f1, others))
      made.loss = add(made.loss, of_mixer), mixed_weights += chosen_.mixer_weight;
    made.chance =
        chosen_.clean_weight * chance_of("infonce", chosen_.queue) +
        mixed_weights * (1 + chosen_.auxiliary_at(step.step, step.steps)) * chance_of(chosen_.mix_loss, chosen_.queue);
    return made;
  }

 private:
  variable loss_of_mixer(const recipe_step& step, const variable& masks) override {
    const mask_plan& by = last().by_key;
    return loss_of(step, mixer().judged(mixtures(by, masks)), by);
  }
  template <class Objective>
  variable contrasted(recipe_loss& made, const Objective& moco, const variable& queries) const {
    made.anchors = queries.extents()[0];
    return contrastive_loss(moco, mixcon::queue_targets{}, queries, {own(k2_), queue_.past()}, &made.anchors_used);
  }
  variable mixtures(const mask_plan& by, const variable& masks) const {
    return mixed_by(first_, gather_rows(chosen_.takes_other_partners() ? second_ : first_, by.partner), masks);
  }
  /// Of embeddings (N, D) of mixtures.
  variable loss_of(const recipe_step& step, const variable& z, const mask_plan& by) const {
    const mixture_keys keys{chosen_.own_by_second() ? k2_ : k1_,
                            gather_rows(chosen_.partner_by_second() ? k2_ : k1_, by.partner), queue_.past(), by.lambda,
                            chosen_.temperature};
    return mixed_key_loss(chosen_.mix_loss, z, keys, chosen_.auxiliary_at(step.step, step.steps), by.draws);
  }

  options chosen_;
  key_queue queue_;
  variable first_{}, second_{}, k1_{}, k2_{};  // the views of a step, and their keys
};

}  // namespace

recipe_entry samix_i_entry() { return entry_of<samix_i_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
