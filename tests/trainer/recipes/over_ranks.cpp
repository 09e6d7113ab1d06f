// SPDX-License-Identifier: BSD-3-Clause
// Recipes with momentum copies, queues, banks, mixing and mixed classifiers over ranks, in double: the losses, weights
// and state of one process with the same batch, and the same queue on every rank. Recipes whose losses are those of
// devices/ranks, which this device has not, are compared by tests/trainer/run/ranks.py.
#include "devices/reference_device.hpp"
#include "ranks/sums.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "recipes/frozen_run.hpp"
#include "support/catch.hpp"

#include <mixcon/ranks/thread_ranks.hpp>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace mixcon_train;

namespace {

using numbers = std::vector<double>;
using options_given = std::vector<std::pair<std::string, std::string>>;
constexpr index_t samples = 12, side = 8, steps = 3;

/// What a few steps leave.
struct trained {
  numbers losses{}, chances{};
  index_t anchors = 0, anchors_used = 0;
  std::map<std::string, numbers> tensors{};
};

numbers numbers_in(const tensor& x) {
  numbers found(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, found.data());
  return found;
}

/// The batch as bytes, for recipes that look at all training samples.
const data_set& training_set() {
  static const data_set made = [] {
    data_set set{.name = "noise", .shape = {samples, 1, side, side}, .class_names = {"a", "b", "c"}};
    const mixcon::philox_draws draws{.seed = 5};
    for (index_t k = 0; k < samples * side * side; ++k)
      set.images.push_back(static_cast<std::uint8_t>(draws.integer("pixel", k, 0, 256)));
    for (index_t i = 0; i < samples; ++i) set.labels.push_back(static_cast<int>(i % 3));
    return set;
  }();
  return made;
}

std::unique_ptr<recipe> made_on(device& on, const std::string& name, const options_given& more) {
  const recipe_entry& entry = recipe_called(name);
  any_options chosen = entry.new_options();
  option_list list;
  chosen.declare(list);
  options_given all = more;
  for (const auto& [option, value] :
       options_given{{"embedding", "6"}, {"hidden", "16"}, {"queue", "19"}, {"negatives", "2"}})
    if (list.find(option) != nullptr) all.emplace_back(option, value);
  for (const auto& [option, value] : all) set_option(*list.find(option), value, "--" + option);
  const data_facts facts = facts_of(training_set());
  recipe_world world{on, facts, 3};
  world.batch = samples;
  world.train = &training_set();
  world.open_run = [](const std::string& flag, const std::string& /*folder*/) -> frozen_run {
    throw std::invalid_argument(flag);
  };
  world.new_encoder = [&on, shape = facts.shape](std::uint64_t seed) {
    any_options of_encoder = encoder_called("convnet").new_options();
    option_list of_it;
    of_encoder.declare(of_it);
    set_option(*of_it.find("width"), "3", "--width");
    return encoder_called("convnet").make(on, "convnet", of_encoder, shape, seed);
  };
  return entry.make(world, chosen);
}

/// The views of the batch of a step, of which a rank has made those of its own samples alone.
batch batch_of(index_t step, const batch_share& share, const recipe_wish& wish) {
  const mixcon::philox_draws draws{.seed = 7, .step = static_cast<std::uint64_t>(step)};
  batch made{.views = wish.views, .width = side * side};
  for (index_t k = 0; k < wish.views * samples * side * side; ++k) {
    const index_t sample = k / made.width % samples, first = share.first(samples);
    const bool is_here = wish.mixes || (sample >= first && sample < first + share.samples(samples));
    made.images.push_back(is_here ? static_cast<float>(draws.normal("x", k)) : 1e30F);
  }
  for (index_t i = 0; i < samples; ++i) made.samples.push_back(i), made.labels.push_back(static_cast<int>(i % 3));
  return made;
}

trained steps_of(const std::string& name, const options_given& options, const rank_group* ranks) {
  reference_device on;
  const std::unique_ptr<recipe> made = made_on(on, name, options);
  const batch_share share = ranks == nullptr ? batch_share() : batch_share{ranks->rank(), ranks->size()};
  const step_split split{.samples = share.samples(samples), .ranks = ranks, .shares_statistics = ranks != nullptr};
  trained left;
  for (index_t step = 0; step < steps; ++step) {
    const batch from = batch_of(step, share, made->wants());
    const recipe_step of_step{.from = from,
                              .shape = {samples, 1, side, side},
                              .draws = {.seed = 9, .step = static_cast<std::uint64_t>(step)},
                              .step = step,
                              .steps = steps,
                              .share = share};
    if (step == 0) made->begin_epoch(of_step);
    on.set_split(split);
    const recipe_loss loss = made->loss(of_step);
    backward(loss.loss);
    left.losses.push_back(loss.loss.number()), left.chances.push_back(loss.chance);
    left.anchors = loss.anchors, left.anchors_used = loss.anchors_used;
    for (const parameter& each : made->parameters()) {
      if (!each.value.gradient()) continue;
      numbers slope = numbers_in(each.value.gradient()), weights = numbers_in(each.value.value());
      if (ranks != nullptr) add_over(*ranks, slope);
      for (std::size_t k = 0; k < slope.size(); ++k) weights[k] -= 0.1 * slope[k];
      each.value.set(tensor_of(on, each.value.extents(), weights.data()));
      each.value.clear_gradient();
    }
    made->after_step(step, steps);
    on.set_split({});
  }
  for (const parameter& each : made->parameters()) left.tensors[each.name] = numbers_in(each.value.value());
  for (const state_tensor& each : made->state()) left.tensors[each.name] = numbers_in(*each.value);
  for (const state_count& each : made->counts()) left.tensors[each.name] = {static_cast<double>(*each.value)};
  return left;
}

std::vector<trained> over(index_t count, const std::string& name, const options_given& options) {
  std::vector<trained> all(static_cast<std::size_t>(count));
  mixcon::thread_ranks(count).run([&](const auto& me) {
    const auto never = [](int /*status*/) {};
    const group_of<mixcon::thread_ranks::communicator, decltype(never)> group(me, never);
    all[static_cast<std::size_t>(me.rank())] = steps_of(name, options, &group);
  });
  return all;
}

bool are_near(const numbers& found, const numbers& expected) {
  if (found.size() != expected.size()) return false;
  for (std::size_t k = 0; k < found.size(); ++k)
    if (found[k] != Approx(expected[k]).margin(1e-9).epsilon(1e-9)) return false;
  return true;
}

}  // namespace

