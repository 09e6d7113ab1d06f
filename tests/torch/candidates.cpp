// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/torch/loss.hpp>

#include <vector>

using namespace mixcon;

namespace {

at::Tensor random_rows(std::int64_t count, std::uint64_t seed, at::ScalarType type = at::kDouble) {
  return at::randn({count, 5}, at::detail::createCPUGenerator(seed), at::kDouble).to(type).requires_grad_();
}
at::Tensor copy_of(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}
at::Tensor unit(const at::Tensor& z) { return z / z.norm(2, {-1}, true); }
/// Cross entropy of logits whose positives are on the diagonal.
at::Tensor by_diagonal(const at::Tensor& logits) {
  return at::cross_entropy_loss(logits, at::arange(logits.size(0), at::kLong));
}

const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
const auto batch_and_queue = segments(diagonal_targets{}, every_negative{});

/// MoCo as torch computes it: each query's own keys (N, k, D), the first of them its positive, and the queue.
at::Tensor moco_of_torch(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& queue) {
  const at::Tensor own = (unit(q).unsqueeze(1) * unit(keys)).sum({2});
  return -(at::cat({own, unit(q).matmul(unit(queue).t())}, 1) / 0.2).log_softmax(1).select(1, 0).mean();
}

}  // namespace

TEST_CASE("Keys of each query's own and a queue have torch's gradients, those of them that want one", "[torch]") {
  const at::Tensor q = random_rows(4, 1), keys = random_rows(4, 2), queue = random_rows(7, 3);
  const at::Tensor q2 = copy_of(q), keys2 = copy_of(keys), queue2 = copy_of(queue);
  const torch_candidates keys_and_queue{{{.tensor = keys, .is_own = true}, {.tensor = queue}}};
  const at::Tensor loss = torch_loss(criterion, queue_targets{}, q, keys_and_queue);
  const at::Tensor expected = moco_of_torch(q2, keys2.unsqueeze(1), queue2);
  CHECK(difference(loss, expected) < 1e-13);
  (loss * 3).backward();
  (expected * 3).backward();
  CHECK(difference(q.grad(), q2.grad()) < 1e-13);
  CHECK(difference(keys.grad(), keys2.grad()) < 1e-13);
  CHECK(difference(queue.grad(), queue2.grad()) < 1e-13);

  q.mutable_grad() = queue.mutable_grad() = at::Tensor();
  const at::Tensor fixed = keys.detach().unsqueeze(1);  // (N, k, D)
  torch_loss(criterion, queue_targets{}, q, torch_candidates{{{.tensor = fixed, .is_own = true}, {queue}}}).backward();
  CHECK(difference(q.grad(), q2.grad() / 3) < 1e-13);
  CHECK(difference(queue.grad(), queue2.grad() / 3) < 1e-13);
  const at::NoGradGuard none;
  CHECK(difference(torch_loss(criterion, queue_targets{}, q, keys_and_queue), loss) == 0);
}

TEST_CASE("Each segment says whether its rows are made unit rows", "[torch]") {
  const at::Tensor z = random_rows(4, 1), u = random_rows(7, 2), z2 = copy_of(z), u2 = copy_of(u);
  torch_loss(criterion, batch_and_queue, z, torch_candidates{{{z}, {.tensor = u, .form = rows::as_given}}}).backward();
  by_diagonal(at::cat({unit(z2).matmul(unit(z2).t()), unit(z2).matmul(u2.t())}, 1) / 0.2).backward();
  CHECK(difference(z.grad(), z2.grad()) < 1e-13);
  CHECK(difference(u.grad(), u2.grad()) < 1e-13);
}

TEST_CASE("A tensor that is anchors and two segments gets the sum of its parts", "[torch]") {
  const at::Tensor z = random_rows(4, 1), z2 = copy_of(z);
  torch_loss(criterion, batch_and_queue, z, torch_candidates{{{z}, {z}}}).backward();
  const at::Tensor x = unit(z2).matmul(unit(z2).t()) / 0.2;
  by_diagonal(at::cat({x, x}, 1)).backward();
  CHECK(difference(z.grad(), z2.grad()) < 1e-13);
}

TEST_CASE("Segments of two bytes are read as they are, and their gradients have their type", "[torch]") {
  const at::Tensor z = random_rows(4, 1, at::kBFloat16), u = random_rows(7, 2, at::kBFloat16),
                   z2 = copy_of(z.to(at::kFloat)), u2 = copy_of(u.to(at::kFloat));
  const at::Tensor loss = torch_loss(criterion, batch_and_queue, z, torch_candidates{{{z}, {u}}}),
                   wide = torch_loss(criterion, batch_and_queue, z2, torch_candidates{{{z2}, {u2}}});
  CHECK(loss.item<float>() == wide.item<float>());
  loss.backward();
  wide.backward();
  CHECK(at::equal(z.grad(), z2.grad().to(at::kBFloat16)));
  CHECK(at::equal(u.grad(), u2.grad().to(at::kBFloat16)));
}

TEST_CASE("Segments that do not fit are refused by their number", "[torch]") {
  const at::Tensor z = random_rows(4, 1), u = random_rows(7, 2);
  const auto loss_of = [&](const torch_candidates& against) {
    return torch_loss(criterion, batch_and_queue, z, against);
  };
  CHECK_THROWS_WITH(loss_of({{{z}, {u.to(at::kFloat)}}}), ContainsSubstring("segment 1 of the candidates is of type"));
  CHECK_THROWS_WITH(loss_of({{{z.unsqueeze(1)}, {u}}}), ContainsSubstring("segment 0 of the candidates has 3 axes"));
  CHECK_THROWS_WITH(loss_of({{{z}, {u.to_sparse()}}}), ContainsSubstring("segment 1 of the candidates is sparse"));
  CHECK_THROWS_WITH(loss_of({{{z}, {u.slice(1, 0, 4)}}}), ContainsSubstring("widths must match"));
  CHECK_THROWS_AS(loss_of({{{z}}}), std::invalid_argument);
  CHECK_THROWS_AS(loss_of({}), std::invalid_argument);
  const at::Tensor w = u * 2, loss = loss_of({{{z}, {w}}});
  w.detach().zero_();
  CHECK_THROWS_WITH(loss.backward(), ContainsSubstring("modified by an inplace operation"));
}
