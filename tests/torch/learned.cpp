// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/siglip.hpp>
#include <mixcon/torch/loss.hpp>

using namespace mixcon;

namespace {

at::Tensor random_rows(std::int64_t count, std::uint64_t seed) {
  return at::randn({count, 5}, at::detail::createCPUGenerator(seed), at::kDouble).requires_grad_();
}
at::Tensor number(double x, at::ScalarType type = at::kDouble) {
  return at::full({}, x, at::TensorOptions(type)).requires_grad_();
}
at::Tensor copy_of(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}
at::Tensor unit(const at::Tensor& z) { return z / z.norm(2, {1}, true); }
at::Tensor similarities(const at::Tensor& a, const at::Tensor& c) { return unit(a).matmul(unit(c).t()); }

/// CLIP as open_clip has it: cross entropy of rows and of columns.
at::Tensor clip_of_torch(const at::Tensor& images, const at::Tensor& texts, const at::Tensor& scale) {
  const at::Tensor logits = scale * similarities(images, texts), own = at::arange(images.size(0), at::kLong);
  return (at::cross_entropy_loss(logits, own) + at::cross_entropy_loss(logits.t(), own)) / 2;
}
at::Tensor siglip_of_torch(const at::Tensor& images, const at::Tensor& texts, const at::Tensor& scale,
                           const at::Tensor& bias) {
  const at::Tensor signs = 2 * at::eye(images.size(0), at::kDouble) - 1;
  return -at::log_sigmoid(signs * (scale * similarities(images, texts) + bias)).sum() / images.size(0);
}
const objective binary{siglip{}, dot_product{rows::unit, rows::unit}};

}  // namespace

TEST_CASE("CLIP's both directions and its learned scale have torch's gradients", "[torch]") {
  const at::Tensor images = random_rows(6, 1), texts = random_rows(6, 2), scale = number(7);
  const at::Tensor images2 = copy_of(images), texts2 = copy_of(texts), scale2 = copy_of(scale);
  const at::Tensor loss = torch_loss(clip(), diagonal_targets{}, images, texts, {.scale = scale});
  const at::Tensor expected = clip_of_torch(images2, texts2, scale2);
  CHECK(difference(loss, expected) < 1e-13);
  (loss * 3).backward();
  (expected * 3).backward();
  CHECK(difference(images.grad(), images2.grad()) < 1e-13);
  CHECK(difference(texts.grad(), texts2.grad()) < 1e-13);
  CHECK(difference(scale.grad(), scale2.grad()) < 1e-13);
}

TEST_CASE("A scale's logarithm has its own gradient, and none beyond the largest scale", "[torch]") {
  const at::Tensor images = random_rows(6, 1), texts = random_rows(6, 2).detach();
  for (const double most : {std::numeric_limits<double>::infinity(), 100.0, 3.0}) {
    const at::Tensor log_scale = number(1.5), log_scale2 = copy_of(log_scale);
    torch_loss(clip(), diagonal_targets{}, images, texts, {.log_scale = log_scale, .max_scale = most}).backward();
    clip_of_torch(images.detach(), texts, log_scale2.exp().clamp_max(most)).backward();
    CHECK(difference(log_scale.grad(), log_scale2.grad()) < 1e-13);
    CHECK((log_scale.grad().item<double>() == 0) == (most == 3.0));
  }
}

TEST_CASE("A temperature is learned, in float and of shape (1) too; its gradient has its type and shape", "[torch]") {
  const at::Tensor images = random_rows(6, 1), texts = random_rows(6, 2);
  const at::Tensor images2 = copy_of(images), texts2 = copy_of(texts);
  const at::Tensor temperature = at::full({1}, 0.25, at::TensorOptions(at::kFloat)).requires_grad_();
  const at::Tensor temperature2 = copy_of(temperature.to(at::kDouble));
  torch_loss(clip(1), diagonal_targets{}, images, texts, {.temperature = temperature}).backward();
  clip_of_torch(images2, texts2, 1 / temperature2).backward();
  CHECK(temperature.grad().scalar_type() == at::kFloat);
  CHECK(temperature.grad().sizes() == temperature.sizes());
  CHECK(difference(temperature.grad(), temperature2.grad()) < 1e-6);
  CHECK(difference(images.grad(), images2.grad()) < 1e-13);

  const at::Tensor fixed = temperature.detach();  // a number that is not learned
  const at::Tensor loss = torch_loss(clip(1), diagonal_targets{}, images, texts, {.temperature = fixed});
  CHECK(difference(loss, clip_of_torch(images2, texts2, 1 / temperature2)) < 1e-13);
}

