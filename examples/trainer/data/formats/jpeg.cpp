// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/jpeg.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs it, and does not include it
#include <cstring>
#include <string>
#include <vector>

#include <jpeglib.h>

#include <jerror.h>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr int most_scans = 200;          // a camera's progressive file has about ten
constexpr long most_memory = 512 << 20;  // that libjpeg may take

/// What libjpeg calls instead of the functions that would end the program.
struct complaints {
  jpeg_error_mgr base{};  // first: libjpeg knows this object by it
  std::jmp_buf back{};
  char reason[JMSG_LENGTH_MAX] = "";
};

complaints& complaints_of(j_common_ptr jpeg) { return *reinterpret_cast<complaints*>(jpeg->err); }

[[noreturn]] void on_error(j_common_ptr jpeg) {
  complaints& about = complaints_of(jpeg);
  jpeg->err->format_message(jpeg, about.reason);
  std::longjmp(about.back, 1);
}
/// Of the warnings, those that say that pixels are guessed end the decoding.
void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:  // harmless, and found in files of cameras
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      on_error(jpeg);
  }
}
void on_output(j_common_ptr) {}

void on_progress(j_common_ptr jpeg) {
  if (jpeg->is_decompressor == 0 || reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= most_scans) return;
  std::strcpy(complaints_of(jpeg).reason, "more scans than a picture needs");
  std::longjmp(complaints_of(jpeg).back, 1);
}

void on_begin(j_decompress_ptr) {}
boolean on_end_of_bytes(j_decompress_ptr jpeg) {
  auto* const common = reinterpret_cast<j_common_ptr>(jpeg);
  std::strcpy(complaints_of(common).reason, "the file ends here, in the middle of the picture");
  std::longjmp(complaints_of(common).back, 1);
}
void on_skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if (static_cast<std::size_t>(count) > jpeg->src->bytes_in_buffer) on_end_of_bytes(jpeg);
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}

/// A reading libjpeg. Its functions leave a member by a jump: none holds an object with a destructor.
class decoder {
 public:
  explicit decoder(const named_bytes& file) : file_(file) {
    jpeg_.err = jpeg_std_error(&complaints_.base);
    complaints_.base.error_exit = on_error;
    complaints_.base.emit_message = on_message;
    complaints_.base.output_message = on_output;
    source_.init_source = on_begin;
    source_.fill_input_buffer = on_end_of_bytes;
    source_.skip_input_data = on_skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = on_begin;
    source_.next_input_byte = file.bytes.data();
    source_.bytes_in_buffer = file.size();
    watch_.progress_monitor = on_progress;
  }
  ~decoder() { jpeg_destroy_decompress(&jpeg_); }
  decoder(const decoder&) = delete;
  decoder& operator=(const decoder&) = delete;

  bool read_header() {
    if (setjmp(complaints_.back) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    jpeg_.src = &source_;
    jpeg_.progress = &watch_;
    jpeg_.mem->max_memory_to_use = most_memory;
    jpeg_read_header(&jpeg_, TRUE);
    return true;
  }
  bool begin() {
    if (setjmp(complaints_.back) != 0) return false;
    jpeg_.out_color_space = JCS_RGB;
    jpeg_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg_);
    return true;
  }
  bool read_row(JSAMPROW into) {
    if (setjmp(complaints_.back) != 0) return false;
    return jpeg_read_scanlines(&jpeg_, &into, 1) == 1;
  }
  bool end() {
    if (setjmp(complaints_.back) != 0) return false;
    jpeg_finish_decompress(&jpeg_);
    return true;
  }

  std::size_t rows() const { return jpeg_.image_height; }
  std::size_t columns() const { return jpeg_.image_width; }
  bool is_held() const { return jpeg_.progressive_mode != FALSE || jpeg_.comps_in_scan < jpeg_.num_components; }
  bool has_four_colours() const { return jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK; }
  std::size_t offset() const { return file_.size() - source_.bytes_in_buffer; }
  const char* reason() const { return complaints_.reason; }

 private:
  const named_bytes& file_;
  complaints complaints_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr watch_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace

void decode_jpeg(const named_bytes& file, const picture_limits& limits, row_taker& to) {
  if (file.size() < 2 || file.bytes[0] != 0xFF || file.bytes[1] != 0xD8)
    file.refuse_at(0, "this is no JPEG file; expected it to begin with FF D8");
  decoder reading(file);
  const auto require = [&](bool went_well) {
    if (!went_well)
      file.refuse_at(reading.offset(), std::string("the JPEG file is damaged (libjpeg: ") + reading.reason() + ")");
  };
  require(reading.read_header());
  require_within(limits, file, reading.offset(), reading.rows(), reading.columns(), reading.is_held());
  if (reading.has_four_colours())
    file.refuse_at(reading.offset(),
                   "the picture has four colours for printing (CMYK); expected grey or RGB. Convert it");
  require(reading.begin());
  to.begin(static_cast<index_t>(reading.rows()), static_cast<index_t>(reading.columns()));
  std::vector<std::uint8_t> colours(3 * reading.columns());
  for (std::size_t y = 0; y < reading.rows(); ++y) {
    require(reading.read_row(colours.data()));
    to.row(colours);
  }
  require(reading.end());
}

}  // namespace data
}  // namespace mixcon_train
