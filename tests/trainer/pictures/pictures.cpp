// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "pictures/contact_sheet.hpp"
#include "pictures/png.hpp"
#include "recipes/policies.hpp"
#include "report/policy_sheet.hpp"

#include <mixcon/mixes/all_mixes.hpp>

#include "support/catch.hpp"
#include "trainer/data/files.hpp"
#include "trainer/data/samples.hpp"

#include <png.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;

namespace {

/// What libpng's reader makes of a file: its pixels, and whether it holds colours.
struct decoded {
  index_t rows = 0, columns = 0;
  bool coloured = false;
  bytes pixels{};  // red, green, blue
};
decoded decode(const bytes& file) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
  decoded result{.rows = image.height, .columns = image.width, .coloured = (image.format & PNG_FORMAT_FLAG_COLOR) != 0};
  image.format = PNG_FORMAT_RGB;
  result.pixels.resize(std::size_t{image.height} * image.width * 3);
  REQUIRE(png_image_finish_read(&image, nullptr, result.pixels.data(), 0, nullptr) != 0);
  return result;
}

bytes pixels_of(const picture& shown) {
  bytes pixels;
  for (index_t y = 0; y < shown.rows(); ++y)
    for (index_t x = 0; x < shown.columns(); ++x)
      pixels.insert(pixels.end(), {shown(y, x).red, shown(y, x).green, shown(y, x).blue});
  return pixels;
}

/// A gradient, in colours or grey.
picture gradient(index_t rows, index_t columns, bool coloured) {
  picture shown(rows, columns);
  for (index_t y = 0; y < rows; ++y)
    for (index_t x = 0; x < columns; ++x) {
      const auto value = static_cast<std::uint8_t>(7 * x + 11 * y);
      shown(y, x) = {value, value, coloured ? static_cast<std::uint8_t>(255 - value) : value};
    }
  return shown;
}

/// Whether `part` stands in `whole` at (top, left).
bool stands_at(const picture& whole, const picture& part, index_t top, index_t left) {
  for (index_t y = 0; y < part.rows(); ++y)
    for (index_t x = 0; x < part.columns(); ++x)
      if (!(whole(top + y, left + x) == part(y, x))) return false;
  return true;
}

