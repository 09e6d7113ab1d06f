// SPDX-License-Identifier: BSD-3-Clause
// What nobody wants is not computed: counted in the calls of a device.
#include "autograd/loss_node.hpp"
#include "autograd/operators.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/unicon.hpp>

using namespace mixcon_train;

namespace {

/// The reference device, which counts the products of its backward passes.
class counting_device final : public reference_device {
 public:
  tensor convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                          const convolution_rule& rule) override {
    ++by_x;
    return reference_device::convolution_by_x(upstream, x, weights, rule);
  }
  tensor convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                const convolution_rule& rule) override {
    ++by_weights;
    return reference_device::convolution_by_weights(upstream, x, weights, rule);
  }
  tensor product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) override {
    ++products;
    return reference_device::product(a, transpose_a, b, transpose_b);
  }
  int by_x = 0, by_weights = 0, products = 0;
};

}  // namespace

TEST_CASE("a frozen network's weights cost no product, and neither does the first input", "[autograd]") {
  counting_device on;
  const variable images(random_variable(on, {2, 2, 4, 4}, 1).value());
  const auto first = random_variable(on, {3, 2, 3, 3}, 2), second = random_variable(on, {3, 3, 3, 3}, 3),
             head = random_variable(on, {2, 3}, 4);
  const auto loss = [&] {
    const variable x = conv2d(conv2d(images, first, {.padding = 1}), second, {.padding = 1});
    return weighed(linear(global_average_pool(x), head));
  };
  backward(loss());
  CHECK(on.by_weights == 2);
  CHECK(on.by_x == 1);  // not by the images
  CHECK(on.products == 3);
  on.by_weights = on.by_x = on.products = 0;
  for (const variable& w : {first, second, head}) w.clear_gradient(), w.want_gradient(false);
  images.want_gradient(true);
  backward(loss());
  CHECK(on.by_weights == 0);
  CHECK(on.by_x == 2);
  CHECK(on.products == 2);  // the value, and back by its input
  CHECK(images.gradient());
  for (const variable& w : {first, second, head}) CHECK(!w.gradient());
}

TEST_CASE("gradients by a queue's rows have no memory, and under evaluation none have", "[autograd]") {
  reference_device on;
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  const auto z = random_variable(on, {4, 3}, 5), keys = random_variable(on, {4, 3}, 6);
  const variable queue = constant(keys);
  const std::vector<int> labels{0, 1};
  const auto tensors_made_by = [&](const variable& candidates) {
    const index_t before = on.allocations();
    contrastive_loss(criterion, mixcon::unicon_targets(labels), z, {candidates});
    return on.allocations() - before;
  };
  const index_t with_keys = tensors_made_by(keys), with_queue = tensors_made_by(queue);
  CHECK(with_keys == 3);  // two gradients and the value
  CHECK(with_queue == 2);
  const without_gradients here;
  CHECK(tensors_made_by(keys) == 1);
}
