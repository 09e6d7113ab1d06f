// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/negatives/rows_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/negatives/top_k.cuh>

#include <mixcon/engine/serial.hpp>

using namespace mixcon_test;
using namespace mixcon;

namespace {

/// The search on the host by `serial`, and on the device by plain threads and by tiles; what differs, in words.
template <class E = float, class Similarity>
std::string difference(const top_k& choose, const Similarity& similarity, const rows_on_both<E>& z,
                       const rows_on_both<E>& keys) {
  const auto expected = choose(serial{}, similarity, z.host(), keys.host());
  std::string text;
  const auto compare = [&](const char* name, auto on) {
    const gpu::device_memory room(gpu::workspace_bytes(on, choose, similarity, z.device(), keys.device()));
    on.workspace = room.data(), on.workspace_bytes = room.bytes();
    const auto found = choose(on, similarity, z.device(), keys.device());
    if (!(found.list == expected.list)) text += name, text += ": the list; ";
    if (found.score != expected.score) text += name, text += ": the scores; ";
  };
  compare("pairs", gpu::stream{});
  compare("tiles", gpu::tile_stream{});
  return text;
}

}  // namespace

TEST_CASE("top_k on the device equals the host's, ties to the lower position", "[gpu]") {
  struct size {
    index_t anchors, keys, width, k;
  };
  const size sizes[] = {{1, 1, 1, 1},    {3, 2, 5, 2},    {5, 31, 3, 31},   {2, 32, 17, 32},  {7, 33, 4, 33},
                        {64, 64, 64, 5}, {65, 65, 9, 64}, {9, 200, 65, 64}, {17, 130, 130, 3}};
  for (const auto& [anchors, count, width, k] : sizes) {
    INFO(anchors << " x " << count << ", width " << width << ", k " << k);
    const auto z = integer_rows<float>(anchors, width, 1), keys = integer_rows<float>(count, width, 2);
    CHECK(difference(top_k{.k = k}, dot_product{}, z, keys) == "");
  }
}

TEST_CASE("Keys that are not admissible are left out, and anchors with few have empty slots", "[gpu]") {
  const index_t anchors = 37, count = 150;
  const auto z = integer_rows<float>(anchors, 8, 3), keys = integer_rows<float>(count, 8, 4);
  std::vector<int> labels, key_labels, ids, key_ids;
  std::vector<char> valid;
  for (index_t a = 0; a < anchors; ++a) labels.push_back(static_cast<int>(a % 3)), ids.push_back(static_cast<int>(a));
  for (index_t c = 0; c < count; ++c) {
    key_labels.push_back(c < 140 ? static_cast<int>(c % 2) : -100), key_ids.push_back(static_cast<int>(c % 40));
    valid.push_back(c % 5 == 0 ? 0 : 1);
  }
  const admissible_keys all{.anchor_ids = ids,
                            .key_ids = key_ids,
                            .anchor_labels = labels,
                            .key_labels = key_labels,
                            .valid = valid,
                            .ignored = -100};
  CHECK(difference(top_k{.k = 10, .admissible = all}, dot_product{}, z, keys) == "");
  CHECK(difference(top_k{.k = 64, .admissible = all}, dot_product{}, z, keys) == "");
  for (char& one : valid) one = 0;
  valid[149] = 1;
  CHECK(difference(top_k{.k = 2, .admissible = all}, dot_product{}, z, keys) == "");
}

TEST_CASE("Unit rows, distances and rows of two bytes are searched as on the host", "[gpu]") {
  const auto z = integer_rows<float>(20, 6, 5), keys = integer_rows<float>(90, 6, 6);
  CHECK(difference(top_k{.k = 7}, negative_distance{}, z, keys) == "");
  CHECK(difference<bfloat16>(top_k{.k = 7}, dot_product{}, integer_rows<bfloat16>(20, 6, 5),
                             integer_rows<bfloat16>(90, 6, 6)) == "");
  CHECK(difference<half>(top_k{.k = 7}, dot_product{}, integer_rows<half>(20, 6, 5), integer_rows<half>(90, 6, 6)) ==
        "");
  // axes, whose length is exact: unit rows have the same bits by either engine
  CHECK(difference(top_k{.k = 5}, cosine{}, axis_rows<float>(12, 5, 2), axis_rows<float>(70, 5, 3)) == "");
}

TEST_CASE("A search has the same list in every order of threads and blocks, however keys are split", "[gpu]") {
  const auto z = integer_rows<float>(5, 8, 7), keys = integer_rows<float>(1100, 8, 8);  // two splits of tiles and more
  const auto before = gpu::emulated::the_settings();
  for (const auto& how : gpu::emulated::every_order()) {
    gpu::emulated::the_settings() = how;
    CHECK(difference(top_k{.k = 40}, dot_product{}, z, keys) == "");
  }
  gpu::emulated::the_settings() = before;
}

TEST_CASE("A NaN score that is admissible and a list that is not full are refused in the host's words", "[gpu]") {
  auto z = integer_rows<float>(3, 4, 9), keys = integer_rows<float>(40, 4, 10);
  const auto refusal = [&](const top_k& choose, auto on) -> std::string {
    const gpu::device_memory room(gpu::workspace_bytes(on, choose, dot_product{}, z.device(), keys.device()));
    on.workspace = room.data(), on.workspace_bytes = room.bytes();
    try {
      choose(on, dot_product{}, z.device(), keys.device());
    } catch (const std::invalid_argument& refused) {
      return refused.what();
    }
    return "";
  };
  const auto host_refusal = [&](const top_k& choose) -> std::string {
    try {
      choose(serial{}, dot_product{}, z.host(), keys.host());
    } catch (const std::invalid_argument& refused) {
      return refused.what();
    }
    return "";
  };
  std::vector<char> valid(40, 0);
  valid[3] = valid[7] = 1;
  const top_k strict{.k = 3, .admissible = {.valid = valid}, .strict = true};
  const std::string too_few = host_refusal(strict);
  REQUIRE_THAT(too_few, ContainsSubstring("anchor 0 has 2 admissible keys; expected 3"));
  CHECK(refusal(strict, gpu::stream{}) == too_few);
  CHECK(refusal(strict, gpu::tile_stream{}) == too_few);
  keys.set(5, 2, std::nanf(""));
  const top_k hidden{.k = 2, .admissible = {.valid = valid}};
  CHECK(refusal(hidden, gpu::stream{}) == "");
  CHECK(refusal(hidden, gpu::tile_stream{}) == "");
  valid[5] = 1;
  const std::string odd = host_refusal(hidden);
  REQUIRE_THAT(odd, ContainsSubstring("the score of anchor 0 and key 5 is NaN"));
  CHECK(refusal(hidden, gpu::stream{}) == odd);
  CHECK(refusal(hidden, gpu::tile_stream{}) == odd);
}