/// How often `part` stands in `whole`.
int appearances(const picture& whole, const picture& part) {
  int count = 0;
  for (index_t y = 0; y + part.rows() <= whole.rows(); ++y)
    for (index_t x = 0; x + part.columns() <= whole.columns(); ++x) count += stands_at(whole, part, y, x) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("Another reader finds the same pixels in a PNG", "[image]") {
  for (const bool coloured : {false, true})
    for (const index_t columns : {1, 7, 300}) {
      const picture shown = gradient(5, columns, coloured);
      const decoded read = decode(encoded_as_png(shown));
      CHECK((read.rows == 5 && read.columns == columns && read.coloured == coloured));
      CHECK(read.pixels == pixels_of(shown));
    }
  CHECK_THROWS_WITH(encoded_as_png(picture()), ContainsSubstring("the picture is 0 x 0"));
}

TEST_CASE("base64 gives the letters of its standard", "[image]") {
  const auto letters = [](const std::string& text) { return base64(bytes(text.begin(), text.end())); };
  CHECK(letters("") == "");  // the test vectors of RFC 4648
  CHECK(letters("f") == "Zg==");
  CHECK(letters("fo") == "Zm8=");
  CHECK(letters("foo") == "Zm9v");
  CHECK(letters("foob") == "Zm9vYg==");
  CHECK(letters("fooba") == "Zm9vYmE=");
  CHECK(letters("foobar") == "Zm9vYmFy");
  CHECK(base64({0xFB, 0xFF, 0xBF}) == "+/+/");
}

TEST_CASE("A picture that cannot be written is refused, and leaves nothing behind", "[image]") {
  const mixcon_test::temporary_folder folder;
  const picture shown = gradient(50, 50, true);
  write_png(folder.file("a.png"), shown);
  CHECK(decode(mixcon_test::read_bytes(folder.file("a.png"))).pixels == pixels_of(shown));
  CHECK_THROWS_AS(write_png(folder.file("missing/a.png"), shown), file_error);

  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100, before.rlim_max};  // bytes: a disk that is full soon
  setrlimit(RLIMIT_FSIZE, &small);
  std::string text;
  try {
    write_png(folder.file("b.png"), shown);
  } catch (const file_error& error) {
    text = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  CHECK_THAT(text, ContainsSubstring("b.png") && ContainsSubstring("written"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("Text is dots of one size, and nothing is drawn outside", "[image]") {
  picture shown(30, 40);
  shown.write("l.", 2, 3, 2);
  int dots = 0;
  for (index_t y = 0; y < 30; ++y)
    for (index_t x = 0; x < 40; ++x)
      if (shown(y, x) == black) {
        ++dots;
        CHECK((x >= 3 && x < 3 + text_width("l.", 2) && y >= 2 && y < 2 + text_height(2)));
        CHECK(shown(y % 2 == 0 ? y + 1 : y - 1, x) == black);  // dots of 2 x 2
      }
  CHECK(dots == 4 * (2 + 5 + 3 + 4));  // "l" has 10 dots, "." has 4
  CHECK(text_width("ab") == 11);
  CHECK(text_width("") == 0);
  shown.write("outside", -100, -100, 3);
  shown.write("outside", 28, 38, 3);
  picture upper(12, 40), lower(12, 40);
  upper.write("ABC", 0, 0), lower.write("abc", 0, 0);
  CHECK(pixels_of(upper) == pixels_of(lower));
  CHECK_THROWS_WITH(picture(1, 1 << 20), ContainsSubstring("1 x 1048576 pixels"));
}

TEST_CASE("Every picture stands on the contact sheet once, enlarged", "[image]") {
  std::vector<sheet_row> rows(2);
  for (index_t k = 0; k < 5; ++k)
    rows[static_cast<std::size_t>(k / 3)].tiles.push_back({gradient(8 + k % 2, 10, k % 2 == 1), std::to_string(k)});
  for (index_t k = 0; k < 5; ++k) {  // tell them apart
    captioned& tile = rows[static_cast<std::size_t>(k / 3)].tiles[static_cast<std::size_t>(k % 3)];
    tile.shown(0, 0) = {static_cast<std::uint8_t>(k), 200, 100};
  }
  const picture sheet = contact_sheet("five", rows);
  for (const sheet_row& row : rows)
    for (const captioned& tile : row.tiles) CHECK(appearances(sheet, enlarged(tile.shown, 10)) == 1);
  CHECK_THROWS_WITH(contact_sheet("none", {}), ContainsSubstring("there are no pictures"));
  CHECK_THROWS_WITH(picture_of({nullptr, {2, 4, 4}}), ContainsSubstring("the image has 2 channels"));
}

TEST_CASE("Every policy mixes real images in range, the same for the same seed", "[image]") {
  const data_set data = read_digits().train;
  const batch_to_mix batch = batch_to_show(data, 10, 4);
  CHECK(std::set<int>(batch.labels.begin(), batch.labels.end()).size() == 10);
  REQUIRE(batch.saliency.size() == 640);
  for (const policy_entry& policy : policies()) {
    INFO(policy.name);
    const mixed_batch mixed = policy.mix(batch, {.seed = 5}, {});
    REQUIRE((mixed.partner.size() == 10 && mixed.lambda.size() == 10));
    const auto size = static_cast<std::size_t>(80 * mixed.columns);
    REQUIRE((mixed.images.size() == size && mixed.keep.size() == size && mixed.partner_images.size() == 640));
    CHECK(mixed.columns == (std::string(policy.name) == "stackmix" ? 16 : 8));
    for (std::size_t i = 0; i < 10; ++i) CHECK((mixed.lambda[i] >= 0 && mixed.lambda[i] <= 1));
    for (std::size_t k = 0; k < size; ++k) {
      CHECK((mixed.images[k] >= -0.01F && mixed.images[k] <= 255.01F));
      CHECK((mixed.keep[k] >= -0.01F && mixed.keep[k] <= 255.01F));
    }
    CHECK(mixed.plan == policy.mix(batch, {.seed = 5}, {}).plan);
    CHECK(mixed.images == policy.mix(batch, {.seed = 5}, {}).images);
    CHECK(&policy_called(policy.name) == &policy);
    bool differs_by_place = false;
    for (std::size_t k = 0; k < size; ++k)
      differs_by_place = differs_by_place || std::abs(mixed.keep[k] - mixed.keep[k - k % (size / 10)]) > 0.01F;
    CHECK((policy.needs_places || !differs_by_place));
  }
  CHECK_THROWS_WITH(policy_called("mixdown"), ContainsSubstring("no policy mixdown; expected one of mixup, cutmix"));
}

TEST_CASE("Rows are shown by their distance from the mean, clips by how loud they are", "[image]") {
  const data_set rows = mixcon_test::noise_of(sample_kind::row, 30),
                 clips = mixcon_test::noise_of(sample_kind::clip, 30);
  const batch_to_mix bars = batch_to_show(rows, 6, 1), sounds = batch_to_show(clips, 6, 1);
  const float loudest = *std::max_element(clips.values.begin(), clips.values.end());
  const auto stands_for = [](const batch_to_mix& batch, std::size_t i, const std::vector<double>& expected) {
    for (std::size_t k = 0; k < expected.size(); ++k)
      if (std::abs(static_cast<double>(batch.images[i * expected.size() + k]) - expected[k]) > 0.01) return false;
    return true;
  };
  for (std::size_t i = 0; i < 6; ++i) {  // one of the samples has these levels, written out
    int matches = 0, sounding = 0;
    for (index_t sample = 0; sample < 30; ++sample) {
      std::vector<double> levels;
      for (index_t k = 0; k < 7; ++k) {
        double mean = 0, square = 0;
        for (index_t other = 0; other < 30; ++other) mean += static_cast<double>(rows.numbers(other)[k]) / 30;
        for (index_t other = 0; other < 30; ++other)
          square += std::pow(static_cast<double>(rows.numbers(other)[k]) - mean, 2) / 30;
        levels.push_back(
            255 *
            std::clamp(0.5 + (static_cast<double>(rows.numbers(sample)[k]) - mean) / std::sqrt(square) / 5, 0., 1.));
      }
      matches += rows.label(sample) == bars.labels[i] && stands_for(bars, i, levels) ? 1 : 0;
      levels.clear();
      for (index_t k = 0; k < 60; ++k)
        levels.push_back(255 * (static_cast<double>(clips.numbers(sample)[k]) + 13.8) /
                         (static_cast<double>(loudest) + 13.8));
      sounding += clips.label(sample) == sounds.labels[i] && stands_for(sounds, i, levels) ? 1 : 0;
    }
    CHECK(matches == 1);
    CHECK(sounding == 1);
  }
  for (const char* policy : {"mixup", "cutmix", "universum", "hconcat", "cutout"}) {
    INFO(policy);
    CHECK(policy_sheet(rows, policy, {.samples = 6}).rows() > 100);
    CHECK(policy_sheet(clips, policy, {.samples = 6}).rows() > 100);
  }
}

TEST_CASE("A policy has the numbers of its struct, and what is set has its effect", "[image]") {
  const batch_to_mix batch = batch_to_show(read_digits().train, 10, 4);
  const auto has = [](const char* policy, const std::string& name, double usual) {
    for (const policy_number& each : policy_called(policy).numbers())
      if (each.name == name) return each.usual == usual && !each.meaning.empty();
    return false;
  };
  CHECK(has("gridmix", "cut-area-low", mixcon::gridmix<>{}.cut_area.low));
  CHECK(has("puzzlemix", "labels", static_cast<double>(mixcon::puzzlemix<>{}.labels)));
  CHECK(has("inputmix", "alpha", mixcon::inputmix{}.alpha));
  CHECK_FALSE(has("mixup", "most-holes", 6));
  CHECK_FALSE(has("mixup", "lambda-alpha", 1));  // which is policy_options::alpha

  const auto mixed = [&](const char* policy, const policy_options& options) {
    return policy_called(policy).mix(batch, {.seed = 5}, options);
  };
  const std::vector<float> none = mixed("random-erasing", {.numbers = {{"probability", 0}}}).keep;
  CHECK(std::count(none.begin(), none.end(), 255.0F) == 640);  // nothing is erased
  const mixed_batch whole = mixed("cutmix", {}), halves = mixed("hconcat", {.numbers = {{"vertical", 1}}});
  CHECK(halves.keep != mixed("hconcat", {}).keep);
  CHECK(mixed("cutmix", {.numbers = {{"most-holes", 3}}}).keep == whole.keep);  // not its own
  CHECK_THROWS_WITH(mixed("gridmix", {.numbers = {{"most-holes", 2.5}}}),
                    "--most-holes: 2.5; expected a whole number.");
}

TEST_CASE("Every policy of the library has a picture", "[image]") {
  std::set<std::string> drawn;
  for (const policy_entry& policy : policies()) drawn.insert(policy.name);
  CHECK(drawn.size() == policies().size());
  const auto is_drawn = [&](const auto& policy) {
    std::string name(policy.name);
    std::replace(name.begin(), name.end(), '_', '-');
    INFO(name);
    CHECK(drawn.count(name) == 1);
  };
  mixcon::all_mixes::for_each_of<mixcon::mix_shape::policy>(is_drawn);
  mixcon::all_mixes::for_each_of<mixcon::mix_shape::policy_of_values>(is_drawn);
}

TEST_CASE("Policies that mix with noise or with altered copies show these as partners", "[image]") {
  const batch_to_mix batch = batch_to_show(read_digits().train, 10, 4);
  for (const char* name : {"noise-mixup", "augmix"}) {
    const mixed_batch mixed = policy_called(name).mix(batch, {.seed = 6}, {});
    CHECK(!mixed.partners_are_of_batch);
    CHECK(mixed.partner_images != batch.images);
  }
  const mixed_batch stacked = policy_called("stackmix").mix(batch, {.seed = 6}, {});
  for (std::size_t i = 0; i < 10; ++i)
    for (std::size_t k = 0; k < 64; ++k) {
      const std::size_t place = (i * 8 + k / 8) * 16 + k % 8;
      CHECK(stacked.images[place] == batch.images[64 * i + k]);
      CHECK(stacked.images[place + 8] == batch.images[64 * static_cast<std::size_t>(stacked.partner[i]) + k]);
      CHECK((stacked.keep[place] == 255 && stacked.keep[place + 8] == 0));
    }
}

TEST_CASE("What is kept says how the own image and its partner make the mixed one", "[image]") {
  const data_set data = read_digits().train;
  const batch_to_mix batch = batch_to_show(data, 10, 4);
  for (const char* name : {"mixup", "cutmix", "fmix", "smoothmix", "guidedmixup", "universum", "universum-cutmix"}) {
    INFO(name);
    const mixed_batch mixed = policy_called(name).mix(batch, {.seed = 6}, {.partner_share = 0.4});
    for (std::size_t i = 0; i < 10; ++i) {
      double kept = 0;
      for (std::size_t k = 0; k < 64; ++k) {
        const double keep = static_cast<double>(mixed.keep[64 * i + k]) / 255;
        const double own = static_cast<double>(batch.images[64 * i + k]);
        const double other = static_cast<double>(batch.images[64 * static_cast<std::size_t>(mixed.partner[i]) + k]);
        CHECK(mixed.images[64 * i + k] == Approx(keep * own + (1 - keep) * other).margin(0.01));
        kept += keep / 64;
      }
      CHECK(kept == Approx(mixed.lambda[i]).margin(std::string(name) == "fmix" ? 1.0 / 64 : 1e-4));  // whole pixels
      if (std::string(name) == "universum") {
        CHECK(mixed.lambda[i] == 0.6);
        CHECK(batch.labels[i] != batch.labels[static_cast<std::size_t>(mixed.partner[i])]);
      }
    }
  }
  const picture sheet = policy_sheet(data, "cutmix", {.samples = 8, .seed = 1});
  CHECK((sheet.rows() > 400 && sheet.columns() > 800));
  CHECK_THROWS_WITH(policy_sheet(data, "mixup", {.samples = 0}), ContainsSubstring("0 of the 1437 images"));
}
