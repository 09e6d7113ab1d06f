// SPDX-License-Identifier: BSD-3-Clause
// The recipe that docs/extend/adding_a_recipe.md builds, and that it computes what it says.
#include "autograd/rows.hpp"
#include "data/loader.hpp"
#include "data/sets/readers.hpp"
#include "devices/onednn_device.hpp"
#include "nn/momentum_copy.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/recipe_parts.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Rows to begin a queue with, as the published code does.
tensor random_rows(const recipe_world& world, const shape& extents) {
  const weight_draws draws = weight_draws(world.seed).within("queue");
  std::vector<double> rows;
  for (index_t k = 0; k < extents.size(); ++k) rows.push_back(draws.normal(k));
  return tensor_of(world.on, extents, rows.data());
}

/// A view attracts its key: the other view, encoded by a copy of the network that moves slowly. Keys of past batches
/// repel it.
class small_moco_recipe final : public network_recipe {
 public:
  static constexpr const char *name = "small-moco", *summary = "a view attracts its key, and past keys repel it",
                              *paper = "He et al. 2020, arXiv:1911.05722";
  struct options : embedding_options {
    index_t queue = 512;
    double key_decay = 0.99;
    void declare(option_list& to) {
      embedding_options::declare(to);
      to.add("queue", queue, {1, 1e6}, "past keys", "65536");
      to.add("key-decay", key_decay, {0, 1}, "share of itself that the key network keeps at each step", "0.999");
    }
  };
  static std::vector<preferred_value> preferred(sample_kind /*kind*/) { return {{"temperature", "0.2"}}; }
  static std::vector<preferred_value> paper_values() {
    return {{"arch", "resnet50"}, {"batch", "256"},       {"epochs", "200"},      {"lr", "0.03"},
            {"queue", "65536"},   {"key-decay", "0.999"}, {"temperature", "0.07"}};
  }

  small_moco_recipe(const recipe_world& world, const options& chosen)
      : network_recipe(world.on, embedder_of(world, chosen)),
        chosen_(chosen),
        key_(embedder_of(world, chosen), net()),
        queue_(random_rows(world, {chosen.queue, chosen.embedding})) {
    register_part("key", key_);
    register_state("queue", queue_);
    register_count("queue.next", next_);
  }
  recipe_wish wants() const override { return {.views = 2, .encoded = 2}; }

  recipe_loss loss(const recipe_step& step) override {
    const index_t samples = step.shape.samples;
    const variable views = input_of(on(), step.from.images, step.shape, 2 * samples);
    const variable queries = net().forward(slice(views, 0, samples));
    const variable keys = constant(key_->forward(slice(views, samples, 2 * samples)));
    newest_ = keys.value();
    return {.loss = contrastive_loss(mixcon::moco(chosen_.temperature), mixcon::queue_targets{}, queries,
                                     {own(keys), variable(queue_)}),
            .embeddings = concatenate(queries, keys),
            .views = 2,
            .chance = std::log(static_cast<double>(1 + chosen_.queue)),
            .anchors = samples,
            .anchors_used = samples};
  }

  /// The key network follows, and the newest keys take the place of the oldest.
  void after_step(index_t /*step*/, index_t /*steps*/) override {
    key_.follow(net(), chosen_.key_decay);
    const index_t width = chosen_.embedding, size = chosen_.queue * width, newest = newest_.extents().size();
    const auto replaced = [&](auto* to, const auto* old, const auto* keys) {
      std::copy(old, old + size, to);
      for (index_t k = 0; k < newest; ++k) to[(next_ * width + k) % size] = keys[k];
    };
    queue_ = computed(on(), queue_.extents(), replaced, queue_, newest_);
    next_ = (next_ + newest / width) % chosen_.queue;
  }

 private:
  options chosen_;
  momentum_copy<network> key_;
  tensor queue_;      // (queue, embedding)
  tensor newest_{};   // the keys of this step, until they enter the queue
  index_t next_ = 0;  // where they enter
};

}  // namespace

recipe_entry small_moco_entry() { return entry_of<small_moco_recipe>(); }

}  // namespace recipes
}  // namespace mixcon_train

using namespace mixcon_train;

namespace {

const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

/// The recipe with what it needs to take steps of 16 digits.
class small_training {
 public:
  explicit small_training(std::uint64_t seed) : seed_(seed) {
    any_options chosen = small_moco_entry().new_options();
    option_list list;
    chosen.declare(list);
    set_option(*list.find("queue"), "40", "queue"), set_option(*list.find("embedding"), "16", "embedding");
    set_option(*list.find("temperature"), "0.2", "temperature"), set_option(*list.find("key-decay"), "0.9", "decay");
    const settings run = settings_with(
        {{"recipe", "simclr"}, {"data", "digits"}, {"width", "4"}, {"crop", "0"}, {"jitter", "0"}});  // easy views
    const auto new_encoder = [this, run](std::uint64_t of_weights) {
      return encoder_called("resnet8").make(on, "resnet8", run.of_encoder, digits().shape, of_weights);
    };
    made = small_moco_entry().make({on, facts_of(digits()), seed, new_encoder}, chosen);
    views_ = new_views(digits(), channel_statistics_of(digits()), run.views);
    batches_ = std::make_unique<loader>(*views_, loader_options{.batch = 16, .views = 2});
    by_ = new_optimiser({}, made->parameters());
  }

