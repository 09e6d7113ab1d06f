// SPDX-License-Identifier: BSD-3-Clause
// Learned masks, how they are corrected and what they are held to, where they lie.
#include "gpu/trainer/alike.hpp"

#include "autograd/sums.hpp"
#include "nn/mask_adjustment.hpp"
#include "nn/mask_loss.hpp"

#include <vector>

using namespace mixcon_train;

namespace {

/// Partner shares (5, 1, 7, 6), of which each sample has another mean.
variable shares_on(device& on) {
  const shape extents{5, 1, 7, 6};
  const mixcon::philox_draws draws{.seed = 2};
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k) {
    const double share = draws.uniform("share", k, 0, 1), mean = 0.1 + 0.2 * static_cast<double>(k / 42);
    numbers.push_back(share * mean / (share * mean + (1 - share) * (1 - mean)));
  }
  return variable(tensor_of(on, extents, numbers.data()), true);
}

/// Numbers that f makes of shares, and the gradient by these, on both devices. The emulated one copies nothing else.
template <class F>
void check_of_shares(const F& f, const gpu::emulated::settings* order = nullptr) {
  const auto found_on = [&](device& on) {
    const variable shares = shares_on(on), made = f(shares);
    std::vector<std::vector<double>> found{numbers_in(made)};
    if (!made.wants_gradient()) return found;
    backward(sum(multiply(made, constant(random_variable(on, made.extents(), 7)))));
    found.push_back(numbers_in(shares.gradient()));
    return found;
  };
  emulated_device<double> far(nullptr, order);
  reference_device near;
  const std::uint64_t before = copies_to_host();
  const auto found = found_on(far);
  CHECK(copies_to_host() - before == found.size());
  const auto expected = found_on(near);
  REQUIRE(found.size() == expected.size());
  for (std::size_t n = 0; n < found.size(); ++n) {
    REQUIRE(found[n].size() == expected[n].size());
    for (std::size_t k = 0; k < found[n].size(); ++k)
      CHECK(found[n][k] == Approx(expected[n][k]).epsilon(1e-10).margin(1e-12));
  }
}

}  // namespace

TEST_CASE("losses of masks are the host's, and are computed where masks lie", "[gpu]") {
  using kind = mask_loss_kind;
  for (const kind k : {kind::l1, kind::l2, kind::variance, kind::l1_variance, kind::l2_variance, kind::sparsity})
    for (const double lambda : {0.1, 0.5, 0.9})
      for (const double margin : {0.0, 0.1, 0.5})
        check_of_shares([=](const variable& shares) { return mask_loss(shares, lambda, {k, margin}); });
}

TEST_CASE("masks get the mean lambda where they lie, with its gradient", "[gpu]") {
  for (const gpu::emulated::settings& order : gpu::emulated::every_order())
    for (const double lambda : {0.0, 0.3, 0.5, 1.0})
      check_of_shares([=](const variable& shares) { return of_mean_lambda(shares, lambda); }, &order);
}

TEST_CASE("masks are corrected where they lie: rescaled, smoothed, or plain for pairs of a class", "[gpu]") {
  const std::vector<bool> none, some{false, true, false, true, true};
  for (const std::vector<bool>& plain : {none, some})
    for (const double rescales : {0.0, 1.0})
      for (const double margin : {0.0, 0.1})
        for (const double smoothing : {0.0, 1.5}) {
          const mask_adjustment by{
              .lambda_margin = 0.05, .rescale_probability = rescales, .mean_margin = margin, .smoothing = smoothing};
          for (const double lambda : {0.01, 0.25, 0.35, 0.7})  // means of own shares near it on both sides
            check_of_shares([&](const variable& shares) { return adjusted(shares, lambda, by, {.seed = 3}, plain); });
        }
}
