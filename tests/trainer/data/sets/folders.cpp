// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/image_folder.hpp"
#include "data/sets/on_threads.hpp"
#include "data/sets/readers.hpp"
#include "data/sets/speech.hpp"

#include "files/file_error.hpp"
#include "pictures/png.hpp"

#include "support/catch.hpp"
#include "trainer/data/files.hpp"

#include <atomic>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;
using mixcon_test::temporary_folder;
using mixcon_test::write_bytes;
using names = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

/// A folder of pictures, each of one colour.
class gallery : public temporary_folder {
 public:
  /// 8 x 12 pixels.
  void add(const std::string& name, std::uint8_t level) const {
    fs::create_directories(fs::path(file(name)).parent_path());
    write_bytes(file(name), encoded_as_png(picture(8, 12, {level, 7, static_cast<std::uint8_t>(255 - level)})));
  }
  train_and_test read(const picture_options& pictures = {.size = 4}) const {
    return read_image_folder(path(), pictures, {.test_share = 0.5});
  }
  std::string refusal() const {
    try {
      read();
      return "";
    } catch (const file_error& error) {
      return error.what();
    }
  }
};

/// The red of each picture, which tells them apart.
std::vector<int> reds(const data_set& data) {
  std::vector<int> levels;
  for (index_t i = 0; i < data.samples(); ++i) levels.push_back(data.image(i)[0]);
  return levels;
}

/// A second of a tone as a WAV file of 8 kHz.
bytes spoken(double hertz) {
  bytes file{'R', 'I', 'F', 'F', 0,  0, 0,   0,   'W', 'A',  'V',  'E',  'f', 'm',  't',
             ' ', 16,  0,   0,   0,  1, 0,   1,   0,   0x40, 0x1F, 0,    0,   0x80, 0x3E,
             0,   0,   2,   0,   16, 0, 'd', 'a', 't', 'a',  0x80, 0x3E, 0,   0};
  for (int k = 0; k < 8000; ++k) {
    const auto value = static_cast<std::uint16_t>(std::lround(8000 * std::sin(6.283185307 * hertz * k / 8000)));
    file.push_back(static_cast<std::uint8_t>(value & 255)), file.push_back(static_cast<std::uint8_t>(value >> 8));
  }
  return file;
}

}  // namespace

TEST_CASE("Folders of classes with train and val are read as they stand", "[data]") {
  const gallery root;
  root.add("train/dog/b.png", 20), root.add("train/dog/a.png", 10), root.add("train/cat/deep/er/x.PNG", 30);
  root.add("val/dog/y.png", 40), root.add("val/cat/z.png", 50);
  write_bytes(root.file("train/dog/notes.txt"), {1});
  root.add("train/.hidden/h.png", 1);
  const train_and_test data = root.read();
  CHECK(data.train.class_names == names{"cat", "dog"});
  CHECK(data.train.shape == image_shape{3, 3, 4, 4});
  CHECK(reds(data.train) == std::vector<int>{30, 10, 20});
  CHECK(data.train.labels == std::vector<int>{0, 1, 1});
  CHECK(reds(data.test) == std::vector<int>{50, 40});
  CHECK(data.test.labels == std::vector<int>{0, 1});
  CHECK(data.validation.samples() == 0);
  CHECK(data.train.image(0)[16] == 7);
  CHECK(data.train.image(0)[32] == 225);
  const train_and_test grey = root.read({.size = 5, .colour = "grey"});
  CHECK(grey.test.shape == image_shape{2, 1, 5, 5});
  CHECK(grey.test.image(0)[0] == std::lround(0.299 * 50 + 0.587 * 7 + 0.114 * 205));
  CHECK(root.read({.size = 6, .fit = "pad"}).train.image(0)[0] == 255);  // 12 wide, 8 high: white above

  root.add("test/cat/t.png", 60);
  const train_and_test three = root.read();
  CHECK(reds(three.validation) == std::vector<int>{50, 40});
  CHECK(reds(three.test) == std::vector<int>{60});
  CHECK(three.test.class_names == names{"cat", "dog"});
}

