// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/built_set.hpp"
#include "data/sets/clipart.hpp"

#include "files/file_error.hpp"
#include "pictures/png.hpp"

#include "support/catch.hpp"
#include "trainer/data/files.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;
using mixcon_test::temporary_folder;
namespace fs = std::filesystem;

namespace {

const std::string table = "examples/trainer/data/sets/clipart/classes.txt";

data_set clips(index_t samples, std::vector<int> labels) {
  data_set made{.kind = sample_kind::clip,
                .shape = {samples, 1, 2, 3},
                .labels = std::move(labels),
                .class_names = {"no", "yes"},
                .note = "synthetic speech"};
  for (index_t k = 0; k < samples * 6; ++k) made.values.push_back(static_cast<float>(k) * 0.77F - 13.8F);
  return made;
}

}  // namespace

TEST_CASE("A built set comes back as it was, sounds in steps of a tenth, and keeps its note", "[data]") {
  const temporary_folder folder;
  const std::string path = folder.file("words.safetensors");
  const std::string checksum = write_built_set(
      path, {{"train", clips(3, {0, 1, 1})}, {"test", clips(2, {1, 0})}, {"validation", clips(1, {1})}}, "espeak-ng 1");
  const built_set set = read_built_set(path, "Build it.");
  CHECK(set.checksum == checksum);
  CHECK(set.source == "espeak-ng 1");
  const data_set& train = set.parts.at("train");
  CHECK(train.kind == sample_kind::clip);
  CHECK(train.shape == image_shape{3, 1, 2, 3});
  CHECK(train.labels == std::vector<int>{0, 1, 1});
  CHECK(train.note == "synthetic speech");
  const data_set original = clips(3, {});
  for (std::size_t k = 0; k < train.values.size(); ++k)
    CHECK(std::abs(train.values[k] - original.values[k]) <= 0.0501F);

  const train_and_test words = read_words(folder.path());
  CHECK(words.train.name == "words train");
  CHECK(words.validation.samples() == 1);
  CHECK_THAT(words.test.note,
             ContainsSubstring("synthetic speech, numbers that are not the recorded ones, made of espeak-ng 1"));
  CHECK_THROWS_WITH(read_words(folder.file("nowhere")),
                    ContainsSubstring("words.safetensors: there is no such file. scripts/data words builds it once."));
}

TEST_CASE("A damaged built set is refused wherever the damage is", "[data]") {
  const temporary_folder folder;
  const std::string path = folder.file("set");
  write_built_set(path, {{"all", clips(2, {0, 1})}}, "nothing");
  const bytes sound = mixcon_test::read_bytes(path);
  for (std::size_t length = 0; length < sound.size(); ++length) {
    mixcon_test::write_bytes(path, bytes(sound.begin(), sound.begin() + static_cast<long>(length)));
    CHECK_THROWS_AS(read_built_set(path, ""), file_error);
  }
  int passed = 0;
  for (std::size_t at = 0; at < sound.size(); ++at) {
    bytes file = sound;
    file[at] ^= 4;
    mixcon_test::write_bytes(path, file);
    try {
      read_built_set(path, "");
      ++passed;
    } catch (const file_error&) {
    }
  }
  CHECK(passed < 60);  // letters of its source, note and kind
}

TEST_CASE("Clipart is made of the table's folders, each picture once", "[data]") {
  const std::vector<clipart_class> classes = read_clipart_table(table);
  CHECK(classes.size() == 33);
  std::set<std::string> names, folders;
  for (const clipart_class& each : classes) names.insert(each.name), folders.insert(each.folder);
  CHECK(names.size() == 33);
  CHECK(folders.size() == 33);

  const temporary_folder package;
  const auto add = [&](const std::string& name, std::uint8_t level, index_t rows = 40, index_t columns = 40) {
    fs::create_directories(fs::path(package.file(name)).parent_path());
    mixcon_test::write_bytes(package.file(name), encoded_as_png(picture(rows, columns, {level, 0, 99})));
  };
  add("tools/hammer.png", 0), add("tools/weapons/sword.png", 40), add("tools/weapons/same.png", 41),
      add("food/fruit/plum.png", 80);
  add("food/fruit/wide.png", 80, 10, 40), add("nowhere/x.png", 120), add("signs_and_symbols/map_symbols/bus.png", 160);
  fs::create_directories(package.file("transportation/aiga-symbols"));
  fs::create_symlink("../../signs_and_symbols/map_symbols/bus.png",
                     package.file("transportation/aiga-symbols/bus.png"));
  mixcon_test::write_bytes(package.file("tools/broken.png"), {0x89, 'P'});
  std::string report;
  const data_set all = make_clipart(classes, package.path(), report);
  CHECK(all.shape == image_shape{5, 3, 32, 32});
  CHECK_THAT(report, ContainsSubstring("left out: ") &&
                         ContainsSubstring("tools/broken.png, byte 0: this is no PNG file") &&
                         ContainsSubstring("5 pictures of 7; 1 were seen before"));
  std::vector<std::string> found;
  for (const int label : all.labels) found.push_back(all.class_names[static_cast<std::size_t>(label)]);
  std::sort(found.begin(), found.end());
  CHECK(found == std::vector<std::string>{"aiga", "fruit", "fruit", "tools", "weapons"});
  for (index_t i = 0; i < 5; ++i) CHECK((all.image(i)[2048] == 99 || all.image(i)[0] == 255));
}

TEST_CASE("Clipart is limited per class, or keeps its natural tail", "[data]") {
  data_set all{.shape = {50, 3, 32, 32}, .images = bytes(50 * 3072), .class_names = {"a", "b"}};
  for (int i = 0; i < 50; ++i) all.labels.push_back(i % 5 == 0 ? 1 : 0);
  for (index_t i = 0; i < 50; ++i) all.images[static_cast<std::size_t>(i * 3072)] = static_cast<std::uint8_t>(i);
  const temporary_folder folder;
  write_built_set(folder.file("clipart.safetensors"), {{"all", all}}, "a test");
  const train_and_test limited = read_clipart(folder.path(), {.per_class = 20}, {.test_share = 0.3});
  CHECK(limited.train.samples() == 14 + 7);
  CHECK(limited.test.samples() == 6 + 3);
  CHECK(std::count(limited.train.labels.begin(), limited.train.labels.end(), 1) == 7);
  CHECK(limited.train.name == "clipart train");
  const train_and_test natural = read_clipart(folder.path(), {.per_class = 0}, {.test_share = 0.3});
  CHECK(natural.train.samples() == 28 + 7);
}
