// SPDX-License-Identifier: BSD-3-Clause
// i-Mix by CutMix, at hidden layers, and with MoCo's own candidates, against plain loops in double.
#include "nn/mlp.hpp"
#include "trainer/recipes/small_step.hpp"

#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>

using namespace mixcon_train_tests;

namespace {

using numbers = std::vector<double>;

/// What boxes of partners make of images (N, 1, side, side) or maps (N, C, side, side).
mixture cut_of(const mixcon::philox_draws& draws, const std::vector<float>& images, index_t channels, index_t side) {
  const mixcon::image_shape shape{samples, channels, side, side};
  const auto plan = mixcon::cutmix<mixcon::folded<>>{}.plan(shape, draws);
  const mixcon::box& cut = plan.region.boxes.at(0);
  mixture made{images, numbers(samples, plan.lambda.at(0)), {plan.partner.begin(), plan.partner.end()}};
  const double area = static_cast<double>((cut.bottom - cut.top) * (cut.right - cut.left));
  CHECK(plan.lambda[0] == Approx(1 - area / static_cast<double>(side * side)));
  CHECK(plan.lambda[0] >= 0.5);
  for (index_t i = 0; i < samples; ++i)
    for (index_t c = 0; c < channels; ++c)
      for (index_t y = cut.top; y < cut.bottom; ++y)
        for (index_t x = cut.left; x < cut.right; ++x) {
          const auto at = [&](index_t sample) {
            return static_cast<std::size_t>(((sample * channels + c) * side + y) * side + x);
          };
          made.images[at(i)] = images[at(plan.partner[static_cast<std::size_t>(i)])];
        }
  return made;
}

/// The rows of a list, from `first` on.
numbers part(const numbers& z, index_t first) { return {z.begin() + first * width, z.end()}; }

/// Seen by a row: keys of the batch (all, or those of its two samples), and past keys.
double found_keys(const mixture& of, const numbers& queries, const numbers& keys, const numbers& past, bool all,
                  double temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const std::size_t partner = of.partner[i];
    const auto logit = [&](const numbers& rows, std::size_t j) { return cosine(queries, i, rows, j) / temperature; };
    double seen = 0;
    for (std::size_t j = 0; j < samples; ++j)
      if (all || j == i || j == partner) seen += std::exp(logit(keys, j));
    for (std::size_t j = 0; j < past.size() / width; ++j) seen += std::exp(logit(past, j));
    sum += std::log(seen) - of.lambda[i] * logit(keys, i) - (1 - of.lambda[i]) * logit(keys, partner);
  }
  return sum / samples;
}

/// Draws by which manifold mixup mixes in front of that layer, and at least one sample is its own partner.
mixcon::philox_draws draws_at(index_t layer, index_t layers) {
  mixcon::philox_draws draws{.seed = 1};
  for (;; ++draws.seed) {
    if (mixcon::manifold_mixup<>{.end_layer = layers}.layer(draws) != layer) continue;
    const auto plan = mixcon::mixup<>{}.plan(samples, draws);
    for (index_t i = 0; i < samples; ++i)
      if (plan.partner_of(i) == i) return draws;
  }
}

struct mixed_inside {
  numbers rows{};  ///< embeddings of all rows that came
  mixture of{};
};
/// Embeddings of samples whose first 16 are mixed in front of a layer, by loops over what arrives there.
mixed_inside embedded_at(small_step& step, const std::vector<float>& images, int layer, bool cuts) {
  network& net = step.made->judged();
  const index_t rows = static_cast<index_t>(images.size()) / pixels;
  const variable hidden =
      net.backbone().features_at(layer, variable(tensor_of(step.on, {rows, 1, 8, 8}, images.data())));
  const shape extents = hidden.extents();
  const numbers arriving = numbers_in(hidden.value());
  const auto size = static_cast<std::size_t>(extents.row_size());
  const std::vector<float> narrow(arriving.begin(), arriving.end());
  mixed_inside made;
  if (cuts) {
    made.of = cut_of(step.draws, {narrow.begin(), narrow.begin() + static_cast<std::ptrdiff_t>(samples * size)},
                     extents[1], extents[2]);
  } else {
    made.of = mixture_of(step, std::vector<float>(samples * pixels), 1);  // for lambda and partners
    made.of.images.assign(narrow.begin(), narrow.begin() + static_cast<std::ptrdiff_t>(samples * size));
    for (std::size_t i = 0; i < samples; ++i)
      for (std::size_t k = 0; k < size; ++k)
        made.of.images[i * size + k] =
            static_cast<float>(made.of.lambda[i] * arriving[i * size + k] +
                               (1 - made.of.lambda[i]) * arriving[made.of.partner[i] * size + k]);
  }
  std::vector<float> all = made.of.images;
  all.insert(all.end(), narrow.begin() + static_cast<std::ptrdiff_t>(samples * size), narrow.end());
  made.rows =
      numbers_in(net.head(net.backbone().rest_from(layer, variable(tensor_of(step.on, extents, all.data())))).value());
  return made;
}

