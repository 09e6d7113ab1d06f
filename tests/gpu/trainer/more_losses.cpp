// SPDX-License-Identifier: BSD-3-Clause
// Further losses of the trainer on device rows: of the keys of a batch, of negatives beside labels, and of predictions.
#include "gpu/trainer/alike.hpp"

#include "autograd/distillation_loss.hpp"
#include "autograd/loss_node.hpp"
#include "autograd/prediction_loss.hpp"
#include "devices/cuda/losses/pairs.cuh"
#include "devices/cuda/losses/universum.cuh"

#include <cmath>

using namespace mixcon_train;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_pair_loss<double>(to, queue);
  add_universum_loss<double>(to, queue);
}

const std::vector<double> shares{0.3, 1, 0.75, 0};
const std::vector<index_t> partner{2, 1, 3, 0};  // the second is its own

/// As check_alike, but that no outcome is read: the loss is made of operators, and holds its second rows constant.
template <class F>
void check_made_of_operators(const F& loss_of) {
  emulated_device<double> far;
  reference_device near;
  const std::uint64_t before = copies_to_host();
  const answer found = answer_of(far, {{4, 5}, {4, 5}}, loss_of);
  CHECK(copies_to_host() - before == 2);  // the number of the loss, and the gradient that the test reads
  const answer expected = answer_of(near, {{4, 5}, {4, 5}}, loss_of);
  CHECK(found.value == Approx(expected.value).epsilon(1e-12));
  CHECK(found.by[1].empty());
  REQUIRE(found.by[0].size() == 20);
  for (std::size_t k = 0; k < 20; ++k) CHECK(found.by[0][k] == Approx(expected.by[0][k]).epsilon(1e-10).margin(1e-12));
}

}  // namespace

TEST_CASE("keys of the batch run on device rows, also of mixtures", "[gpu]") {
  for (const std::vector<double>& lambda : {shares, std::vector<double>{1}})
    check_alike(add_losses, {{4, 5}, {4, 5}}, [&](const auto& x, index_t& used) {
      const mixcon::mixed_targets targets{mixcon::diagonal_targets{}, lambda, partner};
      return contrastive_loss(mixcon::i_mix(0.4), targets, x[0], {x[1]}, &used);
    });
}

TEST_CASE("universum rows run on the device, as negatives beside the rows of a class", "[gpu]") {
  const std::vector<int> labels{0, 1, 0, 2};
  check_alike(add_losses, {{8, 5}, {8, 5}}, [&](const auto& x, index_t& used) {
    const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
    return contrastive_loss(criterion, mixcon::unicon_negative_targets(labels), x[0], {x[0], x[1]}, &used);
  });
}

TEST_CASE("predictions find targets where both lie, also those of mixtures", "[gpu]") {
  const auto check = [](const mixcon::byol& loss) {
    check_made_of_operators([&](const auto& x, index_t&) { return prediction_loss(loss, x[0], x[1]); });
  };
  check(mixcon::byol{});
  check(mixcon::simsiam());
  check({.lambda = mixcon::view(shares), .partner = partner});
  const std::vector<double> one{0.6};
  check({.lambda = mixcon::view(one), .partner = partner});
}

TEST_CASE("predictions refuse targets of another shape on the device", "[gpu]") {
  emulated_device<double> far;
  CHECK_THROWS_WITH(prediction_loss({}, random_variable(far, {3, 2}, 1), random_variable(far, {2, 2}, 2)),
                    ContainsSubstring("prediction_loss: predictions (3, 2), targets (2, 2)"));
}

TEST_CASE("a student's scores are softened to its teacher's where both lie", "[gpu]") {
  for (const double temperature : {0.5, 1.0, 4.0})
    check_made_of_operators(
        [=](const auto& x, index_t&) { return distillation_loss({.temperature = temperature}, x[0], x[1]); });
  emulated_device<double> far;
  const auto scores = random_variable(far, {3, 4}, 1);
  CHECK(std::abs(distillation_loss({}, scores, scores).number()) < 1e-14);
}

TEST_CASE("distillation refuses scores of other samples, and no temperature, on the device", "[gpu]") {
  emulated_device<double> far;
  const auto student = random_variable(far, {3, 2}, 1);
  CHECK_THROWS_WITH(distillation_loss({}, student, random_variable(far, {2, 2}, 2)),
                    ContainsSubstring("distillation_loss: scores of the student (3, 2), of the teacher (2, 2)"));
  CHECK_THROWS_WITH(distillation_loss({.temperature = 0}, student, student), ContainsSubstring("temperature is 0"));
}
