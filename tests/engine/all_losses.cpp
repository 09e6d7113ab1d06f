// SPDX-License-Identifier: BSD-3-Clause
// What every public loss must do, whichever it is: a new line in all_losses.hpp is tested here by itself.
#include "support/differences.hpp"
#include "support/embeddings.hpp"
#include "support/engines.hpp"

#include <mixcon/contrast/all_losses.hpp>
#include <mixcon/contrast/targets/label.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// The loss as it is made by default; numbers that it wants for each anchor are given.
template <class Loss>
Loss ready(const std::vector<double>& numbers) {
  Loss loss{};
  if constexpr (requires { loss.kappa; }) loss.kappa = view(numbers);
  return loss;
}

template <class Loss>
void check_loss_by_differences() {
  auto z = random_embeddings<double>(9, 5, 3);
  const std::vector<int> labels{0, 1, 2, 0, 1, 0, 0, 1, 7};
  const std::vector<double> numbers{1, 0.5, 2, 1, 1, 0.25, 1, 3, 1};
  const label_targets targets{.labels = labels};
  contrast objective{ready<Loss>(numbers), cosine{}};
  for_each_engine<double>([&](const auto& executor, const char* name) {
    const auto value = [&] { return value_of(executor, objective, targets, z, z).value; };
    auto gradient = zeros_like(z);
    double by_temperature = 0;
    const double expected = value();
    const loss_result<double> result =
        value_and_grad(executor, objective, targets, z, z,
                       {.anchors = gradient, .candidates = {gradient}, .temperature = &by_temperature});
    CHECK(result.value == expected);
    CHECK(result.anchors_used == 7);  // the classes 2 and 7 have one row each
    check_gradient(name, gradient, derivative_by(z, 1e-4, value));
    if constexpr (requires { objective.loss.temperature; })
      check_gradient(name, by_temperature, derivative_by(objective.loss.temperature, 1e-5, value));
  });
}

}  // namespace

TEST_CASE("every public loss has the gradient of its value, on every engine", "[engine]") {
  [&]<class... Loss>(pack<Loss...>) { (check_loss_by_differences<Loss>(), ...); }(all_losses{});
}