/// The loss of imix-npair, imix-moco or imix-byol of a first view that was mixed somewhere.
double by_hand(small_step& step, const std::string& recipe, const mixture& of, const numbers& rows, const numbers& keys,
               bool all_keys = true) {
  if (recipe == "imix-npair") return found_keys(of, rows, part(rows, samples), {}, true, 0.2);
  if (recipe == "imix-moco") return found_keys(of, rows, keys, step.state("keys.queue"), all_keys, 0.2);
  mlp predictor(step.on, {width, 24, width}, 0);
  for (const parameter& to : predictor.parameters())
    for (const parameter& p : step.made->parameters())
      if (p.name == "predictor." + to.name) to.value.set(p.value.value());
  const numbers p = numbers_in(predictor.forward(variable(tensor_of(step.on, {samples, width}, rows.data()))).value());
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i)
    sum += of.lambda[i] * cosine(p, i, keys, i) + (1 - of.lambda[i]) * cosine(p, i, keys, of.partner[i]);
  return 2 - 2 * sum / samples;
}

}  // namespace

TEST_CASE("i-CutMix pastes a box of each partner, and shares virtual labels by its area", "[examples]") {
  const std::string recipe = GENERATE("imix-npair", "imix-moco", "imix-byol");
  INFO(recipe);
  small_step step(recipe, {{"mix", "cutmix"}});
  const recipe_loss made = step.loss();
  const mixture of = cut_of(step.draws, step.first(), 1, 8);
  std::vector<float> images = of.images;
  const std::vector<float> second = step.second();
  if (recipe == "imix-npair") images.insert(images.end(), second.begin(), second.end());
  const numbers rows = step.embedded(images), keys = step.embedded(second);
  CHECK(made.loss.number() == Approx(by_hand(step, recipe, of, rows, keys)).epsilon(1e-5));
  CHECK(step.made->shown()->policy == "cutmix");
}

TEST_CASE("i-Mix in front of a hidden layer mixes what arrives there, and the virtual labels", "[examples]") {
  const std::string recipe = GENERATE("imix-npair", "imix-moco", "imix-byol");
  const bool cuts = GENERATE(false, true);
  for (int layer = 0; layer < 4; ++layer) {
    INFO(recipe << " at " << layer << (cuts ? " by cutmix" : ""));
    small_step step(recipe, {{"mix-at", "hidden"}, {"mix", cuts ? "cutmix" : "mixup"}});
    CHECK(step.made->judged().layers() == 4);
    step.draws = draws_at(layer, 4);
    const recipe_loss made = step.loss();
    std::vector<float> images = recipe == "imix-npair" ? step.from.images : step.first();
    const mixed_inside by_loops = embedded_at(step, images, layer, cuts);
    const double expected = by_hand(step, recipe, by_loops.of, by_loops.rows, step.embedded(step.second()));
    CHECK(made.loss.number() == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("i-Mix for MoCo can see the keys of its two samples alone, each once", "[examples]") {
  small_step step("imix-moco", {{"keys", "pair"}});
  step.draws = draws_at(0, 4);
  const recipe_loss made = step.loss();
  const mixture of = mixture_of(step, step.first(), 1);
  const numbers rows = step.embedded(of.images), keys = step.embedded(step.second());
  CHECK(made.loss.number() == Approx(by_hand(step, "imix-moco", of, rows, keys, false)).epsilon(1e-5));
  double chance = 0;
  int alone = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    alone += of.partner[i] == i ? 1 : 0;
    chance += std::log(of.partner[i] == i ? 41.0 : 42.0) / samples;
  }
  CHECK(alone > 0);
  CHECK(made.chance == Approx(chance));
  CHECK(made.anchors_used == samples);
}

TEST_CASE("gradients of i-Mix at a hidden layer reach the layers in front of it", "[examples]") {
  for (const char* keys : {"batch", "pair"}) {
    small_step step("imix-moco", {{"mix-at", "hidden"}, {"keys", keys}});
    step.draws = draws_at(3, 4);
    const parameter stem = step.made->parameters().front();
    backward(step.loss().loss);
    const numbers slope = numbers_in(stem.value.gradient()), kept = numbers_in(stem.value.value());
    const auto at = [&](double change) {
      numbers moved = kept;
      moved[4] += change;
      stem.value.set(tensor_of(step.on, stem.value.extents(), moved.data()));
      return step.loss().loss.number();
    };
    const double expected = (at(1e-6) - at(-1e-6)) / 2e-6;
    CHECK(slope[4] == Approx(expected).epsilon(1e-3));
    CHECK(std::abs(expected) > 1e-5);
  }
}

TEST_CASE("boxes of rows are refused in a sentence", "[examples]") {
  const std::string recipe = GENERATE("imix-npair", "imix-moco", "imix-byol");
  reference_device on;
  const settings chosen = settings_with({{"recipe", recipe}, {"data", "letter"}, {"mix", "cutmix"}});
  const data_facts rows{sample_kind::row, {100, 1, 1, 16}, 2, {50, 50}};
  CHECK_THROWS_WITH(new_recipe(chosen, on, rows),
                    "--mix: cutmix pastes boxes, and samples of 1 x 16 numbers have no places for them; expected "
                    "images or clips, or mixup.");
}
