// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/supcon.hpp>
#include <mixcon/torch/loss.hpp>

#include <vector>

using namespace mixcon;

namespace {

at::Tensor random_rows(std::int64_t count, at::ScalarType type = at::kDouble) {
  return at::randn({count, 5}, at::detail::createCPUGenerator(11), at::kDouble).to(type).requires_grad_();
}
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}
at::Tensor unit(const at::Tensor& z) { return z / z.norm(2, {1}, true); }
/// NT-Xent as torch computes it: cross entropy with the other view, the row itself left out.
at::Tensor nt_xent_of_torch(const at::Tensor& z, double temperature) {
  const std::int64_t n = z.size(0);
  const at::Tensor logits = (unit(z).matmul(unit(z).t()) / temperature)
                                .masked_fill(at::eye(n, at::kBool), -std::numeric_limits<double>::infinity());
  return at::cross_entropy_loss(logits, (at::arange(n, at::kLong) + n / 2) % n);
}
/// Cross entropy of anchors with the diagonal.
at::Tensor diagonal_of_torch(const at::Tensor& a, const at::Tensor& c, double temperature) {
  return at::cross_entropy_loss(unit(a).matmul(unit(c).t()) / temperature, at::arange(a.size(0), at::kLong));
}

}  // namespace

TEST_CASE("Value and gradient are torch's own, where anchors are the candidates", "[torch]") {
  for (const auto& [type, near] : {std::pair{at::kDouble, 1e-13}, {at::kFloat, 2e-6}}) {
    const at::Tensor z = random_rows(12, type), same = z.detach().clone().requires_grad_();
    const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, z, z);
    const at::Tensor expected = nt_xent_of_torch(same, 0.5);
    CHECK(loss.scalar_type() == type);
    CHECK(loss.dim() == 0);
    CHECK(difference(loss, expected) < near);
    (loss * 3).backward();
    (expected * 3).backward();
    CHECK(difference(z.grad(), same.grad()) < near);
    CHECK(z.grad().scalar_type() == type);
  }
}

TEST_CASE("Anchors and candidates get a gradient each, those of them that want one", "[torch]") {
  const objective by_diagonal{info_nce{.temperature = 0.2}, cosine{}};
  const at::Tensor a = random_rows(4), c = random_rows(7), a2 = a.detach().clone().requires_grad_(),
                   c2 = c.detach().clone().requires_grad_();
  torch_loss(by_diagonal, diagonal_targets{}, a, c).backward();
  diagonal_of_torch(a2, c2, 0.2).backward();
  CHECK(difference(a.grad(), a2.grad()) < 1e-13);
  CHECK(difference(c.grad(), c2.grad()) < 1e-13);

  const at::Tensor fixed = c.detach();
  a.mutable_grad() = at::Tensor();
  torch_loss(by_diagonal, diagonal_targets{}, a, fixed).backward();
  CHECK(difference(a.grad(), a2.grad()) < 1e-13);
  CHECK_FALSE(fixed.grad().defined());
  CHECK_FALSE(torch_loss(by_diagonal, diagonal_targets{}, a.detach(), fixed).requires_grad());

  // The same rows with one side held constant: each other's part alone.
  const at::Tensor z = random_rows(6), z2 = z.detach().clone().requires_grad_();
  torch_loss(by_diagonal, diagonal_targets{}, z, z.detach()).backward();
  diagonal_of_torch(z2, z2.detach(), 0.2).backward();
  CHECK(difference(z.grad(), z2.grad()) < 1e-13);
}

TEST_CASE("Without a gradient to come the value is computed alone, and is the same", "[torch]") {
  const at::Tensor z = random_rows(12);
  const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, z, z);
  const at::NoGradGuard none;
  const at::Tensor alone = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, z, z);
  CHECK_FALSE(alone.requires_grad());
  CHECK(alone.item<double>() == loss.item<double>());
}

TEST_CASE("The node owns what it needs: the targets' labels may go before backward", "[torch]") {
  const at::Tensor z = random_rows(6), z2 = z.detach().clone().requires_grad_();
  const std::vector<int> labels{0, 0, 1, 1, 0, 1};
  at::Tensor loss;
  {
    std::vector<int> lent = labels;
    loss = torch_loss(serial{}, supcon(0.3), label_targets{.labels = lent}, z, z);
    lent.assign(6, 7);
  }
  loss.backward();
  torch_loss(serial{}, supcon(0.3), label_targets{.labels = labels}, z2, z2).backward();
  CHECK(difference(z.grad(), z2.grad()) == 0);
}

