// SPDX-License-Identifier: BSD-3-Clause
// 04: your own tensor type. One specialisation, and every function of mixcon takes it as it is.
#include <cmath>
#include <iostream>
#include <mixcon/mixcon.hpp>
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
  mine::feature_rows batch(samples, width), mixed(samples, width), gradient(samples, width);
  for (int i = 0; i < samples; ++i)
    for (int d = 0; d < width; ++d) mixcon::view(batch)(i, d) = static_cast<float>(d % samples == i);

  const mixcon::mixup<> policy{.lambda = {.alpha = 1.0}};
  const auto plan = policy.plan(samples, mixcon::philox_draws{.seed = 0});
  mixcon::blend(plan, batch, mixed);

  // Against the batch as it was, a mixed row finds itself by lambda, and its partner by 1 - lambda.
  const mixcon::objective i_mix{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  const mixcon::mixed_targets targets{mixcon::diagonal_targets{}, plan};
  const auto loss = mixcon::value_and_grad(mixcon::serial{}, i_mix, targets, mixed, batch, {.anchors = gradient});

  const double lambda = plan.lambda[0];
  std::cout << "lambda " << lambda << ", loss " << loss.value << '\n';
  bool right = loss.value > 0 && loss.anchors_used == samples;
  for (int i = 0; i < samples; ++i) {
    const double own = i == plan.partner_of(i) ? 1 : lambda;  // what is left of the own feature
    const double value = static_cast<double>(mixcon::view(mixed)(i, i));
    double along = 0;  // cosine does not see lengths, so no gradient row has a part along its own row
    for (int d = 0; d < width; ++d)
      along += static_cast<double>(mixcon::view(gradient)(i, d)) * static_cast<double>(mixcon::view(mixed)(i, d));
    std::cout << "sample " << i << " with " << plan.partner_of(i) << ": " << value << '\n';
    right = right && std::abs(value - own) < 1e-6 && std::abs(along) < 1e-6;
  }
  return right ? 0 : 1;
}
