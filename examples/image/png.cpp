// SPDX-License-Identifier: BSD-3-Clause
#include "image/png.hpp"

#include "train/atomic_file.hpp"

#include <mixcon/core/require.hpp>

#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <new>
#include <stdexcept>

namespace mixcon_train {

namespace {

using bytes = std::vector<std::uint8_t>;

/// What libpng writes to. Its errors leave by a jump over C frames, so nothing with a destructor lives between.
struct writing {
  bytes file;
  char error[160] = "";
};

void append(png_structp png, png_bytep data, png_size_t count) {
  bytes& file = static_cast<writing*>(png_get_io_ptr(png))->file;
  bool appended = true;
  try {
    file.insert(file.end(), data, data + count);
  } catch (const std::bad_alloc&) {
    appended = false;
  }
  if (!appended) png_error(png, "not enough memory");
}
void flush(png_structp /*png*/) {}

[[noreturn]] void fail(png_structp png, png_const_charp text) {
  std::snprintf(static_cast<writing*>(png_get_error_ptr(png))->error, sizeof writing::error, "%s", text);
  png_longjmp(png, 1);
}
void warn(png_structp /*png*/, png_const_charp /*text*/) {}

/// Whether it went well; else `to.error` says why not.
bool encode(const bytes& samples, png_uint_32 rows, png_uint_32 columns, int channels, writing& to) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &to, fail, warn);
  if (png == nullptr) return false;
  png_infop info = png_create_info_struct(png);
  if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(png, &to, append, flush);
  png_set_compression_level(png, 9);
  png_set_IHDR(png, info, columns, rows, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const std::size_t row_bytes = std::size_t{columns} * static_cast<std::size_t>(channels);
  for (png_uint_32 row = 0; row < rows; ++row) png_write_row(png, samples.data() + row * row_bytes);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

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
  writing to;
  if (!encode(samples, static_cast<png_uint_32>(shown.rows()), static_cast<png_uint_32>(shown.columns()), channels, to))
    throw std::runtime_error(mixcon::detail::sentence("encoded_as_png: libpng failed (", to.error, ")."));
  return to.file;
}

void write_png(const std::string& path, const picture& shown) {
  const bytes file = encoded_as_png(shown);
  write_atomically(path, std::string(file.begin(), file.end()));
}

}  // namespace mixcon_train