TEST_CASE("Rows of two bytes are read as they are; the gradient comes in their type, scaled before it is rounded",
          "[torch]") {
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
    const at::Tensor z = random_rows(12, type), wide = z.detach().to(at::kFloat).requires_grad_();
    const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, z, z);
    const at::Tensor expected = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, wide, wide);
    CHECK(loss.scalar_type() == at::kFloat);
    CHECK(loss.item<float>() == expected.item<float>());
    (loss * 1024).backward();
    (expected * 1024).backward();
    CHECK(z.grad().scalar_type() == type);
    CHECK(at::equal(z.grad(), wide.grad().to(type)));
  }
}

TEST_CASE("Strided rows and chains of nodes give torch's gradients", "[torch]") {
  const at::Tensor x = at::randn({5, 12}, at::kDouble).requires_grad_(), x2 = x.detach().clone().requires_grad_();
  torch_loss(nt_xent(0.5), view_targets{.samples = 6}, x.t().tanh(), x.t().tanh()).backward();
  nt_xent_of_torch(x2.t().tanh(), 0.5).backward();
  CHECK(difference(x.grad(), x2.grad()) < 1e-13);
  const at::Tensor stretched = at::randn({1, 5}, at::kDouble).expand({4, 5});
  CHECK(difference(torch_loss(nt_xent(0.5), view_targets{.samples = 2}, stretched, stretched),
                   nt_xent_of_torch(stretched, 0.5)) < 1e-13);
}

TEST_CASE("Threads change no bit, and torch's number of them is heeded", "[torch]") {
  const at::Tensor z = at::randn({512, 32}).requires_grad_();
  const int before = at::get_num_threads();
  std::vector<at::Tensor> found;
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    CHECK(mixcon::detail::as_many_threads_as_torch().workers() == threads);
    z.mutable_grad() = at::Tensor();
    torch_loss(nt_xent(0.5), view_targets{.samples = 256}, z, z).backward();
    found.push_back(z.grad());
  }
  at::set_num_threads(before);
  CHECK(at::equal(found[0], found[1]));
  CHECK(at::equal(found[0], found[2]));
}

TEST_CASE("Second derivatives are refused, and are not silently zero", "[torch]") {
  const at::Tensor z = random_rows(12);
  const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, z, z);
  const auto gradient = torch::autograd::grad({loss}, {z}, {}, true, true).at(0);
  CHECK(gradient.requires_grad());
  const at::Tensor penalty = gradient.square().sum();
  CHECK_THROWS_WITH(penalty.backward({}, true), ContainsSubstring("first derivatives only"));
  CHECK_THROWS_AS(penalty.backward(), c10::NotImplementedError);
  const at::Tensor plain = random_rows(12);
  torch_loss(nt_xent(0.5), view_targets{.samples = 6}, plain, plain).backward();
  CHECK(difference(gradient, plain.grad()) == 0);
}

TEST_CASE("Rows that are changed in place before backward are noticed", "[torch]") {
  const at::Tensor z = random_rows(12), w = z * 2, v = z * 3;
  const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = 6}, w, w);
  w.detach().add_(1);
  CHECK_THROWS_WITH(loss.backward(), ContainsSubstring("modified by an inplace operation"));
  const at::Tensor two = torch_loss(objective{info_nce{}, cosine{}}, diagonal_targets{}, z * 1, v);
  v.detach().zero_();
  CHECK_THROWS_WITH(two.backward(), ContainsSubstring("modified by an inplace operation"));
}

TEST_CASE("Tensors that do not fit are refused in a sentence", "[torch]") {
  const auto loss_of = [](const at::Tensor& a, const at::Tensor& c) {
    return torch_loss(objective{info_nce{}, cosine{}}, diagonal_targets{}, a, c);
  };
  const at::Tensor z = random_rows(4);
  CHECK_THROWS_WITH(loss_of(z.detach().to_sparse(), z), ContainsSubstring("torch_loss: anchors is sparse"));
  CHECK_THROWS_WITH(loss_of(z, at::empty({4, 5}, at::device(at::kMeta))), ContainsSubstring("candidates is on meta"));
  CHECK_THROWS_WITH(loss_of(z.to(at::kLong), z), ContainsSubstring("anchors is of type Long; expected one of Float, "));
  CHECK_THROWS_WITH(loss_of(z.to(at::kComplexDouble), z), ContainsSubstring("anchors is of type ComplexDouble"));
  CHECK_THROWS_WITH(loss_of(z, z.to(at::kFloat)), ContainsSubstring("candidates is of type Float; expected Double"));
  CHECK_THROWS_WITH(loss_of(z.view({2, 2, 5}), z), ContainsSubstring("anchors has 3 axes; expected 2"));
  CHECK_THROWS_WITH(loss_of(z, random_rows(3)), ContainsSubstring("3 candidates for 4 anchors"));
  CHECK_THROWS_WITH(loss_of(z, z.slice(1, 0, 4)), ContainsSubstring("widths must match"));
  CHECK_THROWS_AS(torch_loss(nt_xent(0.5), view_targets{.samples = 3}, z, z), std::invalid_argument);
}