TEST_CASE("recipes with copies, queues, banks and mixtures train over ranks as in one process", "[examples]") {
  const std::vector<std::pair<std::string, options_given>> cases{
      {"byol", {}},
      {"simsiam", {}},
      {"moco", {}},
      {"moco-n", {}},
      {"imix-byol", {}},
      {"imix-byol", {{"symmetric", "true"}, {"mix-at", "hidden"}}},
      {"imix-moco", {}},
      {"imix-moco", {{"keys", "pair"}, {"mix", "cutmix"}}},
      {"imix-moco", {{"mix-at", "hidden"}}},
      {"imix-moco", {{"input-mix", "2"}}},
      {"simclr", {{"loss", "barlow_twins"}}},
      {"simclr", {{"loss", "vicreg"}}},
      {"simclr", {{"loss", "mmcl"}}},
      {"infinite-class-mixup", {}},
      {"infinite-class-mixup", {{"duplicates", "masked"}, {"axis", "pair"}, {"policy", "cutmix"}}},
      {"infinite-class-mixup", {{"policy", "manifold-mixup"}}},
      {"scns-class", {}},
      {"scns-sample", {{"pool", "bank"}}},
      {"latent-mixup", {{"gradient", "all"}}}};
  for (const auto& [name, options] : cases) {
    INFO(name << " " << (options.empty() ? "" : options.front().first));
    CHECK(recipe_called(name).over_ranks);
    const trained alone = steps_of(name, options, nullptr);
    for (const index_t count : {2, 3}) {
      INFO(count << " ranks");
      const std::vector<trained> all = over(count, name, options);
      for (const trained& each : all) {
        CHECK(are_near(each.losses, alone.losses));
        CHECK(are_near(each.chances, alone.chances));
        CHECK((each.anchors == alone.anchors && each.anchors_used == alone.anchors_used));
        REQUIRE(each.tensors.size() == alone.tensors.size());
        for (const auto& [tensor, values] : alone.tensors) {
          INFO(tensor);
          CHECK(are_near(each.tensors.at(tensor), values));
          CHECK(each.tensors.at(tensor) == all.front().tensors.at(tensor));  // bit for bit
        }
      }
    }
  }
}

TEST_CASE("a recipe's loss of a rank's own samples alone is another one", "[examples]") {
  // the control: without ranks, half of the batch has other statistics, partners and keys
  const trained alone = steps_of("byol", {}, nullptr);
  reference_device on;
  const std::unique_ptr<recipe> made = made_on(on, "byol", {});
  const batch_share half{0, 2};
  const batch from = batch_of(0, half, {.views = 2});
  const recipe_loss loss = made->loss(
      {.from = from, .shape = {samples, 1, side, side}, .draws = {.seed = 9}, .steps = steps, .share = half});
  CHECK_FALSE(are_near({loss.loss.number()}, {alone.losses.front()}));
}
