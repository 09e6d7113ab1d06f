// SPDX-License-Identifier: BSD-3-Clause
// Features of a run in files for others, read back by a program that shares no code with the writer.
#include "commands/commands.hpp"
#include "data/sets/readers.hpp"
#include "files/atomic_file.hpp"
#include "files/safetensors.hpp"
#include "pictures/png.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::outcome;
using mixcon_test::run_program;
using mixcon_test::scratch_folder;

namespace {

/// An .npy file as Python reads it: type, shape, numbers.
struct array {
  std::string type{}, shape{};
  std::vector<double> numbers{};
};

array read_by_python(const std::string& path) {
  std::FILE* const pipe = popen(("python3 tests/trainer/files/read_npy.py " + path + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char part[4096];
  while (std::fgets(part, sizeof part, pipe) != nullptr) text += part;
  INFO(text.substr(0, 400));
  REQUIRE(pclose(pipe) == 0);
  array read;
  std::istringstream words(text.substr(text.find(')') + 1));
  read.type = text.substr(0, text.find(' '));
  read.shape = text.substr(4, text.find(')') - 3);
  for (double number = 0; words >> number;) read.numbers.push_back(number);
  return read;
}

template <class Number>
std::vector<double> numbers_of(const stored_tensor& of) {
  std::vector<Number> held(of.bytes.size() / sizeof(Number));
  std::memcpy(held.data(), of.bytes.data(), of.bytes.size());
  return {held.begin(), held.end()};
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(a[k] - b[k]));
  return largest;
}

void train_in(const std::string& folder) {
  REQUIRE(run_program({"train", "--data",          "digits", "--recipe",    "simclr", "--width",   "4", "--batch",
                       "16",    "--steps",         "5",      "--precision", "fp32",   "--threads", "1", "--per-class",
                       "7",     "--no-evaluation", "--out",  folder})
              .status == exit_done);
}

}  // namespace

TEST_CASE("embed writes what the network says of each sample, one by one, with its label", "[examples]") {
  const scratch_folder folder;
  train_in(folder / "run");
  const outcome seen = run_program({"embed", folder / "run", "--out", folder / "test.npy"});
  INFO(seen.text);
  REQUIRE(seen.status == exit_done);
  REQUIRE(run_program({"embed", folder / "run", "--of", "head", "--out", folder / "head.npy"}).status == exit_done);
  const array rows = read_by_python(folder / "test.npy"), labels = read_by_python(folder / "test.labels.npy"),
              head = read_by_python(folder / "head.npy");

  const checkpoint from = load_checkpoint(folder / "run");
  const train_and_test data = read_data(from.chosen.data);
  const loaded_run loaded = load_run(from, data.train, "run");
  const auto wide = static_cast<std::size_t>(loaded.judged().feature_width());
  const auto wide_head = static_cast<std::size_t>(loaded.judged().head_width());
  CHECK(rows.type == "<f4");
  CHECK(labels.type == "<i8");
  CHECK(rows.shape == "(360, " + std::to_string(wide) + ")");
  CHECK(labels.shape == "(360,)");
  CHECK(std::equal(labels.numbers.begin(), labels.numbers.end(), data.test.labels.begin(), data.test.labels.end()));

  // pixels (8, 8) to (value / 255 - mean) / deviation, with mean and deviation of the training images, in double
  double mean = 0, square = 0;
  for (const std::uint8_t pixel : data.train.images) mean += pixel / 255.0, square += pixel / 255.0 * pixel / 255.0;
  const auto count = static_cast<double>(data.train.images.size());
  mean /= count;
  const double deviation = std::sqrt(square / count - mean * mean);
  for (const std::size_t sample : {std::size_t{0}, std::size_t{211}, std::size_t{359}}) {
    std::vector<float> image(64);
    for (std::size_t k = 0; k < 64; ++k)
      image[k] = static_cast<float>((data.test.images[64 * sample + k] / 255.0 - mean) / deviation);
    const without_gradients guard;
    const variable alone = loaded.judged().features(variable(tensor_of(*loaded.device, {1, 1, 8, 8}, image.data())));
    std::vector<float> expected(wide), expected_head(wide_head);
    copy_numbers(alone.value(), expected.data());
    copy_numbers(loaded.judged().head(alone).value(), expected_head.data());
    for (std::size_t k = 0; k < wide; ++k)
      CHECK(rows.numbers[wide * sample + k] == Approx(double{expected[k]}).margin(1e-4));
    for (std::size_t k = 0; k < wide_head; ++k)
      CHECK(head.numbers[wide_head * sample + k] == Approx(double{expected_head[k]}).margin(1e-4));
  }
}

TEST_CASE("other samples are read as the run's own were, whatever classes they have", "[examples]") {
  const scratch_folder folder;
  std::ofstream own(folder / "own.csv"), other(folder / "other.csv"), swapped(folder / "swapped.csv");
  own << "kind,x,y,z\n", other << "kind,x,y,z\n", swapped << "kind,y,x,z\n";
  for (int k = 0; k < 40; ++k) {
    const std::string numbers = std::to_string(k % 7) + "," + std::to_string(k % 5) + "," + std::to_string(k % 2);
    own << k % 2 << "," << numbers << "\n", other << k % 3 << "," << numbers << "\n",
        swapped << "0," << numbers << "\n";
  }
  own.close(), other.close(), swapped.close();
  REQUIRE(run_program({"train",       "--data",      "csv",         "--data-dir", folder / "own.csv",
                       "--csv-label", "kind",        "--recipe",    "ce",         "--batch",
                       "8",           "--steps",     "5",           "--threads",  "1",
                       "--mlp-width", "8",           "--per-class", "10",         "--no-evaluation",
                       "--out",       folder / "run"})
              .status == exit_done);
  const auto embedded = [&](const std::string& name, const std::string& part) {
    const outcome seen = run_program({"embed", folder / "run", "--data", "csv", "--data-dir", folder / name + ".csv",
                                      "--part", part, "--out", folder / name + part + ".npy"});
    INFO(seen.text);
    REQUIRE(seen.status == exit_done);
    return read_by_python(folder / name + part + ".npy").shape;
  };
  CHECK(embedded("own", "train") == "(28, 128)");  // the run learned from 20 of them
  CHECK(embedded("own", "test") == "(12, 128)");
  CHECK(embedded("other", "test") == "(12, 128)");  // three classes, which the network needs not know
  CHECK(read_by_python(folder / "othertest.labels.npy").shape == "(12,)");
  const outcome refused = run_program({"embed", folder / "run", "--data", "csv", "--data-dir", folder / "swapped.csv",
                                       "--out", folder / "swapped.npy"});
  CHECK(refused.status == exit_refused);
  CHECK(refused.text.find("expected x, y and z, in this order") != std::string::npos);

  for (int k = 0; k < 24; ++k) {  // pictures of 12 x 12, which the run sees as 8 x 8
    picture made(12, 12);
    for (index_t x = 0; x < 12; ++x) made(k % 2 == 0 ? x : 6, k % 2 == 0 ? 6 : x) = black;
    const std::string in = folder / (k % 2 == 0 ? "lines/up" : "lines/across");
    std::filesystem::create_directories(in);
    write_png(in + "/" + std::to_string(k) + ".png", made);
  }
  const std::vector<std::string> pictures{"--data", "image-folder", "--data-dir", folder / "lines"};
  std::vector<std::string> job{"train", "--recipe",        "ce",    "--image-size",  "8", "--width",
                               "4",     "--batch",         "4",     "--steps",       "3", "--threads",
                               "1",     "--no-evaluation", "--out", folder / "small"};
  job.insert(job.end(), pictures.begin(), pictures.end());
  REQUIRE(run_program(job).status == exit_done);
  std::vector<std::string> named{"embed", folder / "small", "--out", folder / "named.npy"};
  named.insert(named.end(), pictures.begin(), pictures.end());
  REQUIRE(run_program(named).status == exit_done);
  REQUIRE(run_program({"embed", folder / "small", "--out", folder / "same.npy"}).status == exit_done);
  CHECK(read_by_python(folder / "named.npy").numbers == read_by_python(folder / "same.npy").numbers);
}

TEST_CASE("safetensors hold the same numbers, and files that are there are replaced only when asked", "[examples]") {
  const scratch_folder folder;
  train_in(folder / "run");
  const std::vector<std::string> npy{"embed", folder / "run", "--part", "train", "--out", folder / "train.npy"};
  const std::vector<std::string> both{"embed", folder / "run", "--part",
                                      "train", "--out",        folder / "train.safetensors"};
  REQUIRE(run_program(npy).status == exit_done);
  REQUIRE(run_program(both).status == exit_done);
  const tensor_file read = unpacked(read_whole_file(folder / "train.safetensors"), "train.safetensors");
  const stored_tensor *const features = read.find("features"), *const labels = read.find("labels");
  REQUIRE(features != nullptr);
  REQUIRE(labels != nullptr);
  CHECK(features->extents[0] == 70);  // seven of each class
  CHECK(labels->extents == std::vector<index_t>{70});
  CHECK(largest_difference(numbers_of<float>(*features), read_by_python(folder / "train.npy").numbers) == 0);
  CHECK(largest_difference(numbers_of<std::int64_t>(*labels), read_by_python(folder / "train.labels.npy").numbers) ==
        0);
  CHECK(read.metadata.at("part") == "train");

  std::filesystem::remove(folder / "train.npy");  // labels alone are in the way too
  for (const auto& [arguments, there] : {std::pair(npy, "train.labels.npy"), std::pair(both, "train.safetensors")}) {
    std::ofstream(folder / there) << "mine";
    const outcome refused = run_program(arguments);
    CHECK(refused.status == exit_refused);
    CHECK(refused.text.find(std::string(there) + ": this file is there already") != std::string::npos);
    CHECK(read_whole_file(folder / there) == "mine");
    std::vector<std::string> replacing = arguments;
    replacing.push_back("--overwrite");
    CHECK(run_program(replacing).status == exit_done);
    CHECK(read_whole_file(folder / there) != "mine");
  }
  for (const auto& [wrong, expected] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--out", folder / "a.txt"}, "expected FILE.npy or FILE.safetensors"},
           {{}, "--out: no file was named"},
           {{"--out", folder / "a.npy", "--of", "heda"}, "Did you mean head?"},
           {{"--out", folder / "a.npy", "--part", "tset"}, "Did you mean test?"},
           {{"--out", folder / "none/a.npy"}, "none/a"},
           {{"--out", folder / "a.npy", "--data", "digts"}, "Did you mean digits?"}}) {
    std::vector<std::string> arguments{"embed", folder / "run"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const outcome refused = run_program(arguments);
    INFO(expected << " in: " << refused.text);
    CHECK(refused.status == exit_refused);
    CHECK(refused.text.find(expected) != std::string::npos);
    CHECK(std::count(refused.text.begin(), refused.text.end(), '\n') == 1);
  }
}
