// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/picture_file.hpp"

#include "data/formats/jpeg.hpp"
#include "data/formats/png.hpp"

#include "trainer/data/formats/decoding.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;
using mixcon_test::damaged;
using mixcon_test::named;
using mixcon_test::refusal;
using mixcon_test::seed;

namespace {

/// Keeps the rows of a picture.
struct kept_rows : row_taker {
  void begin(index_t new_rows, index_t new_columns) override { rows = new_rows, columns = new_columns; }
  void row(std::span<const std::uint8_t> colours) override {
    values.insert(values.end(), colours.begin(), colours.end());
  }
  int at(index_t y, index_t x, index_t c) const { return values[static_cast<std::size_t>((y * columns + x) * 3 + c)]; }

  index_t rows = 0, columns = 0;
  bytes values{};
};

/// What make_seeds.py has written for channel c (3: alpha), as a share of the largest value.
double written(index_t y, index_t x, index_t c, int bits) {
  const index_t most = (index_t{1} << bits) - 1;
  return static_cast<double>((37 * y + 11 * x + 101 * c + y * x) % (most + 1)) / static_cast<double>(most);
}

void decode(const named_bytes& file) {
  kept_rows kept;
  const picture_limits limits{.side = 200, .pixels = 20000, .held = 10000};
  if (file.size() > 0 && file.bytes[0] == 0x89)
    decode_png(file, limits, kept);
  else
    decode_jpeg(file, limits, kept);
  REQUIRE(static_cast<index_t>(kept.values.size()) == 3 * kept.rows * kept.columns);
}

kept_rows png(const std::string& name) {
  kept_rows kept;
  const bytes file = seed("png/" + name);
  decode_png(named(file), {}, kept);
  CHECK(kept.rows == 9);
  CHECK(kept.columns == 13);
  return kept;
}

/// Takes a picture of value(y, x, c).
template <class Value>
void give(row_taker& to, index_t rows, index_t columns, Value value) {
  to.begin(rows, columns);
  for (index_t y = 0; y < rows; ++y) {
    bytes row;
    for (index_t x = 0; x < columns; ++x)
      for (index_t c = 0; c < 3; ++c) row.push_back(static_cast<std::uint8_t>(value(y, x, c)));
    to.row(row);
  }
}

/// The mean of a picture over rows [top, bottom) and columns [left, right), which need not be whole; white outside.
template <class Value>
double mean_over(double top, double bottom, double left, double right, index_t rows, index_t columns, Value value) {
  double sum = 0;
  const auto overlap = [](double a, double b, index_t k) {
    return std::max(0.0, std::min(b, static_cast<double>(k + 1)) - std::max(a, static_cast<double>(k)));
  };
  for (index_t y = -columns; y < rows + columns; ++y)
    for (index_t x = -rows; x < columns + rows; ++x) {
      const bool is_inside = 0 <= y && y < rows && 0 <= x && x < columns;
      sum += overlap(top, bottom, y) * overlap(left, right, x) * (is_inside ? value(y, x) : 255.0);
    }
  return sum / ((bottom - top) * (right - left));
}

}  // namespace

TEST_CASE("Every kind of PNG gives the pixels that were written", "[data]") {
  struct kind {
    const char* name;
    int bits;
    bool has_colour, has_alpha;
  };
  for (const kind& each :
       {kind{"grey1", 1, false, false}, kind{"grey2", 2, false, false}, kind{"grey4", 4, false, false},
        kind{"grey8", 8, false, false}, kind{"grey16", 16, false, false}, kind{"colour8", 8, true, false},
        kind{"colour16", 16, true, false}, kind{"grey_alpha8", 8, false, true}, kind{"grey_alpha16", 16, false, true},
        kind{"colour_alpha8", 8, true, true}, kind{"colour_alpha16", 16, true, true},
        kind{"interlaced_grey4", 4, false, false}, kind{"interlaced_colour8", 8, true, false},
        kind{"with_gamma_and_text", 8, false, false}}) {
    CAPTURE(each.name);
    const kept_rows kept = png(std::string(each.name) + ".png");
    double worst = 0;
    for (index_t y = 0; y < 9; ++y)
      for (index_t x = 0; x < 13; ++x)
        for (index_t c = 0; c < 3; ++c) {
          const double alpha = each.has_alpha ? written(y, x, 3, each.bits) : 1;
          const double share = written(y, x, each.has_colour ? c : 0, each.bits);
          const double expected = 255 * (alpha * share + 1 - alpha);
          worst = std::max(worst, std::abs(expected - kept.at(y, x, c)));
        }
    CHECK(worst <= (each.has_alpha && each.bits == 16 ? 1.0 : 0.5));  // 16 bits are rounded before they meet white
  }
}

