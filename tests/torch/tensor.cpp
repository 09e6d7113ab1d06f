// SPDX-License-Identifier: BSD-3-Clause
#include "torch/catch_beside_torch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/torch/tensor.hpp>

using namespace mixcon;

TEST_CASE("A tensor of torch is viewed in place, whatever its strides", "[torch]") {
  const at::Tensor x = at::arange(24, at::kFloat).view({4, 6});
  const at::Tensor part = x.t().slice(0, 1, 6, 2);  // columns 1, 3, 5 of x as rows
  const auto view = as_view<const float, 2>(part);
  CHECK(view.extents() == axes<2>{3, 4});
  CHECK(view(2, 3) == 23);
  CHECK(view.data() == x.data_ptr<float>() + 1);
  as_view<float, 2>(part)(0, 0) = -1;
  CHECK(x[0][1].item<float>() == -1);
  CHECK(as_view<const float, 2>(at::ones({1, 3}).expand({5, 3})).stride(0) == 0);
  CHECK(as_view<const float, 2>(at::empty({0, 3})).empty());
  CHECK(as_view<const std::int64_t, 1>(at::arange(3, at::kLong))[2] == 2);
  CHECK(static_cast<float>(as_view<const bfloat16, 1>(at::full({2}, 1.5, at::kBFloat16))[1]) == 1.5F);
  CHECK(static_cast<float>(as_view<const half, 1>(at::full({2}, 0.25, at::kHalf))[0]) == 0.25F);
  CHECK(as_view<const std::uint8_t, 3>(at::ones({1, 2, 3}, at::kByte))(0, 1, 2) == 1);
}

TEST_CASE("What is not a strided tensor of the CPU, of the type and rank asked for, is refused", "[torch]") {
  const at::Tensor x = at::zeros({2, 3});
  CHECK_THROWS_WITH((as_view<const double, 2>(x)), ContainsSubstring("is of type Float; expected Double"));
  CHECK_THROWS_WITH((as_view<const float, 3>(x)), ContainsSubstring("has 2 axes; expected 3"));
  CHECK_THROWS_WITH((as_view<const float, 1>(at::scalar_tensor(1))), ContainsSubstring("has 0 axes; expected 1"));
  CHECK_THROWS_WITH((as_view<const float, 2>(at::Tensor())), ContainsSubstring("is not defined"));
  CHECK_THROWS_WITH((as_view<const float, 2>(x.to_sparse())), ContainsSubstring("Call .to_dense()"));
  CHECK_THROWS_WITH((as_view<const float, 2>(x.to(at::kComplexFloat))), ContainsSubstring("is of type ComplexFloat"));
  const at::Tensor imaginary = at::imag(x.to(at::kComplexFloat).conj());  // the negative is not in memory
  CHECK_THROWS_WITH((as_view<const float, 2>(imaginary)), ContainsSubstring("resolve_neg"));
  CHECK_THROWS_WITH((as_view<const float, 2>(at::empty({2, 3}, at::device(at::kMeta)))),
                    ContainsSubstring("is on meta; expected a tensor of the CPU"));
}

TEST_CASE("Calls of the library take tensors of torch as they are", "[torch]") {
  const at::Tensor z = at::tensor({1.0F, 0.0F, 0.0F, 1.0F, 1.0F, 0.0F, 0.0F, 1.0F}).view({4, 2});
  at::Tensor gradient = at::full({4, 2}, 7.0F);
  const view_targets targets{.samples = 2};
  const float loss = value_and_grad(serial{}, nt_xent(1), targets, z, gradient);
  CHECK(std::abs(loss - std::log(1 + 2 * std::exp(-1.0F))) < 1e-6F);
  CHECK(gradient.abs().max().item<float>() < 1);

  typed_tensor<double> wide = of_type<double>(at::zeros({4, 2}, at::kDouble));
  const double same = value_and_grad(serial{}, nt_xent(1), targets, of_type<double>(z.to(at::kDouble)), wide);
  CHECK(std::abs(same - static_cast<double>(loss)) < 1e-6);
  CHECK(at::allclose(wide.tensor, gradient.to(at::kDouble), 1e-5, 1e-6));
  CHECK_THROWS_WITH(value_and_grad(serial{}, nt_xent(1), targets, z.to(at::kDouble), gradient),
                    ContainsSubstring("is of type Double; expected Float"));
  const at::Tensor labels = at::tensor({3, 5, 3, 5}, at::kLong);
  const float by_labels = value_and_grad(serial{}, nt_xent(1),
                                         label_targets{.labels = as_view<const std::int64_t, 1>(labels)}, z, gradient);
  CHECK(by_labels == loss);
}
