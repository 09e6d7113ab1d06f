// SPDX-License-Identifier: BSD-3-Clause
// A computation on the emulated device and on the reference device: value and gradients agree, and numbers are read
// from the device only where they have to be.
#pragma once

#include "gpu/trainer/emulated_device.hpp"

#include "autograd/elementwise.hpp"
#include "support/catch.hpp"
#include "trainer/autograd/gradient_check.hpp"

namespace mixcon_train {

inline std::uint64_t copies_to_host() { return gpu::emulated::the_counts().copies_to_host; }

/// A loss of some inputs: its number, then the gradient by each.
struct answer {
  double value = 0;
  std::vector<std::vector<double>> by{};
  index_t anchors_used = 0;
};
template <class F>
answer answer_of(device& on, const std::vector<shape>& shapes, const F& loss_of) {
  answer found;
  std::vector<variable> inputs;
  for (std::size_t k = 0; k < shapes.size(); ++k) inputs.push_back(random_variable(on, shapes[k], k + 1));
  const variable loss = loss_of(inputs, found.anchors_used);
  found.value = loss.number();
  backward(scale(loss, 0.5));
  for (const variable& x : inputs) found.by.push_back(x.gradient() ? numbers_in(x.gradient()) : std::vector<double>());
  return found;
}
/// That both devices agree, and that the emulated one read its numbers from the device only for the outcome.
template <class F>
void check_alike(emulated_device<double>::adder add, const std::vector<shape>& shapes, const F& loss_of) {
  emulated_device<double> far(add);
  reference_device near;
  const std::uint64_t before = copies_to_host();
  const answer found = answer_of(far, shapes, loss_of), expected = answer_of(near, shapes, loss_of);
  const std::uint64_t copies = copies_to_host() - before;
  CHECK(found.value == Approx(expected.value).epsilon(1e-12));
  CHECK(found.anchors_used == expected.anchors_used);
  std::uint64_t gradients = 0;
  for (std::size_t n = 0; n < expected.by.size(); ++n) {
    REQUIRE(found.by[n].size() == expected.by[n].size());
    gradients += found.by[n].empty() ? 0U : 1U;
    for (std::size_t k = 0; k < expected.by[n].size(); ++k)
      CHECK(found.by[n][k] == Approx(expected.by[n][k]).epsilon(1e-10).margin(1e-12));
  }
  CHECK(copies == 2 + gradients);  // the outcome and the number of the loss; and what the test reads
}

}  // namespace mixcon_train
