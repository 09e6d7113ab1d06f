// SPDX-License-Identifier: BSD-3-Clause
// Predictions of a run for its own samples and for files of a stranger, and what they are worth.
#include "commands/commands.hpp"
#include "data/sets/readers.hpp"
#include "files/atomic_file.hpp"
#include "pictures/png.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/data/files.hpp"
#include "trainer/program.hpp"
#include "trainer/scratch_folder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
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

using words = std::vector<std::string>;

void train_in(const std::string& folder, const words& more, const char* batch = "16") {
  words job{"train", "--batch",   batch, "--steps",         "40",    "--precision",
            "fp32",  "--threads", "1",   "--no-evaluation", "--out", folder};
  job.insert(job.end(), more.begin(), more.end());
  const outcome seen = run_program(job);
  INFO(seen.text);
  REQUIRE(seen.status == exit_done);
}

std::string done(const words& arguments) {
  const outcome seen = run_program(arguments);
  INFO(seen.text);
  REQUIRE(seen.status == exit_done);
  return seen.text;
}

void check_refused(const words& arguments, const std::string& expected) {
  const outcome seen = run_program(arguments);
  INFO(expected << " in: " << seen.text);
  CHECK(seen.status == exit_refused);
  CHECK(seen.text.find(expected) != std::string::npos);
  CHECK(std::count(seen.text.begin(), seen.text.end(), '\n') == 1);
}

/// The lines of a CSV file, split at commas.
std::vector<words> table_in(const std::string& path) {
  std::vector<words> table;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    table.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) table.back().push_back(field);
  }
  return table;
}

std::string per_cent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

/// The digit of a data set as a PNG file.
void write_digit(const std::string& path, const data_set& from, index_t sample) {
  picture made(8, 8);
  for (index_t k = 0; k < 64; ++k) {
    const std::uint8_t grey = from.image(sample)[k];
    made(k / 8, k % 8) = {grey, grey, grey};
  }
  write_png(path, made);
}

/// A second of a tone, PCM of 16 bits at 16 kHz.
void write_tone(const std::string& path, int hertz) {
  mixcon_test::bytes file;
  const auto text = [&](const char* letters) { file.insert(file.end(), letters, letters + 4); };
  const auto number = [&](unsigned value, int size) {
    for (int k = 0; k < size; ++k) file.push_back(static_cast<std::uint8_t>(value >> 8 * k & 255U));
  };
  text("RIFF"), number(36 + 32000, 4), text("WAVE"), text("fmt "), number(16, 4), number(1, 2), number(1, 2);
  number(16000, 4), number(32000, 4), number(2, 2), number(16, 2), text("data"), number(32000, 4);
  for (int k = 0; k < 16000; ++k)
    number(static_cast<unsigned>(static_cast<int>(8000 * std::sin(6.283185307 * hertz * k / 16000))) & 0xFFFFU, 2);
  mixcon_test::write_bytes(path, file);
}

}  // namespace

