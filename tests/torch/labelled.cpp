// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/losses/n_pairs.hpp>
#include <mixcon/torch/classifier.hpp>
#include <mixcon/torch/labelled.hpp>

#include <vector>

using namespace mixcon;

namespace {

at::Tensor random(std::vector<std::int64_t> shape, std::uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::kDouble).to(type).requires_grad_();
}
at::Tensor copy_of(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}
at::Tensor unit(const at::Tensor& z) { return z / z.norm(2, {1}, true); }
at::Tensor by_diagonal(const at::Tensor& logits) {
  return at::cross_entropy_loss(logits, at::arange(logits.size(0), at::kLong));
}
at::Tensor rows_at(const at::Tensor& x, const std::vector<std::int64_t>& which) {
  return x.index_select(0, at::tensor(which, at::kLong));
}

const std::vector<int> labels{0, 1, 0, 1, 2, 0, 7, 2};

at::Tensor n_pairs_of_torch(const at::Tensor& z) {
  return by_diagonal(unit(rows_at(z, {0, 1, 4})).matmul(unit(rows_at(z, {2, 3, 7})).t()));
}

const std::vector<std::int64_t> own{0, 1, 2, 0, 2, 1}, partner{1, 1, 0, 2, 0, 2};
const std::vector<double> shares{0.3, 0.8, 1, 0.6, 0.25, 0.5};

pair_targets mixtures() {
  pair_targets targets;
  targets.own.assign(own.begin(), own.end());
  targets.partner.assign(partner.begin(), partner.end());
  targets.lambda = shares;
  return targets;
}
at::Tensor mixed_classes_of_torch(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor share = at::tensor(shares, at::kDouble);
  const at::Tensor w = share.unsqueeze(1) * rows_at(weight, own) + (1 - share).unsqueeze(1) * rows_at(weight, partner);
  const at::Tensor logits = x.matmul(w.t()) + share * rows_at(bias, own) + (1 - share) * rows_at(bias, partner);
  return by_diagonal(logits) + by_diagonal(logits.t());
}

}  // namespace

TEST_CASE("N-pairs has torch's gradient; rows without a pair get none", "[torch]") {
  const at::Tensor z = random({8, 5}, 1), z2 = copy_of(z);
  const at::Tensor loss = torch_loss(n_pairs{}, label_targets{.labels = labels}, z);
  const at::Tensor expected = n_pairs_of_torch(z2);
  CHECK(difference(loss, expected) < 1e-13);
  (loss * 3).backward();
  (expected * 3).backward();
  CHECK(difference(z.grad(), z2.grad()) < 1e-13);
  CHECK(z.grad()[6].abs().max().item<double>() == 0);
  const at::NoGradGuard none;
  CHECK(difference(torch_loss(n_pairs{}, label_targets{.labels = labels}, z), loss) == 0);
}

TEST_CASE("Infinite Class Mixup has torch's gradients by features, weights and bias", "[torch]") {
  const at::Tensor x = random({6, 5}, 1), weight = random({3, 5}, 2), bias = random({3}, 3);
  const at::Tensor x2 = copy_of(x), weight2 = copy_of(weight), bias2 = copy_of(bias);
  const pair_targets targets = mixtures();
  const at::Tensor loss = torch_loss(infinite_class_mixup{}, targets, x, weight, bias);
  const at::Tensor expected = mixed_classes_of_torch(x2, weight2, bias2);
  CHECK(difference(loss, expected) < 1e-13);
  (loss * 3).backward();
  (expected * 3).backward();
  CHECK(difference(x.grad(), x2.grad()) < 1e-13);
  CHECK(difference(weight.grad(), weight2.grad()) < 1e-13);
  CHECK(difference(bias.grad(), bias2.grad()) < 1e-13);

  x.mutable_grad() = at::Tensor();
  torch_loss(infinite_class_mixup{}, mixtures(), x, weight.detach(), bias.detach()).backward();
  CHECK(difference(x.grad(), x2.grad() / 3) < 1e-13);
}

TEST_CASE("Rows and classifiers of two bytes are computed in float; gradients have their type", "[torch]") {
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
    const at::Tensor z = random({8, 5}, 1, type), z2 = copy_of(z.to(at::kFloat));
    torch_loss(n_pairs{}, label_targets{.labels = labels}, z).backward();
    torch_loss(n_pairs{}, label_targets{.labels = labels}, z2).backward();
    CHECK(at::equal(z.grad(), z2.grad().to(type)));

    const std::vector<at::Tensor> given{random({6, 5}, 1, type), random({3, 5}, 2, type), random({3}, 3, type)};
    std::vector<at::Tensor> wide;
    for (const at::Tensor& one : given) wide.push_back(copy_of(one.to(at::kFloat)));
    const at::Tensor loss = torch_loss(infinite_class_mixup{}, mixtures(), given[0], given[1], given[2]),
                     expected = torch_loss(infinite_class_mixup{}, mixtures(), wide[0], wide[1], wide[2]);
    CHECK(loss.scalar_type() == at::kFloat);
    CHECK(loss.item<float>() == expected.item<float>());
    loss.backward();
    expected.backward();
    for (std::size_t k = 0; k < given.size(); ++k) CHECK(at::equal(given[k].grad(), wide[k].grad().to(type)));
  }
}

TEST_CASE("Labelled rows and classifiers that do not fit are refused in a sentence", "[torch]") {
  const at::Tensor x = random({6, 5}, 1), weight = random({3, 5}, 2), bias = random({3}, 3);
  const auto loss_of = [](const at::Tensor& features, const at::Tensor& w, const at::Tensor& b) {
    return torch_loss(infinite_class_mixup{}, mixtures(), features, w, b);
  };
  CHECK_THROWS_WITH(loss_of(x, weight.to(at::kFloat), bias), ContainsSubstring("weight is of type Float"));
  CHECK_THROWS_WITH(loss_of(x, weight, bias.unsqueeze(0)), ContainsSubstring("bias has 2 axes; expected 1"));
  CHECK_THROWS_WITH(loss_of(x, weight.to_sparse(), bias), ContainsSubstring("torch_loss: weight is sparse"));
  CHECK_THROWS_AS(loss_of(x, weight, bias.slice(0, 0, 2)), std::invalid_argument);
  const auto pairs_of = [](const at::Tensor& z) { return torch_loss(n_pairs{}, label_targets{.labels = labels}, z); };
  CHECK_THROWS_WITH(pairs_of(x), ContainsSubstring("8 labels"));
  CHECK_THROWS_WITH(pairs_of(x.to(at::kLong)), ContainsSubstring("embeddings is of type Long"));
  const at::Tensor w = random({8, 5}, 4) * 2, loss = pairs_of(w);
  w.detach().zero_();
  CHECK_THROWS_WITH(loss.backward(), ContainsSubstring("modified by an inplace operation"));
}