TEST_CASE("Colours of a palette and a transparent grey are over white", "[data]") {
  for (const int bits : {2, 4, 8}) {
    const kept_rows kept = png("palette" + std::to_string(bits) + ".png");
    for (index_t y = 0; y < 9; ++y)
      for (index_t x = 0; x < 13; ++x) {
        const int k = static_cast<int>(std::lround(written(y, x, 0, bits) * ((1 << bits) - 1)));
        const int colour[] = {40 * k % 256, ((255 - 40 * k) % 256 + 256) % 256, 7 * k % 256};
        for (index_t c = 0; c < 3; ++c) {
          const double alpha = k == 0 ? 128 / 255.0 : k == 1 ? 0 : 1;
          CHECK(std::abs(alpha * colour[c] + (1 - alpha) * 255 - kept.at(y, x, c)) <= 0.5);
        }
      }
  }
  const kept_rows kept = png("transparent_grey8.png");
  CHECK(kept.at(2, 3, 0) == 255);
  CHECK(kept.at(2, 4, 0) == std::lround(255 * written(2, 4, 0, 8)));
}

TEST_CASE("JPEG files of every kind give the picture that was written, and CMYK is refused", "[data]") {
  for (const char* name : {"colour", "progressive", "full_colour", "grey"}) {
    CAPTURE(name);
    kept_rows kept;
    const bytes file = seed("jpeg/" + std::string(name) + ".jpg");
    decode_jpeg(named(file), {}, kept);
    REQUIRE(kept.rows == 16);
    REQUIRE(kept.columns == 21);
    const bool is_grey = std::string(name) == "grey";
    double sum = 0;
    for (index_t y = 0; y < 16; ++y)
      for (index_t x = 0; x < 21; ++x) {
        const double colour[] = {16.0 * static_cast<double>(y), 12.0 * static_cast<double>(x),
                                 255.0 - 6 * static_cast<double>(x + y)};
        const double grey = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
        for (index_t c = 0; c < 3; ++c) sum += std::abs((is_grey ? grey : colour[c]) - kept.at(y, x, c));
      }
    CHECK(sum / (16 * 21 * 3) < 3);  // what quality 90 loses of it
  }
  CHECK_THAT(refusal(seed("jpeg/cmyk.jpg"), decode),
             ContainsSubstring("four colours") && ContainsSubstring("Convert it"));
}

TEST_CASE("Truncated and damaged pictures are refused with their place", "[data]") {
  for (const char* name : {"grey1", "palette4", "interlaced_grey4", "colour8"}) {
    CAPTURE(name);
    const auto report = damaged(seed("png/" + std::string(name) + ".png"), decode);
    CHECK(report.cut_refused == report.cut);
    CHECK(report.flipped_refused >
          0.97 * report.flipped);  // checksums; what passes renames a chunk that is passed over
  }
  for (const char* name : {"colour", "progressive", "grey"}) {
    CAPTURE(name);
    const auto report = damaged(seed("jpeg/" + std::string(name) + ".jpg"), decode);
    CHECK(report.cut_refused == report.cut);
    CHECK(report.flipped_refused > 0.1 * report.flipped);  // JPEG has no checksum: most damage is another picture
  }
}