TEST_CASE("predict gives the softmax of the classifier's scores, and eval says what that is worth", "[examples]") {
  const scratch_folder folder;
  train_in(folder / "run", {"--data", "digits", "--recipe", "ce", "--width", "4"});
  const std::string said = done({"predict", folder / "run", "--out", folder / "test.csv"});
  const std::vector<words> table = table_in(folder / "test.csv");
  REQUIRE(table.size() == 361);
  CHECK(table[0] == words{"sample", "class", "predicted", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});

  const checkpoint from = load_checkpoint(folder / "run");
  const train_and_test data = read_data(from.chosen.data);
  const loaded_run loaded = load_run(from, data.train, "run");
  double mean = 0, square = 0;  // of the training pixels, in double
  for (const std::uint8_t pixel : data.train.images) mean += pixel / 255.0, square += pixel / 255.0 * pixel / 255.0;
  const auto count = static_cast<double>(data.train.images.size());
  mean /= count;
  const double deviation = std::sqrt(square / count - mean * mean);
  for (const std::size_t sample : {std::size_t{0}, std::size_t{211}, std::size_t{359}}) {
    std::vector<float> image(64), scores(10);
    for (std::size_t k = 0; k < 64; ++k)
      image[k] = static_cast<float>((data.test.images[64 * sample + k] / 255.0 - mean) / deviation);
    const without_gradients guard;
    copy_numbers(loaded.judged().forward(variable(tensor_of(*loaded.device, {1, 1, 8, 8}, image.data()))).value(),
                 scores.data());
    double sum = 0;
    for (const float score : scores) sum += std::exp(static_cast<double>(score));
    for (std::size_t c = 0; c < 10; ++c)
      CHECK(std::stod(table[sample + 1][3 + c]) == Approx(std::exp(static_cast<double>(scores[c])) / sum).margin(1e-4));
  }

  double right = 0, in_five = 0, of_class = 0, bins[15][3] = {};
  std::vector<double> members(10), found(10);
  for (std::size_t i = 1; i < table.size(); ++i) {  // naively, from the table
    const words& row = table[i];
    CHECK(row[0] == "test " + std::to_string(i - 1));
    CHECK(row[1] == std::to_string(data.test.label(static_cast<index_t>(i) - 1)));
    std::vector<double> p;
    for (std::size_t c = 3; c < row.size(); ++c) p.push_back(std::stod(row[c]));
    const auto best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
    CHECK(row[2] == std::to_string(best));
    const auto own = static_cast<std::size_t>(std::stoi(row[1]));
    const bool is_right = best == own;
    right += is_right ? 1 : 0;
    in_five += std::count_if(p.begin(), p.end(), [&](double other) { return other > p[own]; }) < 5 ? 1 : 0;
    members[own] += 1, found[own] += is_right ? 1 : 0;
    double* const bin = bins[std::clamp(static_cast<int>(std::ceil(p[best] * 15)) - 1, 0, 14)];
    bin[0] += 1, bin[1] += is_right ? 1 : 0, bin[2] += p[best];
  }
  double error = 0;
  for (const auto& bin : bins) error += std::abs(bin[1] - bin[2]) / 360;
  for (std::size_t c = 0; c < 10; ++c) of_class += found[c] / members[c] / 10;
  CHECK(said.find("predicted by the classifier, accuracy " + per_cent(right / 360)) != std::string::npos);
  const std::string judged = done({"eval", folder / "run", "--data", "digits"});
  INFO(judged);
  std::string expected = "accuracy " + per_cent(right / 360);
  expected.append(", top-5 ").append(per_cent(in_five / 360)).append(", mean over the classes ");
  expected.append(per_cent(of_class)).append(", calibration error ").append(per_cent(error));
  CHECK(judged.find(expected) != std::string::npos);
  CHECK(judged.find("encoder") == std::string::npos);  // nothing was trained

  done({"predict", folder / "run", "--out", folder / "test.npy"});
  CHECK(std::filesystem::file_size(folder / "test.npy") == 128 + 360 * 10 * 4);
  CHECK(std::filesystem::file_size(folder / "test.classes.npy") == 128 + 360 * 8);
  check_refused({"predict", folder / "run", "--out", folder / "test.npy"}, "this file is there already");
  check_refused({"predict", folder / "run", "--out", folder / "test.txt"}, "expected FILE.csv or FILE.npy");
  check_refused({"predict", folder / "run", "--data", "letter"}, "are rows, and the run was trained on images");
  check_refused({"eval", folder / "run", "--data", "digits", "--files", folder.path()}, "give one of them");
  check_refused({"eval", folder / "run", "--part", "tset"}, "Did you mean test?");

  for (const char* part : {"train", "test"})  // two classes, of larger images
    for (int k = 0; k < 12; ++k) {
      picture made(12, 12);
      for (index_t x = 0; x < 12; ++x) made(k % 2 == 0 ? x : 6, k % 2 == 0 ? 6 : x) = black;
      const std::string in = folder / "lines/" + part + (k % 2 == 0 ? "/up" : "/across");
      std::filesystem::create_directories(in);
      write_png(in + "/" + std::to_string(k) + ".png", made);
    }
  const words other{"--data", "image-folder", "--data-dir", folder / "lines", "--transfer"};
  words transferred{"eval", folder / "run"};
  transferred.insert(transferred.end(), other.begin(), other.end());
  check_refused(transferred, "have 3 channels, and the run was trained on 1");
  check_refused({"eval", folder / "run", "--transfer"}, "expected its name, by --data");
  transferred.insert(transferred.end(), {"--files", folder / "lines"});
  check_refused(transferred, "--data and --files each say what is looked at; give one of them.");
  check_refused({"eval", folder / "run", "--files", folder / "run"}, "there are no files of that kind");
}

