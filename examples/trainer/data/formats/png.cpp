// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/png.hpp"

#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

namespace {

/// Chunks that say how to show a picture: passed over, so that nothing is unpacked from them.
constexpr png_byte passed_over[] =
    "bKGD\0cHRM\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0sTER\0tEXt\0tIME\0zTXt\0eXIf";

/// What libpng reads from, and what it says before it jumps back.
struct source {
  const named_bytes& file;
  std::size_t offset = 0;
  char reason[200] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* from = static_cast<source*>(png_get_error_ptr(png));
  std::strncpy(from->reason, text, sizeof from->reason - 1);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep into, std::size_t count) {
  auto* from = static_cast<source*>(png_get_io_ptr(png));
  if (count > from->file.size() - from->offset) png_error(png, "the file ends here, in the middle of the picture");
  std::memcpy(into, from->file.bytes.data() + from->offset, count);
  from->offset += count;
}

/// A reading libpng. Its functions leave a member by a jump: none holds an object with a destructor.
class decoder {
 public:
  explicit decoder(source& from) : png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, on_error, on_warning)) {
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ != nullptr) png_set_read_fn(png_, &from, on_read);
  }
  ~decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  decoder(const decoder&) = delete;
  decoder& operator=(const decoder&) = delete;

  bool is_made() const { return info_ != nullptr; }

  bool read_header(const picture_limits& limits) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    const auto side = static_cast<png_uint_32>(limits.side);
    png_set_user_limits(png_, side, side);
    png_set_chunk_malloc_max(png_, 1 << 20);
    png_set_chunk_cache_max(png_, 64);
    png_set_benign_errors(png_, 0);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, passed_over, (sizeof passed_over) / 5);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
    png_read_info(png_, info_);
    return true;
  }
  /// Four bytes a pixel from here on: red, green, blue, alpha.
  bool prepare() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_scale_16(png_);
    png_set_expand(png_);
    png_set_gray_to_rgb(png_);
    png_set_add_alpha(png_, 255, PNG_FILLER_AFTER);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return png_get_rowbytes(png_, info_) == std::size_t{4} * columns();
  }
  bool read_row(png_bytep into) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_row(png_, into, nullptr);
    return true;
  }
  bool read_whole(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    return true;
  }
  bool read_end() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_end(png_, nullptr);
    return true;
  }

  png_uint_32 rows() const { return png_get_image_height(png_, info_); }
  png_uint_32 columns() const { return png_get_image_width(png_, info_); }
  bool is_interlaced() const { return png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE; }

 private:
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

/// A row of (columns, 4) over white, as (columns, 3).
void put_over_white(std::span<const std::uint8_t> row, std::vector<std::uint8_t>& colours) {
  for (std::size_t pixel = 0; 4 * pixel < row.size(); ++pixel) {
    const unsigned alpha = row[4 * pixel + 3];
    for (std::size_t c = 0; c < 3; ++c)
      colours[3 * pixel + c] =
          static_cast<std::uint8_t>((row[4 * pixel + c] * alpha + 255 * (255 - alpha) + 127) / 255);
  }
}

}  // namespace

void decode_png(const named_bytes& file, const picture_limits& limits, row_taker& to) {
  if (file.size() < 8 || png_sig_cmp(file.bytes.data(), 0, 8) != 0)
    file.refuse_at(0, "this is no PNG file; expected its signature of 8 bytes");
  if (file.size() < 33) file.refuse_at(file.size(), "the file ends here, in the middle of the picture's header");
  const auto number_at = [&](std::size_t at) {
    const auto b = file.bytes.subspan(at, 4);
    return std::uint64_t{b[0]} << 24 | std::uint64_t{b[1]} << 16 | std::uint64_t{b[2]} << 8 | b[3];
  };
  require_within(limits, file, 16, number_at(20), number_at(16), file.bytes[28] != 0);
  source from{file};
  decoder reading(from);
  if (!reading.is_made()) file.refuse_at(0, "libpng cannot begin: is there memory left?");
  const auto require = [&](bool went_well) {
    if (!went_well) file.refuse_at(from.offset, std::string("the PNG file is damaged (libpng: ") + from.reason + ")");
  };
  require(reading.read_header(limits));
  require(reading.prepare());
  const std::size_t rows = reading.rows(), width = std::size_t{4} * reading.columns();
  to.begin(static_cast<index_t>(rows), static_cast<index_t>(reading.columns()));
  std::vector<std::uint8_t> pixels(reading.is_interlaced() ? rows * width : width), colours(width / 4 * 3);
  if (reading.is_interlaced()) {
    std::vector<png_bytep> places(rows);
    for (std::size_t y = 0; y < rows; ++y) places[y] = pixels.data() + y * width;
    require(reading.read_whole(places.data()));
  }
  for (std::size_t y = 0; y < rows; ++y) {
    if (!reading.is_interlaced()) require(reading.read_row(pixels.data()));
    put_over_white(std::span(pixels).subspan(reading.is_interlaced() ? y * width : 0, width), colours);
    to.row(colours);
  }
  require(reading.read_end());
}

}  // namespace data
}  // namespace mixcon_train
