// SPDX-License-Identifier: BSD-3-Clause
// Files that other programs read: TensorBoard's events and NumPy's arrays, read back by programs in Python that follow
// the published formats and share nothing with the writers.
#include "files/atomic_file.hpp"
#include "files/crc32c.hpp"
#include "files/event_file.hpp"
#include "files/file_error.hpp"
#include "files/npy.hpp"
#include "files/shell_word.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::scratch_folder;

namespace {

struct said {
  int status = -1;
  std::string text{};
};

/// What a program beside this file prints about files.
said python(const std::string& program, const std::string& arguments) {
  std::FILE* pipe = popen(("python3 tests/trainer/files/" + program + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  said result;
  char part[4096];
  while (std::fgets(part, sizeof part, pipe) != nullptr) result.text += part;
  result.status = pclose(pipe);
  return result;
}

}  // namespace

TEST_CASE("crc32c gives the values of RFC 3720, B.4", "[examples]") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43U);
}

TEST_CASE("a decoder that shares no code reads what an event file was given", "[examples]") {
  const scratch_folder folder;
  const index_t far = (index_t{1} << 40) + 5;
  std::string first, second;
  const auto before = static_cast<double>(std::time(nullptr));
  {
    event_file events(folder.path(), "run-1", 1);
    first = events.path();
    events.write(1, {{"train/loss", 0.5}, {"train/rate", -1e-30}});
    events.write(200, {{"train/loss", std::numeric_limits<double>::infinity()}});
    events.write(far, {{std::string(300, 't'), 3}});
    CHECK(python("decode_events.py", first).status == 0);  // all is there before the file is closed
  }
  {
    event_file resumed(folder.path(), "run-1", 201);
    second = resumed.path();
    resumed.write(201, {{"train/loss", 0.25}});
  }
  CHECK(second > first);
  CHECK(owner_of_event_file(std::filesystem::path(first).filename().string()) == "run-1");
  for (const char* name :
       {"events.out.tfevents.", "events.out.tfevents.x.run", "events.out.tfevents.12", "metrics.csv"})
    CHECK(owner_of_event_file(name).empty());

  const said read = python("decode_events.py", first + " " + second);
  INFO(read.text);
  REQUIRE(read.status == 0);
  std::istringstream lines(read.text);
  std::vector<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t time = line.rfind(' ');
    if (line.find("train") != std::string::npos) {
      const double wall_time = std::stod(line.substr(time));
      CHECK(wall_time >= before);
      CHECK(wall_time < before + 60);
      line.resize(time);
    } else if (line.find('t') == std::string::npos || line.find("ttt") != std::string::npos) {
      line.resize(time);
    }
    seen.push_back(line);
  }
  const std::vector<std::string> expected{
      "version brain.Event:2", "start 1",
      "1 train/loss 0.5",      "1 train/rate -1.0000000031710769e-30",
      "200 train/loss inf",    std::to_string(far) + " " + std::string(300, 't') + " 3.0",
      "version brain.Event:2", "start 201",
      "201 train/loss 0.25"};
  CHECK(seen == expected);

  const std::string whole = read_whole_file(first);  // the decoder can fail
  for (const std::size_t at : {std::size_t{3}, std::size_t{9}, std::size_t{20}, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_atomically(folder / "damaged", damaged);
    CHECK(python("decode_events.py", folder / "damaged").status != 0);
  }
  CHECK_THROWS_AS(event_file(folder / "nowhere", "run", 1), file_error);
}

TEST_CASE("an .npy file holds type, shape and numbers as NumPy's format says", "[examples]") {
  const scratch_folder folder;
  const auto read = [&](const std::string& bytes) {
    write_atomically(folder / "array.npy", bytes);
    return python("read_npy.py", folder / "array.npy").text;
  };
  const std::vector<float> numbers{0.0F, -1.5F, 0.25F, 1e30F, 5.0F, 6.0F};
  CHECK(read(npy_bytes(numbers, {2, 3})) == "<f4 (2, 3) 0.0 -1.5 0.25 1.0000000150474662e+30 5.0 6.0\n");
  const std::vector<std::int64_t> labels{0, -1, std::numeric_limits<std::int64_t>::max()};
  CHECK(read(npy_bytes(labels, {3})) == "<i8 (3,) 0 -1 9223372036854775807\n");
  CHECK(read(npy_bytes(std::vector<float>{2.0F}, {})) == "<f4 () 2.0\n");
  CHECK(read(npy_bytes(std::vector<float>{}, {0, 4})) == "<f4 (0, 4)\n");
  CHECK_THROWS_AS(npy_bytes(numbers, {2, 2}), std::invalid_argument);
}

TEST_CASE("a path in a command that is printed is one word to a shell", "[examples]") {
  for (const std::string path : {"runs/ce-digits-001", "my runs/a", "r & d;x", "it's", "$HOME `x` \"y\"", "*", "-x"}) {
    std::FILE* pipe = popen(("printf '<%s>' " + shell_word(path)).c_str(), "r");
    REQUIRE(pipe != nullptr);
    char seen[100] = "";
    CHECK(std::fgets(seen, sizeof seen, pipe) != nullptr);
    CHECK(pclose(pipe) == 0);
    CHECK(seen == "<" + path + ">");
  }
  CHECK(shell_word("runs/ce-digits-001") == "runs/ce-digits-001");
}
