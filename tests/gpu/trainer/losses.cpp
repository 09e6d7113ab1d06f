// SPDX-License-Identifier: BSD-3-Clause
// Losses of the trainer on device rows: value and gradients, with those of the reference device.
#include "gpu/trainer/emulated_device.hpp"

#include "autograd/class_loss_node.hpp"
#include "autograd/cross_entropy.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/loss_node.hpp"
#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/labels.cuh"
#include "support/catch.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/losses/unicon.hpp>

using namespace mixcon_train;

namespace {

void add_both(loss_table& to, cuda_queue& queue) {
  add_label_loss<double>(to, queue);
  add_class_loss<double>(to, queue);
}

std::uint64_t copies_to_host() { return gpu::emulated::the_counts().copies_to_host; }

/// A loss of some inputs: its number, then the gradient by each.
struct answer {
  double value = 0;
  std::vector<std::vector<double>> by{};
  index_t anchors_used = 0;
};
template <class F>
answer answer_of(device& on, const std::vector<shape>& shapes, const F& loss_of) {
  answer found;
  std::vector<variable> inputs;
  for (std::size_t k = 0; k < shapes.size(); ++k) inputs.push_back(random_variable(on, shapes[k], k + 1));
  const variable loss = loss_of(inputs, found.anchors_used);
  found.value = loss.number();
  backward(scale(loss, 0.5));
  for (const variable& x : inputs) found.by.push_back(x.gradient() ? numbers_in(x.gradient()) : std::vector<double>());
  return found;
}
/// That both devices agree, and that the emulated one read its numbers from the device only for the outcome.
template <class F>
void check_alike(const std::vector<shape>& shapes, const F& loss_of) {
  emulated_device<double> far(add_both);
  reference_device near;
  const std::uint64_t before = copies_to_host();
  const answer found = answer_of(far, shapes, loss_of), expected = answer_of(near, shapes, loss_of);
  const std::uint64_t copies = copies_to_host() - before;
  CHECK(found.value == Approx(expected.value).epsilon(1e-12));
  CHECK(found.anchors_used == expected.anchors_used);
  std::uint64_t gradients = 0;
  for (std::size_t n = 0; n < expected.by.size(); ++n) {
    REQUIRE(found.by[n].size() == expected.by[n].size());
    gradients += found.by[n].empty() ? 0U : 1U;
    for (std::size_t k = 0; k < expected.by[n].size(); ++k)
      CHECK(found.by[n][k] == Approx(expected.by[n][k]).epsilon(1e-10).margin(1e-12));
  }
  CHECK(copies == 2 + gradients);  // the outcome and the number of the loss; and what the test reads
}

}  // namespace

TEST_CASE("contrastive losses run on device rows", "[gpu]") {
  const std::vector<int> labels{0, 1, 0, 2};
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  check_alike({{8, 5}}, [&](const auto& x, index_t& used) {
    return contrastive_loss(criterion, mixcon::label_targets{.labels = labels, .views = 2}, x[0], {x[0]}, &used);
  });
  check_alike({{8, 5}, {8, 5}}, [&](const auto& x, index_t& used) {
    return contrastive_loss(criterion, mixcon::unicon_targets(labels), x[0], {x[1]}, &used);
  });
  check_alike({{8, 5}, {8, 5}}, [&](const auto& x, index_t& used) {  // a constant gets no gradient
    return contrastive_loss(criterion, mixcon::unicon_targets(labels), x[0], {constant(x[1])}, &used);
  });
}

TEST_CASE("cross entropy runs on device scores, with both labels of mixtures", "[gpu]") {
  check_alike({{4, 3}}, [](const auto& x, index_t&) {
    return cross_entropy(x[0], {{0, 1, 2, 2}, {1, 1, 0, 2}, {0.25, 0.5, 0, 1}});
  });
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
  emulated_device<double> far(add_both);
  const std::vector<int> labels{0, 1};
  const mixcon::objective criterion{mixcon::info_nce{}, mixcon::cosine{}};
  CHECK_THROWS_WITH(
      contrastive_loss(criterion, mixcon::label_targets{.labels = labels}, random_variable(far, {3, 2}, 1)),
      ContainsSubstring("label_targets: 2 labels x 1 views for 3 anchors; expected one label a sample"));
}
