// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/csv_set.hpp"
#include "data/sets/data_cache.hpp"
#include "data/sets/mlbench.hpp"
#include "data/sets/readers.hpp"

#include "files/file_error.hpp"

#include "support/catch.hpp"
#include "trainer/data/files.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::temporary_folder;
using names = std::vector<std::string>;

namespace {

void write_text(const std::string& path, const std::string& text) {
  mixcon_test::write_bytes(path, mixcon_test::bytes(text.begin(), text.end()));
}

}  // namespace

TEST_CASE("A CSV file is split by class; of a folder, train.csv names the classes", "[data]") {
  const temporary_folder folder;
  std::string text = "w,kind\n";
  for (int k = 0; k < 30; ++k) text += std::to_string(k) + "," + std::to_string(k % 3 * 5 + 5) + "\n";
  write_text(folder.file("whole.csv"), text);
  const train_and_test data = read_csv_set(folder.file("whole.csv"), {}, {.test_share = 0.3});
  CHECK(data.train.class_names == names{"5", "10", "15"});  // in the order of the numbers
  CHECK(data.train.shape == image_shape{21, 1, 1, 1});
  CHECK(data.test.shape == image_shape{9, 1, 1, 1});
  CHECK(data.train.feature_names == names{"w"});
  std::set<float> seen(data.train.values.begin(), data.train.values.end());
  seen.insert(data.test.values.begin(), data.test.values.end());
  CHECK(seen.size() == 30);
  for (index_t i = 0; i < 9; ++i) CHECK(data.test.label(i) == static_cast<int>(data.test.numbers(i)[0]) % 3);
  check_data_set(data.train, "test");

  write_text(folder.file("train.csv"), "1,b\n2,a\n");
  write_text(folder.file("test.csv"), "3,a\n4,b\n5,b\n");
  const train_and_test two = read_csv_set(folder.path(), {}, {});
  CHECK(two.train.class_names == names{"a", "b"});
  CHECK(two.train.labels == std::vector<int>{1, 0});
  CHECK(two.test.labels == std::vector<int>{0, 1, 1});
  write_text(folder.file("test.csv"), "3,c\n");
  CHECK_THROWS_WITH(read_csv_set(folder.path(), {}, {}), ContainsSubstring("test.csv: the label c is none of those"));
  write_text(folder.file("test.csv"), "3,4,a\n");
  CHECK_THROWS_WITH(read_csv_set(folder.path(), {}, {}),
                    ContainsSubstring("its 2 columns of numbers differ from the 1"));
  std::filesystem::remove(folder.file("test.csv"));
  CHECK_THROWS_WITH(read_csv_set(folder.path(), {}, {}), ContainsSubstring("test.csv: there is no such file"));
  CHECK_THROWS_WITH(read_csv_set("", {}, {}), ContainsSubstring("csv has no usual place"));
}

TEST_CASE("Factors become bits, and a table needs its label", "[data]") {
  const data_frame frame{.name = "pets",
                         .rows = 3,
                         .columns = {{.name = "legs", .numbers = {4, 2, 0}},
                                     {.name = "wet", .codes = {0, 1, 1}, .levels = {"no", "yes"}},
                                     {.name = "food", .codes = {2, 0, 1}, .levels = {"a", "b", "c"}},
                                     {.name = "id", .numbers = {7, 8, 9}},
                                     {.name = "kind", .codes = {1, 0, 1}, .levels = {"cat", "eel"}}}};
  const data_set data = rows_of(frame, "kind", "id", "pets.rda");
  CHECK(data.feature_names == names{"legs", "wet", "food = a", "food = b", "food = c"});
  CHECK(data.values == std::vector<float>{4, 0, 0, 0, 1, 2, 1, 1, 0, 0, 0, 1, 0, 1, 0});
  CHECK(data.labels == std::vector<int>{1, 0, 1});
  CHECK(data.class_names == names{"cat", "eel"});
  check_data_set(data, "test");
  CHECK_THROWS_WITH(rows_of(frame, "legs", "", "pets.rda"),
                    ContainsSubstring("pets.rda: the table pets has no factor legs"));
}

TEST_CASE("The sets of mlbench have the sizes that their authors give", "[data]") {
  if (!std::filesystem::exists(std::filesystem::path(data_cache()) / "mlbench")) {
    WARN("left out: scripts/data mlbench has not been run");
    return;
  }
  struct size {
    const char* name;
    index_t train, test, width, classes;
  };
  for (const size& each :
       {size{"letter", 15000, 5000, 16, 26}, size{"satellite", 4435, 2000, 36, 6}, size{"shuttle", 43500, 14500, 9, 7},
        size{"dna", 2000, 1186, 180, 3}, size{"vowel", 528, 462, 9, 11}}) {
    CAPTURE(each.name);
    const train_and_test data = read_data(each.name);
    CHECK(data.train.kind == sample_kind::row);
    CHECK(data.train.samples() == each.train);
    CHECK(data.test.samples() == each.test);
    CHECK(data.train.width() == each.width);
    CHECK(data.test.classes() == each.classes);
    check_data_set(data.train, "test");
    check_data_set(data.test, "test");
    std::set<int> labels(data.train.labels.begin(), data.train.labels.end());
    CHECK(static_cast<index_t>(labels.size()) == each.classes);
  }
  const train_and_test letter = read_data("letter");  // the first line of letter-recognition.data: T,2,8,3,5,...
  CHECK(letter.train.class_names[static_cast<std::size_t>(letter.train.label(0))] == "T");
  CHECK(std::vector<float>(letter.train.numbers(0), letter.train.numbers(0) + 5) == std::vector<float>{2, 8, 3, 5, 1});
}

TEST_CASE("A name says what its samples are, and which options it takes, without a file", "[data]") {
  CHECK(kind_of_data("clipart") == sample_kind::image);
  CHECK(kind_of_data("csv") == sample_kind::row);
  CHECK(kind_of_data("words") == sample_kind::clip);
  CHECK(channels_of_data("cifar10") == 3);
  CHECK(channels_of_data("digits") == 1);
  CHECK(channels_of_data("image-folder") == 3);
  CHECK(channels_of_data("image-folder", {.pictures = {.colour = "grey"}}) == 1);
  CHECK_THROWS_WITH(kind_of_data("lettre"),
                    ContainsSubstring("there is no data set called lettre; expected one of fashion-mnist"));
  CHECK(data_names().back() == "auto");
  const auto options_of = [](const char* name) {
    reader_options options;
    option_list list;
    options.declare_for(name, list);
    return list.names();
  };
  CHECK(options_of("csv") == names{"csv-label", "csv-header", "csv-separator", "test-share"});
  CHECK(options_of("image-folder") == names{"image-size", "image-colour", "image-fit", "test-share"});
  CHECK(options_of("letter").empty());
  CHECK_THROWS_WITH(read_data("letter", "/nowhere"),
                    ContainsSubstring("/nowhere: there is no such folder. scripts/data mlbench fetches"));
}