TEST_CASE("A picture beyond the limits is refused before memory is taken", "[data]") {
  bytes huge = seed("png/grey1.png");
  const auto put = [&](std::size_t at, std::uint32_t number) {
    for (std::size_t k = 0; k < 4; ++k) huge[at + k] = static_cast<std::uint8_t>(number >> (24 - 8 * k));
  };
  put(16, 1 << 20), put(20, 13);
  const auto with_defaults = [](const named_bytes& file) {
    area_scaler scaler(8, picture_fit::crop);
    decode_png(file, {}, scaler);
  };
  CHECK_THAT(refusal(huge, with_defaults), ContainsSubstring("byte 16: the picture is 13 x 1048576 pixels") &&
                                               ContainsSubstring("expected 1 to 65536 a side"));
  put(16, 60000), put(20, 60000);
  CHECK_THAT(refusal(huge, with_defaults),
             ContainsSubstring("the picture is 60000 x 60000 pixels") && ContainsSubstring("at most 268435456 in all"));
  put(16, 10000), put(20, 10000), huge[28] = 1;
  CHECK_THAT(refusal(huge, with_defaults),
             ContainsSubstring("at most 67108864 in all where it is not stored row by row"));
  put(16, 0);
  CHECK_THAT(refusal(huge, with_defaults), ContainsSubstring("the picture is 10000 x 0 pixels"));

  bytes tall = seed("jpeg/progressive.jpg");  // its frame: FF C2, length, 8 bits, rows, columns
  const bytes mark{0xFF, 0xC2};
  const auto frame = std::search(tall.begin(), tall.end(), mark.begin(), mark.end());
  REQUIRE(frame != tall.end());
  frame[5] = 0xFF, frame[6] = 0xDC, frame[7] = 0xFF, frame[8] = 0xDC;
  const auto jpeg_with_defaults = [](const named_bytes& file) {
    area_scaler scaler(8, picture_fit::crop);
    decode_jpeg(file, {}, scaler);
  };
  CHECK_THAT(refusal(tall, jpeg_with_defaults),
             ContainsSubstring("the picture is 65500 x 65500 pixels") && ContainsSubstring("at most 67108864 in all"));
  CHECK_THAT(refusal({'G', 'I', 'F'}, [](const named_bytes& file) { scaled_picture(file, {}); }),
             ContainsSubstring("byte 0: this is neither a PNG nor a JPEG file"));
}

TEST_CASE("A scaled pixel is the mean of the area that it covers", "[data]") {
  const auto value = [](index_t y, index_t x, index_t c) { return (y * y * 7 + x * 13 + c * 50 + x * y) % 256; };
  struct extent {
    index_t rows, columns, size;
  };
  for (const extent& of : {extent{7, 7, 7}, extent{12, 12, 4}, extent{11, 17, 5}, extent{17, 6, 4}, extent{3, 5, 8},
                           extent{1, 1, 3}, extent{1, 20, 6}})
    for (const picture_fit fit : {picture_fit::crop, picture_fit::pad, picture_fit::stretch}) {
      CAPTURE(of.rows, of.columns, of.size, static_cast<int>(fit));
      area_scaler scaler(of.size, fit);
      give(scaler, of.rows, of.columns, value);
      const bytes colour = scaler.colour(), grey = scaler.grey();
      const index_t square = fit == picture_fit::pad ? std::max(of.rows, of.columns) : std::min(of.rows, of.columns);
      const bool is_square = fit != picture_fit::stretch;
      const double rows = static_cast<double>(is_square ? square : of.rows) / static_cast<double>(of.size);
      const double columns = static_cast<double>(is_square ? square : of.columns) / static_cast<double>(of.size);
      const double top = is_square ? static_cast<double>((of.rows - square) / 2) : 0,
                   left = is_square ? static_cast<double>((of.columns - square) / 2) : 0;
      double worst = 0;
      for (index_t y = 0; y < of.size; ++y)
        for (index_t x = 0; x < of.size; ++x) {
          const auto mean = [&](auto of_pixel) {
            return mean_over(top + rows * static_cast<double>(y), top + rows * static_cast<double>(y + 1),
                             left + columns * static_cast<double>(x), left + columns * static_cast<double>(x + 1),
                             of.rows, of.columns, of_pixel);
          };
          for (index_t c = 0; c < 3; ++c)
            worst = std::max(worst,
                             std::abs(mean([&](index_t a, index_t b) { return static_cast<double>(value(a, b, c)); }) -
                                      colour[static_cast<std::size_t>((c * of.size + y) * of.size + x)]));
          worst = std::max(worst, std::abs(mean([&](index_t a, index_t b) {
                                             return 0.299 * static_cast<double>(value(a, b, 0)) +
                                                    0.587 * static_cast<double>(value(a, b, 1)) +
                                                    0.114 * static_cast<double>(value(a, b, 2));
                                           }) -
                                           grey[static_cast<std::size_t>(y * of.size + x)]));
        }
      CHECK(worst <= 0.5 + 1e-9);
    }
}
