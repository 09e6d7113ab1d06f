// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/mixup.hpp>
#include <mixcon/torch/blend.hpp>

using namespace mixcon;

namespace {

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).detach().abs().max().item<double>(); }
const mix_plan<interpolated> means{{2, 0, 1}, {0.25, 0.5, 1}, {}};
const mix_plan<pasted_boxes> one_box{{1, 2, 0}, {0.5}, {.boxes = {{0, 2, 1, 3}}}};

/// Mixup in torch's words.
at::Tensor means_of_torch(const at::Tensor& x, const at::Tensor& partners) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = 3;
  const at::Tensor own = at::tensor({0.25, 0.5, 1.0}, at::kDouble).view(shape);
  return own * x + (1 - own) * partners.index_select(0, at::tensor({2, 0, 1}, at::kLong));
}

}  // namespace

TEST_CASE("A plan mixes tensors of torch of any rank, with torch's gradient", "[torch]") {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{3}, {3, 4}, {3, 2, 4}, {3, 2, 4, 5}}) {
    const at::Tensor x = at::randn(shape, at::kDouble).requires_grad_(), x2 = x.detach().clone().requires_grad_();
    const at::Tensor mixed = torch_blend(means, x), expected = means_of_torch(x2, x2);
    CHECK(difference(mixed, expected) < 1e-15);
    const at::Tensor upstream = at::randn(shape, at::kDouble);
    (mixed * upstream).sum().backward();
    (expected * upstream).sum().backward();
    CHECK(difference(x.grad(), x2.grad()) < 1e-14);
  }
}

TEST_CASE("Partners may be another batch, with a gradient of its own", "[torch]") {
  const at::Tensor x = at::randn({3, 4}, at::kDouble).requires_grad_(),
                   p = at::randn({5, 4}, at::kDouble).requires_grad_();
  const at::Tensor x2 = x.detach().clone().requires_grad_(), p2 = p.detach().clone().requires_grad_();
  const at::Tensor upstream = at::randn({3, 4}, at::kDouble);
  (torch_blend(means, x, p) * upstream).sum().backward();
  (means_of_torch(x2, p2) * upstream).sum().backward();
  CHECK(difference(x.grad(), x2.grad()) < 1e-14);
  CHECK(difference(p.grad(), p2.grad()) < 1e-14);
}

TEST_CASE("A box copies, also bytes, also channels-last and strided images", "[torch]") {
  const at::Tensor images = at::arange(3 * 2 * 4 * 5, at::kFloat).view({3, 2, 4, 5});
  at::Tensor expected = images.clone();
  const auto inside = [](const at::Tensor& x) { return x.slice(2, 0, 2).slice(3, 1, 3); };
  inside(expected).copy_(inside(images).roll(-1, 0));
  CHECK(at::equal(torch_blend(one_box, images), expected));
  const at::Tensor last = torch_blend(one_box, images.contiguous(at::MemoryFormat::ChannelsLast));
  CHECK(at::equal(last, expected));
  CHECK(last.is_contiguous(at::MemoryFormat::ChannelsLast));
  for (const at::ScalarType type : {at::kByte, at::kShort, at::kHalf, at::kBFloat16, at::kDouble})
    CHECK(at::equal(torch_blend(one_box, images.to(type)), expected.to(type)));
  CHECK(at::equal(torch_blend(one_box, images.flip(3).transpose(2, 3).transpose(2, 3)),
                  torch_blend(one_box, images.flip(3).clone())));
}

TEST_CASE("Mixing can be differentiated twice; along great circles the second derivative is refused", "[torch]") {
  const at::Tensor x = at::randn({3, 4}, at::kDouble).requires_grad_(), x2 = x.detach().clone().requires_grad_();
  const auto second = [](const at::Tensor& mixed, const at::Tensor& of) {
    const auto first = torch::autograd::grad({mixed.pow(3).sum()}, {of}, {}, true, true).at(0);
    return torch::autograd::grad({first.square().sum()}, {of}).at(0);
  };
  CHECK(difference(second(torch_blend(means, x), x), second(means_of_torch(x2, x2), x2)) < 1e-12);
  CHECK_THROWS_WITH(second(torch_blend(on_sphere(means), x), x), ContainsSubstring("first derivatives only"));
}

TEST_CASE("Along great circles the gradient is that of differences", "[torch]") {
  const auto plan = on_sphere(means, true);
  const at::Tensor x = at::randn({3, 4}, at::kDouble).requires_grad_(), upstream = at::randn({3, 4}, at::kDouble);
  (torch_blend(plan, x) * upstream).sum().backward();
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t k = 0; k < 4; ++k) {
      const auto value = [&](double step) {
        const at::Tensor moved = x.detach().clone();
        moved[i][k] += step;
        return (torch_blend(plan, moved) * upstream).sum().item<double>();
      };
      CHECK(std::abs((value(1e-5) - value(-1e-5)) / 2e-5 - x.grad()[i][k].item<double>()) < 1e-8);
    }
}

TEST_CASE("The node owns its plan", "[torch]") {
  const at::Tensor x = at::randn({3, 4}, at::kDouble).requires_grad_(), x2 = x.detach().clone().requires_grad_();
  at::Tensor mixed;
  {
    auto lent = means;
    mixed = torch_blend(lent, x);
    lent.partner = {0, 0, 0};
  }
  mixed.square().sum().backward();
  means_of_torch(x2, x2).square().sum().backward();
  CHECK(difference(x.grad(), x2.grad()) < 1e-14);
}

TEST_CASE("Batches that a plan does not fit are refused in a sentence", "[torch]") {
  CHECK_THROWS_WITH(torch_blend(one_box, at::zeros({3, 4})),
                    ContainsSubstring("have 2 axes; a plan of kind \"box\" mixes batches of 3 to 4"));
  CHECK_THROWS_WITH(torch_blend(on_sphere(means), at::zeros({3, 4, 2})), ContainsSubstring("mixes batches of 2 to 2"));
  CHECK_THROWS_WITH(torch_blend(means, at::zeros({3, 1, 1, 1, 1})), ContainsSubstring("have 5 axes"));
  CHECK_THROWS_WITH(torch_blend(means, at::zeros({3, 4}, at::kInt)),
                    ContainsSubstring("is of type Int; expected one of"));
  CHECK_THROWS_WITH(torch_blend(means, at::zeros({3, 4}).to_sparse()),
                    ContainsSubstring("torch_blend: samples is sparse"));
  CHECK_THROWS_WITH(torch_blend(means, at::zeros({3, 4}), at::zeros({3, 4}, at::kDouble)),
                    ContainsSubstring("partners is of type Double; expected Float"));
  CHECK_THROWS_AS(torch_blend(means, at::zeros({4, 4})), std::invalid_argument);
}