TEST_CASE("pictures of a folder get the predictions of the same samples in a data set", "[examples]") {
  const scratch_folder folder;
  train_in(folder / "run", {"--data", "digits", "--recipe", "simclr", "--width", "4"});
  const data_set test = read_digits().test;
  std::filesystem::create_directory(folder / "flat");
  for (index_t k = 0; k < 6; ++k) {
    const std::string of_class = folder / "classes/" + std::to_string(test.label(k));
    std::filesystem::create_directories(of_class);
    write_digit(folder / "flat/" + std::to_string(k) + ".png", test, k);
    write_digit(of_class + "/" + std::to_string(k) + ".png", test, k);
  }
  const std::string of_set = done({"predict", folder / "run", "--out", folder / "set.csv"});
  const std::string probes = done({"eval", folder / "run"});
  const auto place = of_set.find("accuracy ");
  REQUIRE(place != std::string::npos);  // the linear probe of the table, whose line is the second of its columns
  std::istringstream line(probes.substr(probes.find("simclr, backbone")));
  std::string name, backbone, linear;
  line >> name >> backbone >> linear;
  CHECK(of_set.substr(place) == "accuracy " + linear + " %: " + folder / "set.csv" + "\n");

  done({"predict", folder / "run", "--files", folder / "flat", "--out", folder / "flat.csv"});
  const std::string said = done({"predict", folder / "run", "--files", folder / "classes", "--out", folder / "c.csv"});
  const std::vector<words> set = table_in(folder / "set.csv"), flat = table_in(folder / "flat.csv"),
                           classes = table_in(folder / "c.csv");
  REQUIRE(flat.size() == 7);
  REQUIRE(classes.size() == 7);
  CHECK(flat[0][1] == "predicted");  // no class is known
  for (std::size_t k = 1; k < 7; ++k) {
    CHECK(flat[k][0] == std::to_string(k - 1) + ".png");
    CHECK(words(flat[k].begin() + 1, flat[k].end()) == words(set[k].begin() + 2, set[k].end()));
    const std::string path = set[k][1] + "/" + flat[k][0];
    CHECK(std::any_of(classes.begin(), classes.end(), [&](const words& row) {
      return row[0] == path && words(row.begin() + 1, row.end()) == words(set[k].begin() + 1, set[k].end());
    }));
  }
  CHECK(said.find("6 images of " + folder / "classes" + ", predicted by the linear probe, accuracy ") !=
        std::string::npos);
  CHECK(done({"eval", folder / "run", "--files", folder / "classes"}).find("accuracy ") != std::string::npos);
  const std::string printed = done({"predict", folder / "run", "--files", folder / "flat/3.png"});
  CHECK(printed.find("3.png   " + set[4][2]) != std::string::npos);
  CHECK(printed.find("1 images of") != std::string::npos);

  check_refused({"eval", folder / "run", "--data", "fashion-mnist", "--data-dir", folder / "flat", "--transfer"},
                "Looked for train-images");
  check_refused({"eval", folder / "run", "--files", folder / "flat"}, "0.png has no class");
  std::filesystem::rename(folder / "classes/" + set[1][1], folder / "classes/01");
  check_refused({"eval", folder / "run", "--files", folder / "classes"},
                "--files: 01/0.png is of the class 01, which the run was not trained on; it knows 10 classes: 0, 1,");
  const std::vector<words> partly = [&] {
    done({"predict", folder / "run", "--files", folder / "classes", "--out", folder / "partly.csv"});
    return table_in(folder / "partly.csv");
  }();
  CHECK(partly[1][0] == "01/0.png");
  CHECK(partly[1][1].empty());
  std::ofstream(folder / "flat/9.png") << "no picture";
  check_refused({"predict", folder / "run", "--files", folder / "flat"}, "9.png, byte 0");
  check_refused({"predict", folder / "run", "--files", folder / "nowhere"}, "nowhere: there is no such folder");
}