  recipe_loss loss(const batch& from) {
    image_shape of_view = digits().shape;
    of_view.samples = 16;
    return made->loss({.from = from, .shape = of_view, .draws = {.seed = seed_}, .step = done_, .steps = 40});
  }
  double step() {
    const recipe_loss found = loss(batches_->next());
    backward(found.loss);
    by_->step(0.05);
    made->after_step(done_++, 40);
    return found.loss.number();
  }
  const batch& next() { return batches_->next(); }
  tensor state(const std::string& name) const {
    for (const state_tensor& each : made->state())
      if (each.name == name) return *each.value;
    FAIL("no state is called " << name);
    return {};
  }

  onednn_device on{precision::fp32, 1};
  std::unique_ptr<recipe> made{};

 private:
  std::uint64_t seed_;
  std::unique_ptr<view_maker> views_{};
  std::unique_ptr<loader> batches_{};
  std::unique_ptr<optimiser> by_{};
  index_t done_ = 0;
};

std::vector<double> numbers_in(const tensor& x) {
  std::vector<double> numbers(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, numbers.data());
  return numbers;
}

double cosine_of(const double* a, const double* b) {
  double product = 0, of_a = 0, of_b = 0;
  for (int k = 0; k < 16; ++k) product += a[k] * b[k], of_a += a[k] * a[k], of_b += b[k] * b[k];
  return product / std::sqrt(of_a * of_b);
}

}  // namespace

TEST_CASE("the loss of the example recipe is its formula over key and queue", "[examples]") {
  small_training training(3);
  training.step();
  const std::vector<double> queue = numbers_in(training.state("queue"));
  const recipe_loss found = training.loss(training.next());
  const std::vector<double> z = numbers_in(found.embeddings.value());
  double expected = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const double* query = &z[i * 16];
    const double own_key = std::exp(cosine_of(query, &z[(16 + i) * 16]) / 0.2);
    double all = own_key;
    for (std::size_t k = 0; k < 40; ++k) all += std::exp(cosine_of(query, &queue[k * 16]) / 0.2);
    expected += std::log(all / own_key) / 16;
  }
  CHECK(found.loss.number() == Approx(expected).epsilon(1e-5));
  CHECK(found.chance == Approx(std::log(41.0)));
}

TEST_CASE("after a step the example's keys are in its queue, the oldest out first", "[examples]") {
  small_training training(3);
  for (int step = 0; step < 4; ++step) {
    const std::vector<double> before = numbers_in(training.state("queue"));
    const std::size_t next = static_cast<std::size_t>(*training.made->counts().front().value);
    CHECK(next == static_cast<std::size_t>(16 * step % 40));
    const std::vector<double> z = numbers_in(training.loss(training.next()).embeddings.value());
    training.made->after_step(step, 40);
    std::vector<double> expected = before;
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t k = 0; k < 16; ++k) expected[(next + i) % 40 * 16 + k] = z[(16 + i) * 16 + k];
    CHECK(numbers_in(training.state("queue")) == expected);
  }
}

TEST_CASE("the example's key network follows, and only its query network is trained", "[examples]") {
  small_training training(3);
  const std::string name = "backbone.stage1.block0.conv1.weight";
  const auto query = [&] {
    for (const parameter& each : training.made->parameters())
      if (each.name == "network." + name) return numbers_in(each.value.value());
    return std::vector<double>();
  };
  const std::vector<double> key = numbers_in(training.state("key.copy." + name)), first = query();
  CHECK(key == first);
  training.step();
  const std::vector<double> moved = numbers_in(training.state("key.copy." + name)), second = query();
  CHECK(second != first);
  for (std::size_t k = 0; k < key.size(); ++k) CHECK(moved[k] == Approx(0.9 * key[k] + 0.1 * second[k]).margin(1e-7));
  for (const parameter& each : training.made->parameters()) CHECK(each.name.starts_with("network."));
}

TEST_CASE("the example recipe learns, and all that it needs to go on is registered", "[examples]") {
  small_training training(3), other(4);
  std::vector<double> losses;
  for (int step = 0; step < 80; ++step) losses.push_back(training.step());
  double first = 0, last = 0;  // of ten steps each, the first ones with a queue of keys alone
  for (std::size_t k = 0; k < 10; ++k) first += losses[4 + k], last += losses[70 + k];
  INFO(first << " to " << last);
  CHECK(last < 0.98 * first);
  take_numbers(*other.made, *training.made);
  const batch& same = training.next();
  CHECK(other.loss(same).loss.number() == training.loss(same).loss.number());
}
