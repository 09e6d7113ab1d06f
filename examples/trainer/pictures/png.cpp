// SPDX-License-Identifier: BSD-3-Clause
#include "pictures/png.hpp"

#include "files/atomic_file.hpp"

#include <mixcon/core/require.hpp>

#include <png.h>

#include <cstddef>
#include <stdexcept>

namespace mixcon_train {
inline namespace pictures {

namespace {

using bytes = std::vector<std::uint8_t>;

bool is_grey(const picture& shown) {
  for (index_t y = 0; y < shown.rows(); ++y)
    for (index_t x = 0; x < shown.columns(); ++x)
      if (shown(y, x).red != shown(y, x).green || shown(y, x).red != shown(y, x).blue) return false;
  return true;
}

}  // namespace

bytes encoded_as_png(const picture& shown) {
  MIXCON_REQUIRE(shown.rows() >= 1 && shown.columns() >= 1, "encoded_as_png: the picture is ", shown.rows(), " x ",
                 shown.columns(), "; expected at least one pixel.");
  const int channels = is_grey(shown) ? 1 : 3;
  bytes samples;
  samples.reserve(static_cast<std::size_t>(shown.rows() * shown.columns() * channels));
  for (index_t y = 0; y < shown.rows(); ++y)
    for (index_t x = 0; x < shown.columns(); ++x) {
      const colour& pixel = shown(y, x);
      samples.push_back(pixel.red);
      if (channels == 3) samples.insert(samples.end(), {pixel.green, pixel.blue});
    }
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(shown.columns());
  image.height = static_cast<png_uint_32>(shown.rows());
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  bytes file(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = file.size();
  if (png_image_write_to_memory(&image, file.data(), &size, 0, samples.data(), 0, nullptr) == 0)
    throw std::runtime_error(mixcon::detail::sentence("encoded_as_png: libpng failed (", image.message, ")."));
  file.resize(size);
  return file;
}

void write_png(const std::string& path, const picture& shown) {
  const bytes file = encoded_as_png(shown);
  write_atomically(path, std::string(file.begin(), file.end()));
}

}  // namespace pictures
}  // namespace mixcon_train
