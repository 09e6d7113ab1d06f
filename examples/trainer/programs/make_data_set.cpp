// SPDX-License-Identifier: BSD-3-Clause
// Builds the sets that are built once; scripts/data calls it.
#include "data/sets/clipart.hpp"
#include "data/sets/speech.hpp"

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace mixcon_train;

void say_written(const std::string& path, const std::string& checksum, const data_set& part) {
  std::printf("%s: %lld samples of %lld classes, %s; checksum %s\n", path.c_str(),
              static_cast<long long>(part.samples()), static_cast<long long>(part.classes()), part.name.c_str(),
              checksum.c_str());
}

void make(const std::vector<std::string>& words) {
  if (words.size() == 5 && words[0] == "clipart") {
    std::string report;
    const data_set all = make_clipart(read_clipart_table(words[1]), words[2], report);
    const std::string checksum = write_built_set(words[4], {{"all", all}}, words[3]);
    std::printf("%s", report.c_str());
    say_written(words[4], checksum, all);
  } else if (words.size() == 4 && words[0] == "words") {
    train_and_test data = read_speech(words[1], {});
    for (data_set* part : {&data.train, &data.validation, &data.test}) part->note = "synthetic speech";
    const std::string checksum = write_built_set(
        words[3], {{"train", data.train}, {"validation", data.validation}, {"test", data.test}}, words[2]);
    for (const data_set* part : {&data.train, &data.validation, &data.test}) say_written(words[3], checksum, *part);
  } else {
    throw std::invalid_argument(
        "usage: make_data_set clipart TABLE PNG_FOLDER SOURCE OUT | words SPEECH_FOLDER SOURCE OUT");
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    make({arguments + 1, arguments + count});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_data_set: %s\n", error.what());
    return 2;
  }
}
