// SPDX-License-Identifier: BSD-3-Clause
// Checkpoint files: what is written is read again, damage is refused, and a full disk leaves the old one.
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "run/checkpoint.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>

using namespace mixcon_train;
using mixcon_test::scratch_folder;

namespace {

checkpoint example(index_t step) {
  checkpoint state{.data_hash = 0xFEDCBA9876543210, .step = step, .position = {.epoch = 3, .batch = 17}};
  state.chosen = settings_with({{"recipe", "supcon"}});
  state.chosen.training.schedule.learning_rate = 0.1 + 1e-17 * static_cast<double>(step) + 1.0 / 3;
  state.chosen.run.out = "a \"quoted\" folder\n";
  state.tensors.push_back({"weights/first", element_kind::f32, {2, 3}, std::string(24, static_cast<char>(step))});
  state.tensors.push_back({"weights/none", element_kind::f64, {0, 4}, ""});
  state.tensors.push_back({"number", element_kind::i64, {}, std::string(8, '\xFF')});
  state.tensors.push_back({"half", element_kind::bf16, {5}, "0123456789"});
  return state;
}

std::string refusal(const std::string& path) {
  try {
    load_checkpoint(path);
  } catch (const file_error& why) {
    return why.what();
  }
  return "";
}

/// A safetensors file with this header and so many bytes of data.
std::string file_with(const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  for (std::size_t k = 0; k < 8; ++k) bytes[k] = static_cast<char>(header.size() >> (8 * k) & 255);
  return bytes + header + std::string(data, 'x');
}

std::string unpacking_says(const std::string& bytes) {
  try {
    unpacked(bytes, "f");
  } catch (const file_error& why) {
    return why.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a checkpoint is read as it was written, and the one before it is kept", "[examples]") {
  const scratch_folder folder;
  save_checkpoint(folder / "run", example(1));
  CHECK(load_checkpoint(folder / "run") == example(1));
  save_checkpoint(folder / "run", example(2));
  CHECK(load_checkpoint(folder / "run") == example(2));
  CHECK(load_checkpoint(folder / "run/checkpoint.previous.safetensors") == example(1));
  CHECK(hash_of(example(1).tensors) != hash_of(example(2).tensors));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "run"))
    CHECK(entry.path().extension() == ".safetensors");  // nothing temporary is left
}

TEST_CASE("a damaged checkpoint is passed over for the one before it, or refused", "[examples]") {
  const scratch_folder folder;
  save_checkpoint(folder.path(), example(1));
  save_checkpoint(folder.path(), example(2));
  const std::string newest = folder / checkpoint_name, whole = read_whole_file(newest);
  std::mt19937 random(1);
  for (int trial = 0; trial < 400; ++trial) {
    std::string damaged = whole;
    const std::size_t at = random() % whole.size();
    if (trial % 2 == 0)
      damaged.resize(at);
    else
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << random() % 8));
    std::ofstream(newest, std::ios::binary) << damaged;
    INFO("trial " << trial << ", byte " << at);
    const std::string why = refusal(newest);
    CHECK(why.find(newest) == 0);
    CHECK(why.find('\n') == std::string::npos);
    std::string passed_over;
    CHECK(load_checkpoint(folder.path(), &passed_over) == example(1));
    CHECK(passed_over == why);
  }
  CHECK(refusal(folder / "nowhere").find("there is no such file") != std::string::npos);
}

TEST_CASE("a safetensors header from a stranger is refused unless it fits the data exactly", "[examples]") {
  const std::string one = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  CHECK(unpacking_says(file_with("{" + one + "}", 8)).empty());
  CHECK(unpacking_says(file_with("{" + one + "}", 9)).find("belong to no tensor") != std::string::npos);
  CHECK(unpacking_says(file_with("{" + one + "}", 7)).find("lies at bytes") != std::string::npos);
  CHECK(unpacking_says(file_with("{" + one + "} " + std::string(1, '\0'), 8)).find("a byte 0") != std::string::npos);
  const std::string overlapping = R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]})";
  CHECK(unpacking_says(file_with("{" + one + overlapping + "}", 8)).find("expected 8") != std::string::npos);
  CHECK(unpacking_says(file_with("{" + one + "," + one + "}", 8)).find("twice") != std::string::npos);
  for (const char* header : {"", "[]", "{", R"({"a":1})", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
                             R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
                             R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})",
                             R"({"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})", R"({"__metadata__":{"a":1}})",
                             R"({"a":{"dtype":"F32","shape":[[[[[2]]]]],"data_offsets":[0,8]}})",
                             R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})"}) {
    INFO(header);
    CHECK_FALSE(unpacking_says(file_with(header, 8)).empty());
  }
  CHECK(unpacking_says(std::string("\0\0\0\2\0\0\0\0", 8) + "{}").find("16 MiB") != std::string::npos);
  CHECK_FALSE(unpacking_says(file_with(std::string(1 << 20, '['), 0)).empty());
}

TEST_CASE("a full disk or a folder that is none is one sentence, and the old file stays", "[examples]") {
  const scratch_folder folder;
  save_checkpoint(folder.path(), example(1));
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  for (const rlim_t room :
       {0U, 1U, 100U, 600U, 1000U}) {  // bytes that a file may have: each write that could fail does
    rlimit limit = before;
    limit.rlim_cur = room;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    std::string why;
    try {
      save_checkpoint(folder.path(), example(2));
    } catch (const file_error& error) {
      why = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    INFO(why);
    CHECK(why.find("cannot be written (File too large)") != std::string::npos);
    CHECK(load_checkpoint(folder.path()) == example(1));
    CHECK_FALSE(std::filesystem::exists(folder / "checkpoint.safetensors.part"));
  }
  CHECK_THROWS_AS(make_folder(folder / "checkpoint.safetensors/below"), file_error);
  CHECK_THROWS_AS(write_atomically(folder / "not/there", "x"), file_error);
}
