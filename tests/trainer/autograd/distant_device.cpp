// SPDX-License-Identifier: BSD-3-Clause
// A device whose memory the host cannot reach, as that of a graphics card: nothing but the device reads its tensors.
#include "autograd/attention.hpp"
#include "autograd/blend_node.hpp"
#include "autograd/loss_node.hpp"
#include "autograd/negatives_node.hpp"
#include "autograd/operators.hpp"
#include "autograd/pair_sum.hpp"
#include "optimisers/optimiser_options.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

#include <algorithm>

using namespace mixcon_train;

namespace {

class distant_device final : public reference_device {
 public:
  void* data(const tensor&) override { return nullptr; }
  void read(const tensor& x, void* numbers) override {
    const auto* from = static_cast<const double*>(reference_device::data(x));
    std::copy_n(from, x.extents().size(), static_cast<double*>(numbers));
  }
  tensor write(const shape& extents, const void* numbers) override {
    tensor made = empty(extents);
    std::copy_n(static_cast<const double*>(numbers), extents.size(),
                static_cast<double*>(reference_device::data(made)));
    return made;
  }
};

/// Three steps of a small network through every kind of operator: its parameters at the end.
std::vector<double> trained_on(device& on, const char* optimiser) {
  const auto images = random_variable(on, {4, 2, 4, 4}, 1), filter = random_variable(on, {6, 2, 3, 3}, 2),
             bias = random_variable(on, {6}, 3), scales = random_variable(on, {6}, 4),
             shifts = random_variable(on, {6}, 5), head = random_variable(on, {3, 3}, 6),
             mask = random_variable(on, {4, 1, 4, 4}, 7), keys = random_variable(on, {5, 3}, 8);
  const std::vector<variable> all{filter, bias, scales, shifts, head, mask, keys};
  std::vector<parameter> parameters;
  for (const variable& x : all) parameters.push_back({"p" + std::to_string(parameters.size()), x, true});
  const auto by = new_optimiser({.optimiser = optimiser, .momentum = 0.8}, parameters);
  running_statistics running{filled(on, {6}, 0), filled(on, {6}, 1)};
  const mixcon::mix_plan<mixcon::interpolated> plan{{1, 2, 3, 0}, {0.3, 0.6, 0.9, 0.2}, {}};
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  const std::vector<int> labels{0, 1, 0, 1};
  mixcon::mixture_list mixtures(4, 1);
  for (index_t a = 0; a < 4; ++a) mixtures.put(a, 0, {a, 4 - a, 0.3});
  for (int step = 0; step < 3; ++step) {
    variable x = mask_blend(blended(plan, images), {1, 0, 3, 2}, sigmoid(mask));
    x = elu(batch_norm(conv2d(x, filter, {.padding = 1}, bias), scales, shifts, running, true, false));
    x = dropout(upsample_bilinear(max_pool(x, {}), 2), 0.2, {.seed = 3, .step = static_cast<std::uint64_t>(step)});
    const variable z = unit_rows(linear(group_maximum(global_average_pool(concatenate(x, x)), 2), head));
    const variable first = slice(z, 0, 4);
    const synthetic_rows negatives = synthetic_negatives(mixtures, first, slice(z, 4, 8), keys);
    const variable attention = softmax(batched_product(reshape(z, {8, 1, 3}), true, reshape(z, {8, 1, 3}), false));
    const variable seen = attend(slice_channels(x, 0, 2), slice_channels(x, 2, 4), slice_channels(x, 4, 5), 0.5).found;
    backward(contrastive_loss(criterion, mixcon::label_targets{.labels = labels, .views = 2}, z) +
             contrastive_loss(criterion, mixcon::listed_targets{*negatives.list}, first, {own(negatives.rows), keys}) +
             mean(square(transpose(attention))) + mean(square(seen)) +
             cross_entropy(gather_rows(z, {3, -1, 3}), std::vector<int>{0, 1, 2}));
    by->step(0.05);
  }
  std::vector<double> numbers;
  for (const variable& x : all)
    for (const double w : numbers_in(x)) numbers.push_back(w);
  for (const double w : numbers_in(running.variance)) numbers.push_back(w);
  return numbers;
}

}  // namespace

TEST_CASE("operators, losses and optimisers need no memory that the host can reach", "[autograd]") {
  for (const char* optimiser : {"sgd", "adamw", "lars"}) {
    reference_device near;
    distant_device far;
    CHECK(trained_on(far, optimiser) == trained_on(near, optimiser));
  }
}
