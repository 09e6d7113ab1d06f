// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/readers.hpp"

#include "data/formats/idx.hpp"
#include "data/sets/cifar.hpp"
#include "files/file_error.hpp"

#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/uniform.hpp>

#include "support/catch.hpp"
#include "trainer/data/files.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::bytes;
using mixcon_test::temporary_folder;

namespace {

const std::string advice = "Make it again.";

/// An IDX file of (20, 7, 5) values 3, 4, 5, ...
bytes sound_file() {
  bytes file{0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 7, 0, 0, 0, 5};
  for (int k = 0; k < 20 * 7 * 5; ++k) file.push_back(static_cast<std::uint8_t>(k + 3));
  return file;
}

/// What reading a file says: nothing when it went well, in which case the sizes are as they were.
std::string complaint(const std::string& path, idx_array* read = nullptr) {
  try {
    const idx_array array = read_idx(path, {-1, 7, 5}, 255, advice);
    CHECK(array.values.size() == static_cast<std::size_t>(array.extents[0] * 35));
    if (read != nullptr) *read = array;
    return "";
  } catch (const file_error& error) {
    return error.what();
  }
}

std::vector<int> counts_by_class(const data_set& data) {
  std::vector<int> counts(data.class_names.size(), 0);
  for (const int label : data.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

}  // namespace

TEST_CASE("The shipped digits are the published ones", "[data]") {
  const train_and_test data = read_digits();
  CHECK(data.train.shape == image_shape{1437, 1, 8, 8});
  CHECK(data.test.shape == image_shape{360, 1, 8, 8});
  std::vector<int> counts = counts_by_class(data.train);
  const std::vector<int> in_test = counts_by_class(data.test);
  for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += in_test[k];
  CHECK(counts == std::vector<int>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
  const bytes first_row(data.train.images.begin(), data.train.images.begin() + 8);
  CHECK(first_row == bytes{0, 0, 80, 207, 143, 16, 0, 0});  // 0 0 5 13 9 1 0 0 of 16
  CHECK(data.train.label(0) == 0);
}

TEST_CASE("Fashion-MNIST has the sizes, classes and mean that its authors give", "[data]") {
  if (!std::filesystem::exists(debian_fashion_mnist)) {
    WARN("left out: the package dataset-fashion-mnist is not installed");
    return;
  }
  const train_and_test data = read_data("fashion-mnist");
  CHECK(data.train.shape == image_shape{60000, 1, 28, 28});
  CHECK(data.test.shape == image_shape{10000, 1, 28, 28});
  CHECK(counts_by_class(data.train) == std::vector<int>(10, 6000));
  CHECK(counts_by_class(data.test) == std::vector<int>(10, 1000));
  const channel_statistics statistics = channel_statistics_of(data.train);
  CHECK(statistics.mean[0] == Approx(0.2860).margin(5e-5));
  CHECK(statistics.deviation[0] == Approx(0.3530).margin(5e-5));
}

TEST_CASE("A missing data set says where to get it", "[data]") {
  const temporary_folder empty;
  CHECK_THROWS_WITH(read_fashion_mnist(empty.path()),
                    ContainsSubstring("there is no such file") && ContainsSubstring("package dataset-fashion-mnist"));
  CHECK_THROWS_WITH(read_cifar10(empty.path()), ContainsSubstring("data_batch_1.bin: there is no such file"));
  CHECK_THROWS_WITH(read_data("cifar100"), ContainsSubstring("Name the folder"));
  CHECK_THROWS_WITH(read_data("mnist"), ContainsSubstring("no data set called mnist; expected one of fashion-mnist"));
  for (const std::string& name : data_names())
    CHECK_THROWS_WITH(read_data(name, empty.path() + "/none"),
                      ContainsSubstring("/none: there is no such folder.") ||
                          ContainsSubstring("/none: there is no such file.") ||
                          ContainsSubstring(".safetensors: there is no such file. scripts/data "));
  for (const std::string& name : data_names())
    CHECK_THROWS_WITH(read_data(name, empty.path()),
                      ContainsSubstring("there is no such file.") || ContainsSubstring("there are no "));
  for (const char* name : {"fashion-mnist", "cifar10", "cifar100", "digits"})
    CHECK_THROWS_WITH(read_data(name, empty.path()), ContainsSubstring("there is no such file. Looked for "));
  CHECK_THROWS_WITH(read_data("auto", empty.path()),
                    ContainsSubstring("train-images-idx3-ubyte, train-labels-idx1-") &&
                        ContainsSubstring("t10k-images-idx3-ubyte, t10k-labels-idx1-"));
  mixcon_test::write_bytes(empty.file("none"), {1});
  CHECK_THROWS_WITH(read_data("auto", empty.file("none")), ContainsSubstring("/none: this is no folder."));
  std::filesystem::remove(empty.file("none"));
  for (const char* part : {"train-images", "t10k-images"})
    mixcon_test::write_bytes(empty.file(part + std::string("-idx3-ubyte")), {1});
  mixcon_test::write_bytes(empty.file("train-labels-idx1-ubyte.gz"), {1});
  CHECK_THROWS_WITH(read_data("auto", empty.path()),
                    ContainsSubstring("t10k-labels-idx1-ubyte: there is no such file"));
  CHECK_THROWS_WITH(read_idx(empty.path(), {-1}, 255, advice), ContainsSubstring("not a regular file"));
}

TEST_CASE("An IDX file is read whole, packed or not", "[data]") {
  const temporary_folder folder;
  const bytes file = sound_file(), values(file.begin() + 16, file.end());
  for (const bytes& content : {file, mixcon_test::packed(file, folder.file("scratch"))}) {
    mixcon_test::write_bytes(folder.file("array"), content);
    const idx_array array = read_idx(folder.file("array"), {20, -1, 5}, 255, advice);
    CHECK(array.extents == std::vector<index_t>{20, 7, 5});
    CHECK(array.values == values);
  }
}

TEST_CASE("An IDX file that was cut off anywhere is refused", "[data]") {
  const temporary_folder folder;
  const bytes plain = sound_file(), packed = mixcon_test::packed(plain, folder.file("scratch"));
  mixcon::philox_stream offsets(1, 0, 0, 0);
  for (const bytes& whole : {plain, packed}) {
    const auto refused_at = [&](std::size_t length) {
      mixcon_test::write_bytes(folder.file("cut"), bytes(whole.begin(), whole.begin() + static_cast<long>(length)));
      INFO(length << " bytes of " << whole.size());
      const std::string text = complaint(folder.file("cut"));
      CHECK_THAT(text, ContainsSubstring("/cut, byte ") && ContainsSubstring(advice));
    };
    for (std::size_t length = 0; length < 20; ++length) refused_at(length);
    for (int k = 0; k < 1000; ++k)
      refused_at(static_cast<std::size_t>(mixcon::uniform_integer(offsets, std::ssize(whole))));
  }
}

TEST_CASE("A flipped bit in an IDX file is refused, or changes no size; in a packed one, nothing at all", "[data]") {
  const temporary_folder folder;
  const bytes plain = sound_file(), packed = mixcon_test::packed(plain, folder.file("scratch"));
  const bytes values(plain.begin() + 16, plain.end());
  mixcon::philox_stream places(2, 0, 0, 0);
  int refused = 0, passed = 0;
  for (const bool is_packed : {false, true})
    for (int k = 0; k < 1000; ++k) {
      bytes flipped = is_packed ? packed : plain;
      const index_t bit = mixcon::uniform_integer(places, 8 * (k < 400 ? 20 : std::ssize(flipped)));
      flipped[static_cast<std::size_t>(bit / 8)] ^= static_cast<std::uint8_t>(1 << (bit % 8));
      mixcon_test::write_bytes(folder.file("flipped"), flipped);
      idx_array array;
      if (!complaint(folder.file("flipped"), &array).empty()) {
        ++refused;
        continue;
      }
      ++passed;
      INFO("bit " << bit);
      CHECK(array.extents == std::vector<index_t>{20, 7, 5});
      if (is_packed) CHECK(array.values == values);
    }
  CHECK(refused > 800);  // all of the headers, and what the checksum covers
  CHECK(passed > 200);   // most of the plain values, and fields of gzip that nobody reads
}

TEST_CASE("Extents that promise more than the file holds are refused before memory is taken", "[data]") {
  const temporary_folder folder;
  const auto text_of = [&](const bytes& content, const std::vector<index_t>& expected) -> std::string {
    mixcon_test::write_bytes(folder.file("array"), content);
    try {
      read_idx(folder.file("array"), expected, 255, advice);
    } catch (const file_error& error) {
      return error.what();
    }
    return "";
  };
  const bytes huge{0, 0, 8, 2, 0, 255, 255, 255, 0, 0, 1, 0, 1, 2, 3};
  CHECK_THAT(text_of(huge, {-1, -1}), ContainsSubstring("byte 12: the array would take 4294967040 bytes") &&
                                          ContainsSubstring("cannot hold more than 3"));
  CHECK_THAT(text_of(mixcon_test::packed(huge, folder.file("scratch")), {-1, -1}),
             ContainsSubstring("byte 12 (unpacked)") && ContainsSubstring("cannot hold more than"));
  const bytes overflowing{0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  CHECK_THAT(text_of(overflowing, {-1, -1, -1}), ContainsSubstring("byte 8: the extents announce more than 8 GiB"));
  CHECK_THAT(text_of({0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3}, {2}),
             ContainsSubstring("byte 10: the file goes on after its last expected byte"));
  CHECK_THAT(text_of({0, 0, 8, 1, 0, 0, 0, 0}, {-1}), ContainsSubstring("byte 4: the extent is 0"));
  CHECK_THAT(text_of({0, 0, 8, 1, 0, 0, 0, 9}, {10}), ContainsSubstring("byte 4: the extent is 9, expected 10"));
  CHECK_THAT(text_of({0, 0, 13, 1, 0, 0, 0, 9}, {9}), ContainsSubstring("byte 2: the element type is 13"));
  CHECK_THAT(text_of({0, 0, 8, 4, 0, 0, 0, 9}, {9}), ContainsSubstring("byte 3: the array has 4 axes, expected 1"));
}

TEST_CASE("A label without a class is refused with its place", "[data]") {
  const temporary_folder folder;
  mixcon_test::write_bytes(folder.file("images"), {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9});
  mixcon_test::write_bytes(folder.file("labels"), {0, 0, 8, 1, 0, 0, 0, 2, 1, 2});
  const auto read = [&] {
    return read_idx_pair(folder.file("images"), folder.file("labels"), {2, 1, 1, 1}, 255, {"a", "b"}, advice);
  };
  CHECK_THROWS_WITH(read(), ContainsSubstring("labels, byte 9: the value is 2, expected 0 to 1"));
  mixcon_test::write_bytes(folder.file("labels"), {0, 0, 8, 1, 0, 0, 0, 2, 1, 0});
  CHECK(read().labels == std::vector<int>{1, 0});
}

TEST_CASE("CIFAR records are read in order, and files of another size refused", "[data]") {
  const temporary_folder folder;
  const cifar_record fine{.labels = 2, .used = 1};
  bytes file;
  for (int record = 0; record < 3; ++record) {
    file.insert(file.end(), {19, static_cast<std::uint8_t>(record)});
    for (int k = 0; k < 3072; ++k) file.push_back(static_cast<std::uint8_t>(k * (record + 1)));
  }
  const auto read = [&](const bytes& content, index_t records) {
    mixcon_test::write_bytes(folder.file("batch.bin"), content);
    data_set data{.shape = {0, 3, 32, 32}, .class_names = {"a", "b", "c"}};
    append_cifar_file(folder.file("batch.bin"), fine, records, advice, data);
    return data;
  };
  const data_set data = read(file, 3);
  CHECK(data.shape == image_shape{3, 3, 32, 32});
  CHECK(data.labels == std::vector<int>{0, 1, 2});
  CHECK(std::equal(data.images.begin() + 3072, data.images.begin() + 6144, file.begin() + 3074 + 2));

  CHECK_THROWS_WITH(read(file, 4), ContainsSubstring("would take 12296 bytes"));
  CHECK_THROWS_WITH(read(file, 2), ContainsSubstring("byte 6148: the file goes on"));
  for (std::size_t length = 0; length < file.size(); length += 97)
    CHECK_THROWS_AS(read(bytes(file.begin(), file.begin() + static_cast<long>(length)), 3), file_error);
  file[3074 + 1] = 3;
  CHECK_THROWS_WITH(read(file, 3), ContainsSubstring("byte 3075: the label is 3, expected 0 to 2"));
}

TEST_CASE("CIFAR-10 takes files of the published sizes", "[data]") {
  const temporary_folder folder;
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                           "data_batch_5.bin", "test_batch.bin"}) {
    mixcon_test::write_bytes(folder.file(name), {9});
    std::filesystem::resize_file(folder.file(name), 30730000);  // zeros, which take no room
  }
  const train_and_test data = read_cifar10(folder.path());
  CHECK(data.train.shape == image_shape{50000, 3, 32, 32});
  CHECK(data.test.shape == image_shape{10000, 3, 32, 32});
  CHECK(data.train.class_names[static_cast<std::size_t>(data.train.label(10000))] == "truck");
}

TEST_CASE("The content hash sees every value, and the shape", "[data]") {
  const data_set data{
      .shape = {2, 1, 2, 2}, .images = {1, 2, 3, 4, 5, 6, 7, 8}, .labels = {0, 1}, .class_names = {"a", "b"}};
  const std::uint64_t hash = content_hash(data);
  std::vector<std::uint64_t> hashes{hash};
  for (std::size_t k = 0; k < 8; ++k) {
    data_set other = data;
    other.images[k] ^= 1;
    hashes.push_back(content_hash(other));
  }
  data_set other = data;
  other.labels = {1, 0}, hashes.push_back(content_hash(other));
  other = data, other.shape = {2, 2, 2, 1}, hashes.push_back(content_hash(other));
  other = data, other.class_names = {"ab", ""}, hashes.push_back(content_hash(other));
  std::sort(hashes.begin(), hashes.end());
  CHECK(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
  CHECK(hash == content_hash(data));
}