TEST_CASE("Tiny-ImageNet's layout is read, its test folder without labels is not", "[data]") {
  const gallery root;
  root.add("train/n01/images/n01_0.png", 10), root.add("train/n02/images/n02_0.png", 20);
  root.add("val/images/val_0.png", 30), root.add("val/images/val_1.png", 40);
  root.add("test/images/test_0.png", 50);
  const std::string list = "val_0.png\tn02\t0\t0\t5\t5\nval_1.png\tn01\t0\t0\t5\t5\n";
  write_bytes(root.file("val/val_annotations.txt"), bytes(list.begin(), list.end()));
  const train_and_test data = root.read();
  CHECK(reds(data.test) == std::vector<int>{30, 40});
  CHECK(data.test.labels == std::vector<int>{1, 0});
  CHECK(data.train.class_names == names{"n01", "n02"});
  root.add("val/images/val_2.png", 40);
  CHECK_THAT(root.refusal(), ContainsSubstring("val/images/val_2.png: val_annotations.txt does not say its class"));
  const std::string wrong = list + "val_2.png\tn03\n";
  write_bytes(root.file("val/val_annotations.txt"), bytes(wrong.begin(), wrong.end()));
  CHECK_THAT(root.refusal(), ContainsSubstring("val_annotations.txt, byte 54: the class n03 is none of train's"));
}

TEST_CASE("A folder in one piece is split by class, or has one class", "[data]") {
  const gallery root;
  for (std::uint8_t k = 0; k < 8; ++k) root.add((k < 4 ? "a/" : "b/") + std::to_string(k) + ".png", k);
  const train_and_test data = root.read();
  CHECK(data.train.labels == std::vector<int>{0, 0, 1, 1});
  CHECK(data.test.labels == std::vector<int>{0, 0, 1, 1});
  std::vector<int> all = reds(data.train), test = reds(data.test);
  all.insert(all.end(), test.begin(), test.end());
  CHECK(std::set<int>(all.begin(), all.end()).size() == 8);
  CHECK(reds(read_image_folder(root.path(), {.size = 4}, {.test_share = 0.5}).train) == reds(data.train));
  bool has_changed = false;
  for (std::uint64_t seed = 1; seed < 5; ++seed)
    has_changed =
        has_changed ||
        reds(read_image_folder(root.path(), {.size = 4}, {.seed = seed, .test_share = 0.5}).train) != reds(data.train);
  CHECK(has_changed);

  const gallery flat;
  for (std::uint8_t k = 0; k < 4; ++k) flat.add(std::to_string(k) + ".png", k);
  const train_and_test one = flat.read();
  CHECK(one.train.class_names == names{"all"});
  CHECK(one.train.samples() == 2);
  CHECK(one.test.samples() == 2);
}

TEST_CASE("Folders that cannot be meant are refused in one sentence", "[data]") {
  const gallery empty;
  CHECK_THAT(empty.refusal(),
             ContainsSubstring(empty.path() + ": there are no pictures in it. Expected pictures (.png, .jpg)"));
  fs::create_directories(empty.file("train/a"));
  CHECK_THAT(empty.refusal(), ContainsSubstring("train/a: the class has no pictures"));
  empty.add("train/a/0.png", 1), empty.add("val/b/0.png", 1);
  CHECK_THAT(empty.refusal(), ContainsSubstring("val/b: the class b is none of train's"));
  fs::remove_all(empty.file("val"));
  write_bytes(empty.file("train/a/1.png"), {0x89, 'P', 'N', 'G'});
  CHECK_THAT(empty.refusal(), ContainsSubstring("train/a/1.png, byte 0: this is no PNG file") &&
                                  ContainsSubstring("Replace the file, or remove it."));
  fs::remove(empty.file("train/a/1.png"));
  write_bytes(empty.file("train/a/2.WebP"), {'R', 'I', 'F', 'F'});  // it would be missing, and nobody would know
  CHECK_THAT(empty.refusal(),
             ContainsSubstring("train/a/2.WebP: files of this kind are not read; expected .png, .jpg") &&
                 ContainsSubstring("Convert it, or remove it."));
  CHECK_THROWS_WITH(read_image_folder("", {}, {}), ContainsSubstring("image-folder has no usual place"));
  CHECK_THROWS_WITH(read_image_folder(empty.file("nowhere"), {}, {}), ContainsSubstring("there is no such folder"));
  const gallery named;
  named.add(std::string("a\xFF") + "/0.png", 1);
  CHECK_THAT(named.refusal(), ContainsSubstring("the name \"a?\" in it is no plain UTF-8"));
}

