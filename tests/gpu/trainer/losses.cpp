// SPDX-License-Identifier: BSD-3-Clause
// Losses of the trainer on device rows: value and gradients, with those of the reference device.
#include "gpu/trainer/alike.hpp"

#include "autograd/class_loss_node.hpp"
#include "autograd/cross_entropy.hpp"
#include "autograd/loss_node.hpp"
#include "autograd/mixed_classifier_node.hpp"
#include "devices/cuda/losses/batch_keys.cuh"
#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/labels.cuh"
#include "devices/cuda/losses/mixed_classes.cuh"
#include "devices/cuda/losses/own_keys.cuh"

#include <mixcon/losses/unicon.hpp>

#include <cmath>
#include <limits>

using namespace mixcon_train;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_label_loss<double>(to, queue);
  add_class_loss<double>(to, queue);
  add_mixed_class_loss<double>(to, queue);
  add_own_key_loss<double>(to, queue);
  add_batch_key_loss<double>(to, queue);
}

}  // namespace

TEST_CASE("contrastive losses run on device rows", "[gpu]") {
  const std::vector<int> labels{0, 1, 0, 2};
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  check_alike(add_losses, {{8, 5}}, [&](const auto& x, index_t& used) {
    return contrastive_loss(criterion, mixcon::label_targets{.labels = labels, .views = 2}, x[0], {x[0]}, &used);
  });
  check_alike(add_losses, {{8, 5}, {8, 5}}, [&](const auto& x, index_t& used) {
    return contrastive_loss(criterion, mixcon::unicon_targets(labels), x[0], {x[1]}, &used);
  });
  check_alike(add_losses, {{8, 5}, {8, 5}}, [&](const auto& x, index_t& used) {  // a constant gets no gradient
    return contrastive_loss(criterion, mixcon::unicon_targets(labels), x[0], {constant(x[1])}, &used);
  });
}

TEST_CASE("cross entropy runs on device scores, with both labels of mixtures", "[gpu]") {
  check_alike(add_losses, {{4, 3}}, [](const auto& x, index_t&) {
    return cross_entropy(x[0], {{0, 1, 2, 2}, {1, 1, 0, 2}, {0.25, 0.5, 0, 1}});
  });
  check_alike(add_losses, {{4, 3}}, [](const auto& x, index_t&) {
    return cross_entropy(x[0], std::vector<int>{0, 1, 2, 2});
  });
}

TEST_CASE("keys of the batch and of the past run on device rows, also of mixtures", "[gpu]") {
  const std::vector<double> lambda{0.3, 1, 0.75, 0};
  const std::vector<index_t> partner{2, 1, 3, 0};  // the second is its own
  for (const std::vector<double>& shares : {lambda, std::vector<double>{0.6}}) {
    check_alike(add_losses, {{4, 5}, {4, 2, 5}, {3, 5}}, [&](const auto& x, index_t& used) {
      const mixcon::own_targets<two_key_targets, mixcon::every_negative> targets{
          {mixcon::view(shares), mixcon::view(partner)}, {}};
      return contrastive_loss(mixcon::moco(0.4), targets, x[0], {own(constant(x[1])), constant(x[2])}, &used);
    });
    check_alike(add_losses, {{4, 5}, {4, 5}, {3, 5}}, [&](const auto& x, index_t& used) {
      const mixcon::mixed_targets batch{mixcon::diagonal_targets{}, shares, partner};
      const candidate_list keys{candidate_rows(constant(x[1]), false, mixcon::rows::unit), as_given(constant(x[2]))};
      return contrastive_loss(mixcon::moco_n(0.4), mixcon::segments(batch, mixcon::every_negative{}), x[0], keys,
                              &used);
    });
  }
}

TEST_CASE("mixed classifiers run on device rows, along each axis, and equal ones hidden or not", "[gpu]") {
  using loss = mixcon::infinite_class_mixup;
  // the first and the third are one classifier, written two ways; so are the last two, of one class
  const mixcon::pair_targets mixed{{0, 1, 3, 2, 2}, {3, 4, 0, 0, 2}, {0.25, 0.5, 0.75, 1, 0.4}};
  for (const loss::axis axis : {loss::axis::classes, loss::axis::pairs, loss::axis::both})
    for (const loss::duplicates same : {loss::duplicates::keep, loss::duplicates::hide})
      check_alike(add_losses, {{5, 4}, {5, 4}, {5}}, [&](const auto& x, index_t&) {
        return mixed_classifier_loss({axis, same}, mixed, x[0], x[1], x[2]);
      });
}

TEST_CASE("a class without a share adds nothing on the device, were it infinite", "[gpu]") {
  emulated_device<double> far(add_losses);
  const mixcon::pair_targets mixed{{0, 0}, {1, 2}, {0.5, 1}};
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> numbers{1, 2, infinity};
  const auto features = random_variable(far, {2, 1}, 1), weights = random_variable(far, {3, 1}, 2);
  const variable bias(tensor_of(far, {3}, numbers.data()));
  CHECK(std::isfinite(mixed_classifier_loss({}, mixed, features, weights, bias).number()));
}

TEST_CASE("a loss without kernels of the device is the host's", "[gpu]") {
  emulated_device<double> far;
  reference_device near;
  const auto loss_of = [](const auto& x, index_t&) { return cross_entropy(x[0], std::vector<int>{0, 1, 2, 2}); };
  const answer found = answer_of(far, {{4, 3}}, loss_of), expected = answer_of(near, {{4, 3}}, loss_of);
  CHECK(found.value == expected.value);
  CHECK(found.by == expected.by);
}

TEST_CASE("a loss on device rows refuses what the host refuses", "[gpu]") {
  emulated_device<double> far(add_losses);
  const std::vector<int> labels{0, 1};
  const mixcon::objective criterion{mixcon::info_nce{}, mixcon::cosine{}};
  CHECK_THROWS_WITH(
      contrastive_loss(criterion, mixcon::label_targets{.labels = labels}, random_variable(far, {3, 2}, 1)),
      ContainsSubstring("label_targets: 2 labels x 1 views for 3 anchors; expected one label a sample"));
  const mixcon::pair_targets mixed{{0, 3}, {1, 1}, {0.5, 0.5}};
  CHECK_THROWS_WITH(mixed_classifier_loss({}, mixed, random_variable(far, {2, 4}, 1), random_variable(far, {3, 4}, 2),
                                          random_variable(far, {3}, 3)),
                    ContainsSubstring("infinite_class_mixup: a label of sample 1 is 3 for 3 classes"));
}