TEST_CASE("rows of a table are predicted with their label or without, and clips like the rest", "[examples]") {
  const scratch_folder folder;
  std::ofstream labelled(folder / "train.csv"), bare(folder / "bare.csv"), other(folder / "other.csv");
  labelled << "height,width,kind\n", bare << "height,width\n", other << "width,height,kind\n";
  for (int k = 0; k < 60; ++k) {
    const double height = k % 2 + 0.01 * k, width = 1 - k % 2 + 0.02 * (k % 7);
    labelled << height << "," << width << "," << (k % 2 == 0 ? "low, \"wide\"" : "high") << "\n";
    bare << height << "," << width << "\n";
    other << width << "," << height << ",high\n";
  }
  labelled.close(), bare.close(), other.close();
  // a comma and quotation marks in a label, as RFC 4180 writes them
  std::string text = read_whole_file(folder / "train.csv");
  for (std::size_t at = 0; (at = text.find("low, \"wide\"", at)) != std::string::npos; at += 15)
    text.replace(at, 11, "\"low, \"\"wide\"\"\"");
  std::ofstream(folder / "train.csv") << text;
  train_in(folder / "run", {"--data", "csv", "--data-dir", folder / "train.csv", "--recipe", "ce"});
  const auto predicted = [&](const std::string& file, const std::string& to) {
    done({"predict", folder / "run", "--files", folder / file, "--out", folder / to});
    return read_whole_file(folder / to);
  };
  const std::string with = predicted("train.csv", "with.csv"), without = predicted("bare.csv", "without.csv");
  CHECK(with.starts_with("sample,class,predicted,high,\"low, \"\"wide\"\"\"\nrow 1,\"low, \"\"wide\"\"\","));
  std::istringstream lines(with);
  std::string stripped, line;
  for (std::getline(lines, line); std::getline(lines, line);) {  // without the class, which stands behind the name
    const std::size_t from = line.find(',') + 1,
                      to = line[from] == '"' ? line.find("\",", from) + 2 : line.find(',', from) + 1;
    stripped += line.substr(0, from) + line.substr(to) + "\n";
  }
  CHECK(without.substr(without.find('\n') + 1) == stripped);
  CHECK(done({"eval", folder / "run", "--files", folder / "train.csv"}).find("60 rows") != std::string::npos);
  check_refused({"eval", folder / "run", "--files", folder / "bare.csv"}, "row 1 has no class");
  check_refused({"eval", folder / "run", "--files", folder / "other.csv"}, "expected height and width, in this order");

  std::ofstream three(folder / "three.csv");  // other classes: only their probes can be judged
  three << "height,width,size\n";
  for (int k = 0; k < 60; ++k)
    three << k % 3 << "," << 0.1 * k << "," << (k % 3 == 0 ? "s" : k % 3 == 1 ? "m" : "l") << "\n";
  three.close();
  const words to_other{"eval", folder / "run", "--data", "csv", "--data-dir", folder / "three.csv"};
  check_refused(to_other, "is of the class ");
  words transferred = to_other;
  transferred.push_back("--transfer");
  const std::string judged = done(transferred);
  INFO(judged);
  CHECK(judged.find("predicted by the linear probe") != std::string::npos);
  CHECK(judged.find("classifier") == std::string::npos);
  CHECK(judged.find("\nm ") != std::string::npos);

  std::ofstream(folder / "far.csv") << "1,2\n3e38,-3e38\n";  // a softmax of what the network makes of these is none
  for (const char* to : {"far.csv", "far.npy"})
    check_refused({"predict", folder / "run", "--files", folder / "far.csv", "--out", folder / "out of " + to},
                  " of row 2 of " + folder / "far.csv" + "; expected finite numbers.");
  CHECK_FALSE(std::filesystem::exists(folder / "out of far.csv"));
  CHECK_FALSE(std::filesystem::exists(folder / "out of far.classes.npy"));
  std::ofstream(folder / "wide.csv") << "1,2,3,4\n";
  std::ofstream(folder / "wrong.csv") << "1,2,hgih\n";
  check_refused({"eval", folder / "run", "--files", folder / "wrong.csv"},
                "row 1 is of the class hgih, which the run was not trained on; did you mean high? It knows 2 classes");
  check_refused({"predict", folder / "run", "--files", folder / "wide.csv"},
                "it has 4 columns; expected the 2 numbers that the run was trained on");
}

TEST_CASE("clips of a folder get the predictions of the same clips in a data set", "[examples]") {
  const scratch_folder folder;
  std::string list;
  for (const char* word : {"no", "yes"})
    for (int speaker = 0; speaker < 5; ++speaker) {
      const std::string file = std::string(word) + "/s" + std::to_string(speaker) + "_nohash_0.wav";
      std::filesystem::create_directories(folder / "words/" + word);
      std::filesystem::create_directories(folder / "some/" + word);
      write_tone(folder / "words/" + file, (*word == 'n' ? 300 : 2000) + 100 * speaker);
      if (speaker < 3) continue;
      std::filesystem::copy_file(folder / "words/" + file, folder / "some/" + file);
      list += file + "\n";
    }
  std::ofstream(folder / "words/testing_list.txt") << list;
  train_in(folder / "run", {"--data", "speech", "--data-dir", folder / "words", "--recipe", "ce", "--width", "4"}, "6");
  done({"predict", folder / "run", "--out", folder / "set.csv"});
  CHECK(done({"predict", folder / "run", "--files", folder / "some", "--out", folder / "some.csv"})
            .find("4 clips of " + folder / "some") != std::string::npos);
  const std::vector<words> set = table_in(folder / "set.csv"), some = table_in(folder / "some.csv");
  REQUIRE(set.size() == 5);
  REQUIRE(some.size() == 5);
  for (std::size_t k = 1; k < 5; ++k)
    CHECK(words(set[k].begin() + 1, set[k].end()) == words(some[k].begin() + 1, some[k].end()));
}
