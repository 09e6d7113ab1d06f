// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>
#include <mixcon/torch/logits.hpp>

using namespace mixcon;

namespace {

at::Tensor outputs(at::ScalarType type = at::kDouble) {
  return at::randn({5, 4}, at::detail::createCPUGenerator(3), at::kDouble).to(type).requires_grad_();
}
at::Tensor soft_labels() { return at::rand({5, 4}, at::detail::createCPUGenerator(4), at::kDouble); }
at::Tensor copy_of(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("Cross entropy of given logits has torch's gradients, by soft labels too", "[torch]") {
  const at::Tensor l = outputs(), t = soft_labels().requires_grad_(), l2 = copy_of(l), t2 = copy_of(t);
  const at::Tensor loss = torch_loss(soft_cross_entropy(), t, torch_logits{l});
  const at::Tensor expected = at::cross_entropy_loss(l2, t2);
  CHECK(difference(loss, expected) < 1e-14);
  (loss * 3).backward();
  (expected * 3).backward();
  CHECK(difference(l.grad(), l2.grad()) < 1e-14);
  CHECK(difference(t.grad(), t2.grad()) < 1e-14);

  const at::NoGradGuard none;
  CHECK(torch_loss(soft_cross_entropy(), t, torch_logits{l}).item<double>() == loss.item<double>());
}

TEST_CASE("Labels, a learned temperature and strided logits are those of torch", "[torch]") {
  const at::Tensor x = at::randn({4, 5}, at::kDouble).requires_grad_(), x2 = copy_of(x);
  const at::Tensor temperature = at::full({}, 0.5, at::kDouble).requires_grad_(), temperature2 = copy_of(temperature);
  const at::Tensor labels = at::tensor({3, 0, 1, 1, 2}, at::kLong);
  const auto of_samples = as_view<const std::int64_t, 1>(labels);
  torch_loss(soft_cross_entropy(), class_targets{.labels = of_samples}, torch_logits{x.t()},
             {.temperature = temperature})
      .backward();
  at::cross_entropy_loss(x2.t() / temperature2, labels).backward();
  CHECK(difference(x.grad(), x2.grad()) < 1e-14);
  CHECK(difference(temperature.grad(), temperature2.grad()) < 1e-14);
}

TEST_CASE("Logits of two bytes are computed in float, with soft labels in float", "[torch]") {
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
    const at::Tensor l = outputs(type), wide = copy_of(l.to(at::kFloat)), t = soft_labels().to(at::kFloat);
    torch_loss(soft_cross_entropy(), t, torch_logits{l}).backward();
    torch_loss(soft_cross_entropy(), t, torch_logits{wide}).backward();
    CHECK(l.grad().scalar_type() == type);
    CHECK(at::equal(l.grad(), wide.grad().to(type)));
  }
}

TEST_CASE("Binary cross entropy of given logits has torch's gradient", "[torch]") {
  const at::Tensor l = outputs(), t = soft_labels(), l2 = copy_of(l);
  const at::Tensor loss = torch_loss(soft_binary_cross_entropy{}, t, torch_logits{l});
  const at::Tensor expected = at::binary_cross_entropy_with_logits(l2, t).mul(4);  // a sum over classes
  CHECK(difference(loss, expected) < 1e-14);
  loss.backward();
  expected.backward();
  CHECK(difference(l.grad(), l2.grad()) < 1e-14);
}

TEST_CASE("Decoupled mixup of given logits has torch's gradient", "[torch]") {
  const at::Tensor l = outputs(), l2 = copy_of(l);
  const pair_targets pairs{{0, 1, 2, 3, 0}, {1, 2, 3, 0, 1}, {0.3, 0.5, 0.7, 0.9, 0.2}, {}};
  torch_loss(decoupled_mixup{}, pairs, torch_logits{l}).backward();
  at::Tensor sum = at::zeros({}, at::kDouble);
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const at::Tensor row = l2[i], log_p = row.log_softmax(0);
    const auto alone = [&](index_t own, index_t without) {  // the cross entropy where one class does not compete
      return -row.masked_fill(at::arange(4) == without, -std::numeric_limits<double>::infinity()).log_softmax(0)[own];
    };
    sum = sum - pairs.lambda[at] * log_p[pairs.own[at]] - (1 - pairs.lambda[at]) * log_p[pairs.partner[at]];
    sum = sum + 0.1 * alone(pairs.own[at], pairs.partner[at]) + 0.1 * alone(pairs.partner[at], pairs.own[at]);
  }
  (sum / 5).backward();
  CHECK(difference(l.grad(), l2.grad()) < 1e-14);
}

TEST_CASE("A loss of logits is differentiated once, and changes in place are noticed", "[torch]") {
  const at::Tensor l = outputs(), w = l * 2, t = soft_labels().requires_grad_(), u = t * 1;
  const at::Tensor loss = torch_loss(soft_cross_entropy(), u, torch_logits{w});
  const auto gradient = torch::autograd::grad({loss}, {l}, {}, true, true).at(0);
  CHECK_THROWS_WITH(gradient.square().sum().backward({}, true), ContainsSubstring("first derivatives only"));
  u.detach().zero_();
  CHECK_THROWS_WITH(loss.backward(), ContainsSubstring("modified by an inplace operation"));
}

TEST_CASE("Logits and labels that do not fit are refused in a sentence", "[torch]") {
  const at::Tensor l = outputs(), t = soft_labels();
  const auto loss_of = [](const at::Tensor& logits, const at::Tensor& labels) {
    return torch_loss(soft_cross_entropy(), labels, torch_logits{logits});
  };
  CHECK_THROWS_WITH(loss_of(l.to_sparse(), t), ContainsSubstring("torch_loss: logits is sparse"));
  CHECK_THROWS_WITH(loss_of(l, t.to_sparse()), ContainsSubstring("torch_loss: targets is sparse"));
  CHECK_THROWS_WITH(loss_of(l.to(at::kInt), t), ContainsSubstring("logits is of type Int; expected one of Float, "));
  CHECK_THROWS_WITH(loss_of(l, t.to(at::kFloat)), ContainsSubstring("targets is of type Float; expected Double"));
  CHECK_THROWS_WITH(loss_of(l, t.slice(0, 0, 4)), ContainsSubstring("they must match"));
  CHECK_THROWS_WITH(loss_of(l, -t), ContainsSubstring("expected a finite number >= 0"));
  CHECK_THROWS_WITH(torch_loss(soft_binary_cross_entropy{}, copy_of(t), torch_logits{l}),
                    ContainsSubstring("pass labels.detach()"));
}