TEST_CASE("SigLIP's scale and bias are learned, with rows or alone", "[torch]") {
  const at::Tensor images = random_rows(6, 1), texts = random_rows(6, 2), log_scale = number(1.1), bias = number(-2);
  const at::Tensor images2 = copy_of(images), texts2 = copy_of(texts), log_scale2 = copy_of(log_scale),
                   bias2 = copy_of(bias);
  torch_loss(binary, diagonal_targets{}, images, texts, {.log_scale = log_scale, .bias = bias}).backward();
  siglip_of_torch(images2, texts2, log_scale2.exp(), bias2).backward();
  CHECK(difference(images.grad(), images2.grad()) < 1e-13);
  CHECK(difference(texts.grad(), texts2.grad()) < 1e-13);
  CHECK(difference(log_scale.grad(), log_scale2.grad()) < 1e-13);
  CHECK(difference(bias.grad(), bias2.grad()) < 1e-13);

  const at::Tensor alone = number(-2);
  torch_loss(binary, diagonal_targets{}, images.detach(), texts.detach(),
             {.log_scale = log_scale2.detach(), .bias = alone})
      .backward();
  CHECK(difference(alone.grad(), bias2.grad()) < 1e-13);
}

TEST_CASE("A table of shares that is a tensor has a gradient", "[torch]") {
  const at::Tensor a = random_rows(4, 1), c = random_rows(6, 2), a2 = copy_of(a), c2 = copy_of(c);
  const at::Tensor shares = at::rand({4, 6}, at::kDouble).requires_grad_(), shares2 = copy_of(shares);
  torch_loss(clip(3), shares.t().t(), a, c).backward();
  const at::Tensor logits = 3 * similarities(a2, c2);
  const at::Tensor by_rows = -(shares2 * logits.log_softmax(1)).sum() / 4,
                   by_columns = -(shares2 * logits.log_softmax(0)).sum() / 6;
  ((by_rows + by_columns) / 2).backward();
  CHECK(difference(a.grad(), a2.grad()) < 1e-13);
  CHECK(difference(c.grad(), c2.grad()) < 1e-13);
  CHECK(difference(shares.grad(), shares2.grad()) < 1e-13);
}

TEST_CASE("Learned numbers are differentiated once, and their changes in place are noticed", "[torch]") {
  const at::Tensor images = random_rows(6, 1), texts = random_rows(6, 2), scale = number(7), twice = scale * 2;
  const at::Tensor loss = torch_loss(clip(), diagonal_targets{}, images, texts, {.scale = twice});
  const auto slope = torch::autograd::grad({loss}, {scale}, {}, true, true).at(0);
  CHECK_THROWS_WITH(slope.square().backward({}, true), ContainsSubstring("first derivatives only"));
  twice.detach().add_(1);
  CHECK_THROWS_WITH(loss.backward(), ContainsSubstring("modified by an inplace operation"));
}

TEST_CASE("Numbers that do not fit are refused in a sentence", "[torch]") {
  const at::Tensor z = random_rows(4, 1).detach();
  const auto with = [&](const auto& criterion, const torch_numbers& numbers) {
    return torch_loss(criterion, diagonal_targets{}, z, z * 2, numbers);
  };
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(with(clip(), {.scale = at::ones({2})}), ContainsSubstring("scale has 2 elements; expected one"));
  CHECK_THROWS_WITH(with(clip(), {.scale = at::ones({}, at::kLong)}), ContainsSubstring("scale is of type Long"));
  CHECK_THROWS_WITH(with(clip(), {.scale = number(0)}), ContainsSubstring("scale is 0; expected a finite number > 0"));
  CHECK_THROWS_WITH(with(clip(), {.temperature = number(-1)}), ContainsSubstring("temperature is -1"));
  CHECK_THROWS_WITH(with(clip(), {.log_scale = number(nan), .max_scale = 100}), ContainsSubstring("scale is nan"));
  CHECK_THROWS_WITH(with(clip(), {.scale = number(1), .log_scale = number(1)}), ContainsSubstring("pass one of them"));
  CHECK_THROWS_WITH(with(clip(), {.max_scale = 0}), ContainsSubstring("max_scale is 0"));
  CHECK_THROWS_WITH(with(binary, {.temperature = number(1)}), ContainsSubstring("this loss has none"));
  CHECK_THROWS_WITH(with(clip(), {.bias = at::empty({}, at::device(at::kMeta))}), ContainsSubstring("bias is on meta"));
  CHECK_THROWS_WITH(torch_loss(clip(), at::ones({4, 4}), z, z * 2),
                    ContainsSubstring("targets is of type Float; expected Double"));
  CHECK_THROWS_WITH(torch_loss(clip(), at::ones({3, 4}, at::kDouble), z, z * 2), ContainsSubstring("they must match"));
}
