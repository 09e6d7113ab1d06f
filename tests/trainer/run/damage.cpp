// SPDX-License-Identifier: BSD-3-Clause
// Target R14: files cut off at every byte of their headers and anywhere else, and files with one bit turned. No changed
// checkpoint and no changed data are taken for whole ones; the checkpoint before is found. The case [.faults] does
// more of the same.
#include "data/data_set.hpp"
#include "data/sets/readers.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "recipes/all_recipes.hpp"
#include "run/checkpoint.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace mixcon_train;
using mixcon_test::scratch_folder;

namespace {

checkpoint example(index_t step) {
  checkpoint state{.data_hash = 0xFEDCBA9876543210, .step = step, .position = {.epoch = 3, .batch = 17}};
  state.run = "0123456789abcdef-01234567", state.parent = "fedcba9876543210-01234567";
  state.loss.add(0.25 * static_cast<double>(step));
  std::mt19937 random(static_cast<unsigned>(step));
  const auto noise = [&](std::size_t bytes) {
    std::string text(bytes, '\0');
    for (char& c : text) c = static_cast<char>(random() & 255U);
    return text;
  };
  state.tensors.push_back({"stage1.block0.weight", element_kind::f32, {16, 3, 3}, noise(576)});
  state.tensors.push_back({"momentum.stage1.block0.weight", element_kind::f32, {16, 3, 3}, noise(576)});
  state.tensors.push_back({"queue.rows", element_kind::bf16, {8, 4}, noise(64)});
  state.tensors.push_back({"queue.next", element_kind::i64, {}, noise(8)});
  state.tensors.push_back({"mean", element_kind::f64, {5}, noise(40)});
  return state;
}

/// Writes every damaged form of a file, and calls f with what was done to it.
void for_each_damage(const std::string& path, std::size_t header, int random_ones,
                     const std::function<void(const std::string& what)>& f) {
  const std::string whole = read_whole_file(path);
  const auto put = [&](const std::string& bytes, const std::string& what) {
    std::filesystem::remove(path);  // a file that is overwritten may be synced to the disk, which takes its time
    std::ofstream(path, std::ios::binary) << bytes;
    f(what);
  };
  std::mt19937 random(7);
  for (std::size_t at = 0; at < header; ++at) put(whole.substr(0, at), "cut at byte " + std::to_string(at));
  for (int k = 0; k < random_ones; ++k) {
    const std::size_t at = random() % whole.size();
    put(whole.substr(0, at), "cut at byte " + std::to_string(at));
  }
  for (int k = 0; k < random_ones; ++k) {
    const std::size_t at = random() % whole.size(), bit = random() % 8;
    std::string damaged = whole;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
    put(damaged, "bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " turned");
  }
  put(whole, "");
}

/// Checkpoints as a run of that recipe leaves them, after two steps and after three.
std::pair<checkpoint, checkpoint> of_run(const std::string& recipe) {
  const data_set digits = part_of(read_digits().train, 0, 160);
  std::vector<std::pair<std::string, std::string>> chosen{{"recipe", recipe},    {"data", "digits"},   {"width", "4"},
                                                          {"batch", "16"},       {"steps", "9"},       {"threads", "1"},
                                                          {"precision", "fp32"}, {"first-stride", "2"}};
  if (recipe_called(recipe).new_options().declares("queue")) chosen.push_back({"queue", "32"});
  training_run run(settings_with(chosen), digits);
  run.name(example(1).run, "runs/" + recipe);
  for (int k = 0; k < 2; ++k) run.step();
  checkpoint before = run.state();
  run.step();
  return {std::move(before), run.state()};
}

/// The first eight bytes of a checkpoint say how long its header is.
std::size_t header_of(const std::string& file) {
  std::size_t size = 0;
  for (std::size_t k = 8; k-- > 0;) size = size << 8 | static_cast<unsigned char>(file.at(k));
  return 8 + size;
}

void damage_checkpoints(const std::pair<checkpoint, checkpoint>& saved, int random_ones) {
  const checkpoint &before = saved.first, &last = saved.second;
  const scratch_folder folder;
  save_checkpoint(folder.path(), before);
  save_checkpoint(folder.path(), last);
  std::ofstream(folder / metrics_name) << "{\"mixcon\":\"0\",\"run\":\"" << last.run << "\"}\n";
  int other_run = 0;  // a bit of the identity itself was turned: falling back could cross runs, and is refused
  const std::string newest = folder / checkpoint_name, whole = read_whole_file(newest);
  const std::size_t header = header_of(whole);
  REQUIRE(header > 600);
  REQUIRE(header < whole.size() - 1000);
  for_each_damage(newest, header, random_ones, [&](const std::string& what) {
    INFO(what);
    if (what.empty()) {
      const bool is_last = load_checkpoint(folder.path()) == last;
      CHECK(is_last);
      return;
    }
    CHECK_THROWS_AS(load_checkpoint(newest), file_error);
    try {
      std::string passed_over;
      const bool is_before = load_checkpoint(folder.path(), &passed_over) == before;
      CHECK(is_before);
      CHECK_FALSE(passed_over.empty());
    } catch (const file_error& why) {
      CHECK(std::string(why.what()).find("is of another run, " + last.run) != std::string::npos);
      ++other_run;
    }
  });
  CHECK(other_run < random_ones / 20);
}

/// Packed files have a checksum of their content: the data are the same, or refused. Plain ones show a cut only.
void damage_data(int random_ones) {
  const scratch_folder folder;
  const std::string images = folder / "digits-images-idx3-ubyte.gz", labels = folder / "digits-labels-idx1-ubyte.gz";
  for (const auto& entry : std::filesystem::directory_iterator(shipped_digits()))
    std::filesystem::copy(entry.path(), folder / entry.path().filename().string());
  const train_and_test expected = read_digits(folder.path());
  const auto same = [&](const train_and_test& found) {
    return content_hash(found.train) == content_hash(expected.train) &&
           content_hash(found.test) == content_hash(expected.test);
  };
  for (const std::string& path : {images, labels}) {
    int refused = 0;
    for_each_damage(path, 18, random_ones, [&](const std::string& what) {
      INFO(path << ": " << what);
      try {
        const bool is_same = same(read_digits(folder.path()));
        CHECK(is_same);
        CHECK_FALSE(what.starts_with("cut"));  // a bit that says when the file was packed
      } catch (const file_error& why) {
        CHECK_FALSE(what.empty());
        CHECK(std::string(why.what()).find(path) == 0);
        ++refused;
      }
    });
    CHECK(refused > random_ones);
  }
}

}  // namespace

TEST_CASE("no damaged checkpoint is taken for a whole one, and the one before it is found", "[examples]") {
  damage_checkpoints({example(1), example(2)}, 300);
}

TEST_CASE("damaged data are refused with the name of their file, or unchanged", "[examples]") { damage_data(60); }

TEST_CASE("a thousand cuts and a thousand turned bits of each file", "[.faults]") {
  damage_checkpoints({example(1), example(2)}, 1000);
  damage_data(1000);
}

TEST_CASE("checkpoints with a queue, momentum copies and a mixer, cut and changed", "[.faults]") {
  for (const std::string recipe : {"ce", "imix-moco", "samix"}) {
    INFO(recipe);
    const auto saved = of_run(recipe);
    CHECK(saved.second.tensors.size() > (recipe == "ce" ? 20U : 60U));
    damage_checkpoints(saved, 1000);
  }
}
