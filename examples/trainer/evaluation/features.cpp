// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/features.hpp"

#include <mixcon/core/require.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace evaluation {

void check_features(const features& data, index_t classes, const char* function) {
  MIXCON_REQUIRE(
      data.samples() >= 1 && data.width >= 1 && static_cast<index_t>(data.rows.size()) == data.samples() * data.width,
      function, ": ", data.samples(), " labels and ", data.rows.size(), " numbers for width ", data.width,
      "; expected at least one row, and a label for each.");
  for (index_t i = 0; i < data.samples(); ++i) {
    MIXCON_REQUIRE(data.label(i) >= 0 && data.label(i) < classes, function, ": the label of row ", i, " is ",
                   data.label(i), " of ", classes, " classes; labels are numbered from 0.");
    for (index_t d = 0; d < data.width; ++d)
      MIXCON_REQUIRE(std::isfinite(data.row(i)[d]), function, ": row ", i, " holds ", data.row(i)[d],
                     "; expected finite numbers. Did training diverge? A smaller --lr may help.");
  }
}

void standardise(features& train, features& test) {
  MIXCON_REQUIRE(train.width == test.width, "standardise: widths are ", train.width, " and ", test.width,
                 "; expected the same encoder for both.");
  const std::size_t width = static_cast<std::size_t>(train.width);
  const double count = static_cast<double>(train.samples());
  std::vector<double> mean(width), square(width);
  for (index_t i = 0; i < train.samples(); ++i)
    for (std::size_t d = 0; d < width; ++d) mean[d] += static_cast<double>(train.row(i)[d]) / count;
  for (index_t i = 0; i < train.samples(); ++i)
    for (std::size_t d = 0; d < width; ++d) {
      const double apart = static_cast<double>(train.row(i)[d]) - mean[d];
      square[d] += apart * apart / count;
    }
  std::vector<float> shift(width), scale(width);
  for (std::size_t d = 0; d < width; ++d) {
    const double deviation = std::sqrt(square[d]);
    shift[d] = static_cast<float>(mean[d]);
    scale[d] = deviation > 1e-6 * (1 + std::fabs(mean[d])) ? static_cast<float>(1 / deviation) : 0.0F;
  }
  for (features* data : {&train, &test})
    for (index_t i = 0; i < data->samples(); ++i)
      for (std::size_t d = 0; d < width; ++d) data->row(i)[d] = (data->row(i)[d] - shift[d]) * scale[d];
}

void normalise_rows(features& data) {
  for (index_t i = 0; i < data.samples(); ++i) {
    double square = 0;
    for (index_t d = 0; d < data.width; ++d)
      square += static_cast<double>(data.row(i)[d]) * static_cast<double>(data.row(i)[d]);
    const float scale = square > 0 ? static_cast<float>(1 / std::sqrt(square)) : 0.0F;
    for (index_t d = 0; d < data.width; ++d) data.row(i)[d] *= scale;
  }
}

}  // namespace evaluation
}  // namespace mixcon_train
