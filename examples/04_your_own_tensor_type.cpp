// SPDX-License-Identifier: BSD-3-Clause
// Your own tensor type: one specialisation, and every function of mixcon takes it as it is.
#include <cmath>
#include <iostream>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/mixup.hpp>
#include <vector>

namespace mine {

// Rows of features, each padded to a multiple of 16 numbers, as a sound card or a GPU would hand them out.
class feature_rows {
 public:
  feature_rows(long rows, long width)
      : rows_(rows), width_(width), pitch_((width + 15) / 16 * 16), numbers_(static_cast<std::size_t>(rows * pitch_)) {}
  long rows() const { return rows_; }
  long width() const { return width_; }
  long pitch() const { return pitch_; }
  float* data() { return numbers_.data(); }
  const float* data() const { return numbers_.data(); }

 private:
  long rows_, width_, pitch_;
  std::vector<float> numbers_;
};

}  // namespace mine

template <>
struct mixcon::tensor_traits<mine::feature_rows> {
  static auto view(auto& m) {  // m may be const, and its elements then are
    return tensor_view{m.data(), axes<2>{m.rows(), m.width()}, axes<2>{m.pitch(), 1}};
  }
};

int main() {
  const int samples = 4, width = 20;
  mine::feature_rows batch(samples, width), mixed(samples, width);
  for (int i = 0; i < samples; ++i)
    for (int d = 0; d < width; ++d) mixcon::view(batch)(i, d) = static_cast<float>(i);  // sample i is all i

  const mixcon::mixup<> policy{.lambda = {.alpha = 1.0}};
  const auto plan = policy.plan(samples, mixcon::philox_draws{.seed = 0});
  mixcon::blend(plan, batch, mixed);

  const double lambda = plan.lambda[0];
  std::cout << "lambda " << lambda << '\n';
  bool right = true;
  for (int i = 0; i < samples; ++i) {
    const float value = mixcon::view(mixed)(i, width - 1);
    const double expected = lambda * i + (1 - lambda) * static_cast<double>(plan.partner_of(i));
    std::cout << "sample " << i << " with " << plan.partner_of(i) << ": " << value << '\n';
    right = right && std::abs(static_cast<double>(value) - expected) < 1e-6;
  }
  return right ? 0 : 1;
}
