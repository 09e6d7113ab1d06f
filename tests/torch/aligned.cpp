// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/relational_distillation.hpp>
#include <mixcon/losses/vicreg.hpp>
#include <mixcon/torch/aligned.hpp>

using namespace mixcon;

namespace {

at::Tensor random_rows(std::uint64_t seed, std::int64_t width = 4, at::ScalarType type = at::kDouble) {
  return at::randn({6, width}, at::detail::createCPUGenerator(seed), at::kDouble).to(type).requires_grad_();
}
at::Tensor copy_of(const at::Tensor& x) { return x.detach().clone().requires_grad_(); }
double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach().to(at::kDouble) - b.detach().to(at::kDouble)).abs().max().item<double>();
}
at::Tensor unit(const at::Tensor& z) { return z / z.norm(2, {1}, true); }
at::Tensor centred(const at::Tensor& z) { return z - z.mean({0}, true); }
at::Tensor off_diagonal(const at::Tensor& x) { return x * (1 - at::eye(x.size(0), at::kDouble)); }

at::Tensor barlow_twins_of_torch(const at::Tensor& x, const at::Tensor& y) {
  const auto standard = [](const at::Tensor& z) {
    const at::Tensor c = centred(z);
    return c / (c.square().mean({0}, true) + 1e-5).sqrt();
  };
  const at::Tensor c = standard(x).t().matmul(standard(y)) / 6;
  return (c.diagonal() - 1).square().sum() + 5e-3 * off_diagonal(c).square().sum();
}
at::Tensor vicreg_of_torch(const at::Tensor& x, const at::Tensor& y) {
  const auto spread = [](const at::Tensor& z) {
    const at::Tensor v = centred(z).t().matmul(centred(z)) / 5;
    return 25 * 0.5 * at::relu(1 - (v.diagonal() + 1e-4).sqrt()).mean() + off_diagonal(v).square().sum() / 4;
  };
  return 25 * (x - y).square().mean() + spread(x) + spread(y);
}

}  // namespace

TEST_CASE("Losses of two views have torch's gradients by both", "[torch]") {
  const auto agree = [](const auto& loss, auto&& of_torch) {
    const at::Tensor x = random_rows(1), y = random_rows(2), x2 = copy_of(x), y2 = copy_of(y);
    const at::Tensor value = torch_loss(loss, x, y), expected = of_torch(x2, y2);
    CHECK(difference(value, expected) < 1e-12);
    (value * 3).backward();
    (expected * 3).backward();
    CHECK(difference(x.grad(), x2.grad()) < 1e-12);
    CHECK(difference(y.grad(), y2.grad()) < 1e-12);
    // One tensor on both sides gets both parts; a view with a constant, its own alone.
    const at::Tensor z = random_rows(1), z2 = copy_of(z);
    torch_loss(loss, z, z).backward();
    of_torch(z2, z2).backward();
    CHECK(difference(z.grad(), z2.grad()) < 1e-12);
    z.mutable_grad() = z2.mutable_grad() = at::Tensor();
    torch_loss(loss, z, z.detach()).backward();
    of_torch(z2, z2.detach()).backward();
    CHECK(difference(z.grad(), z2.grad()) < 1e-12);
  };
  agree(barlow_twins{}, barlow_twins_of_torch);
  agree(vicreg{}, vicreg_of_torch);
}

TEST_CASE("BYOL's targets and teachers are constants, also where they require a gradient", "[torch]") {
  const at::Tensor p = random_rows(1), z = random_rows(2), p2 = copy_of(p);
  torch_loss(byol{}, p, z).backward();
  (2 - 2 * (unit(p2) * unit(z.detach())).sum({1}).mean()).backward();
  CHECK(difference(p.grad(), p2.grad()) < 1e-13);
  CHECK_FALSE(z.grad().defined());

  const at::Tensor student = random_rows(3), student2 = copy_of(student);
  torch_loss(knowledge_distillation{.temperature = 4}, student, z).backward();
  const at::Tensor teacher = (z.detach() / 4).softmax(1);
  (16 * (teacher * (teacher.log() - (student2 / 4).log_softmax(1))).sum() / 6).backward();
  CHECK(difference(student.grad(), student2.grad()) < 1e-13);
  CHECK_FALSE(z.grad().defined());
}

TEST_CASE("A teacher's rows may have another width", "[torch]") {
  const at::Tensor student = random_rows(1), teacher = random_rows(2, 3), student2 = copy_of(student);
  torch_loss(relational_distillation{.distance = 25, .angle = 0}, student, teacher).backward();
  const auto distances = [](const at::Tensor& z) {
    const at::Tensor d = (z.unsqueeze(0) - z.unsqueeze(1)).square().sum({2}).add(at::eye(6, at::kDouble)).sqrt();
    const at::Tensor apart = off_diagonal(d);  // sqrt has no slope at the 0 of a row and itself
    return apart / (apart.sum() / 30);
  };
  (25 * at::smooth_l1_loss(distances(student2), distances(teacher.detach()))).backward();
  CHECK(difference(student.grad(), student2.grad()) < 1e-12);
}

TEST_CASE("Views of two bytes are computed in float; their gradients have their type", "[torch]") {
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
    const at::Tensor x = random_rows(1, 4, type), y = random_rows(2, 4, type), x2 = copy_of(x.to(at::kFloat));
    const at::Tensor loss = torch_loss(vicreg{}, x, y), wide = torch_loss(vicreg{}, x2, y.detach().to(at::kFloat));
    CHECK(loss.scalar_type() == at::kFloat);
    CHECK(loss.item<float>() == wide.item<float>());
    loss.backward();
    wide.backward();
    CHECK(at::equal(x.grad(), x2.grad().to(type)));
  }
}

TEST_CASE("Losses of aligned rows are differentiated once, and changes in place are noticed", "[torch]") {
  const at::Tensor x = random_rows(1), y = random_rows(2), w = y * 2;
  const at::Tensor loss = torch_loss(vicreg{}, x, w);
  const auto gradient = torch::autograd::grad({loss}, {x}, {}, true, true).at(0);
  CHECK_THROWS_WITH(gradient.square().sum().backward({}, true), ContainsSubstring("first derivatives only"));
  w.detach().zero_();
  CHECK_THROWS_WITH(loss.backward(), ContainsSubstring("modified by an inplace operation"));

  const at::Tensor teacher = random_rows(2);  // also of a constant
  const at::Tensor by_teacher = torch_loss(knowledge_distillation{}, x, teacher);
  teacher.detach().add_(1);
  CHECK_THROWS_WITH(by_teacher.backward(), ContainsSubstring("modified by an inplace operation"));
}

TEST_CASE("Aligned rows that do not fit are refused in a sentence", "[torch]") {
  const at::Tensor x = random_rows(1);
  const auto loss_of = [](const at::Tensor& a, const at::Tensor& b) { return torch_loss(vicreg{}, a, b); };
  CHECK_THROWS_WITH(loss_of(x.to_sparse(), x), ContainsSubstring("torch_loss: first is sparse"));
  CHECK_THROWS_WITH(loss_of(x, at::empty({6, 4}, at::device(at::kMeta))), ContainsSubstring("second is on meta"));
  CHECK_THROWS_WITH(loss_of(x, x.to(at::kFloat)), ContainsSubstring("second is of type Float; expected Double"));
  CHECK_THROWS_WITH(loss_of(x, x.slice(0, 0, 5)), ContainsSubstring("expected two matrices of one shape"));
  CHECK_THROWS_WITH(loss_of(x.slice(0, 0, 1), x.slice(0, 1, 2)), ContainsSubstring("expected at least 2"));
}