TEST_CASE("Links out of the root are refused, those inside are followed, circles end", "[data]") {
  const gallery root, elsewhere;
  root.add("a/0.png", 1), root.add("a/1.png", 2), elsewhere.add("x/secret.png", 3);
  fs::create_symlink(elsewhere.file("x/secret.png"), root.file("a/2.png"));
  CHECK_THAT(root.refusal(),
             ContainsSubstring("a/2.png: the link leads out of") && ContainsSubstring("Copy what it leads to"));
  fs::remove(root.file("a/2.png"));
  fs::create_directory_symlink(elsewhere.file("x"), root.file("b"));
  CHECK_THAT(root.refusal(), ContainsSubstring("/b: the link leads out of"));
  fs::remove(root.file("b"));
  fs::create_symlink("../../nowhere", root.file("a/2.png"));
  CHECK_THAT(root.refusal(), ContainsSubstring("a/2.png: the link leads nowhere"));
  fs::remove(root.file("a/2.png"));
  fs::create_symlink("1.png", root.file("a/2.png"));
  CHECK(root.read().train.samples() + root.read().test.samples() == 3);
  fs::create_directory_symlink("../a", root.file("a/again"));
  CHECK_THAT(root.refusal(), ContainsSubstring("more than 8 deep"));

  const temporary_folder outer;  // a root that is a link itself is what was named
  fs::remove(root.file("a/again"));
  fs::create_directory_symlink(root.path(), outer.file("here"));
  CHECK(read_image_folder(outer.file("here"), {.size = 4}, {}).train.samples() == 2);
}

TEST_CASE("Spoken words are read with their lists, or split so that no speaker is on both sides", "[data]") {
  const temporary_folder root;
  for (const char* word : {"yes", "no", "_noise_"}) {
    fs::create_directory(root.file(word));
    for (int speaker = 0; speaker < 4; ++speaker)
      write_bytes(root.file(std::string(word) + "/s" + std::to_string(speaker) + "_nohash_0.wav"),
                  spoken(400 + 100 * speaker));
  }
  train_and_test data = read_speech(root.path(), {.test_share = 0.5});
  CHECK(data.train.class_names == names{"no", "yes"});
  CHECK(data.train.shape == image_shape{4, 1, 40, 101});
  CHECK(data.train.kind == sample_kind::clip);
  CHECK(data.test.labels == std::vector<int>{0, 0, 1, 1});
  for (index_t i = 0; i < 4; ++i)
    for (index_t j = 0; j < 4; ++j)
      CHECK_FALSE(std::equal(data.train.numbers(i), data.train.numbers(i) + 4040, data.test.numbers(j)));

  const std::string validating = "yes/s1_nohash_0.wav\n", testing = "no/s2_nohash_0.wav\r\nyes/s2_nohash_0.wav\n";
  write_bytes(root.file("validation_list.txt"), bytes(validating.begin(), validating.end()));
  write_bytes(root.file("testing_list.txt"), bytes(testing.begin(), testing.end()));
  data = read_speech(root.path(), {});
  CHECK(data.train.samples() == 5);
  CHECK(data.validation.labels == std::vector<int>{1});
  CHECK(data.test.labels == std::vector<int>{0, 1});
  check_data_set(data.train, "test");

  write_bytes(root.file("validation_list.txt"), {'y', 'e', 's', '/', 'q'});
  CHECK_THROWS_WITH(read_speech(root.path(), {}),
                    ContainsSubstring("validation_list.txt, byte 0: there is no clip yes/q"));
  write_bytes(root.file("yes/s9.wav"), {'R', 'I', 'F', 'F'});
  write_bytes(root.file("validation_list.txt"), bytes(validating.begin(), validating.end()));
  CHECK_THROWS_WITH(read_speech(root.path(), {}), ContainsSubstring("yes/s9.wav, byte 8: this is no WAV file"));
  fs::create_directory(root.file("maybe"));
  CHECK_THROWS_WITH(read_speech(root.path(), {}), ContainsSubstring("maybe: the word has no clips"));
}

TEST_CASE("Work on several std::thread throws what its first failure threw", "[data]") {
  std::vector<int> done(1000, 0);
  each_on_threads(1000, [&](index_t k) { ++done[static_cast<std::size_t>(k)]; });
  CHECK(done == std::vector<int>(1000, 1));
  each_on_threads(0, [&](index_t) { done.clear(); });
  CHECK(done.size() == 1000);
  for (int trial = 0; trial < 20; ++trial)
    CHECK_THROWS_WITH(each_on_threads(1000,
                                      [](index_t k) {
                                        if (k >= 100) throw file_error(std::to_string(k));
                                      }),
                      "100");
}
