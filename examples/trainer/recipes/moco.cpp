// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/rows.hpp"
#include "recipes/momentum_keys.hpp"
#include "recipes/virtual_labels.hpp"

#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

class moco_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "moco",
                              *summary = "a view finds its key, of a slower network, among keys of past batches",
                              *paper = "He et al. 2020, arXiv:1911.05722";
  using options = momentum_key_options;
  static std::vector<preferred_value> preferred(sample_kind kind, index_t channels) {
    return virtual_label_values(kind, channels);
  }
  static std::vector<preferred_value> paper_values() {  // on ImageNet
    return {{"arch", "resnet50"}, {"width", "64"},        {"batch", "256"},
            {"epochs", "200"},    {"lr", "0.03"},         {"weight-decay", "1e-4"},
            {"queue", "65536"},   {"key-decay", "0.999"}, {"temperature", "0.07"}};
  }

  moco_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen.embedding)), chosen_(chosen), keys_(world, chosen, net()) {
    register_part("keys", keys_);
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const variable views = input_of(on(), step.from.images, step.shape, 2 * samples);
    const variable queries = net().forward(slice(views, 0, samples));
    const variable keys = keys_.keys_of(slice(views, samples, 2 * samples));
    recipe_loss made{.embeddings = concatenate(queries, keys), .views = 2};
    made.chance = std::log(static_cast<double>(1 + chosen_.queue));
    made.anchors = samples;
    made.loss = contrastive_loss(mixcon::moco(chosen_.temperature), mixcon::queue_targets{}, queries,
                                 {own(keys), keys_.past()}, &made.anchors_used);
    return made;
  }
  void after_step(index_t /*step*/, index_t /*steps*/) override { keys_.after_step(net()); }
  void begin_from_taken() override { keys_.begin_from(net()); }

 private:
  options chosen_;
  momentum_keys keys_;
};

}  // namespace

recipe_entry moco_entry() { return entry_of<moco_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train
