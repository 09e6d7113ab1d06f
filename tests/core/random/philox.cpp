// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/random/philox.hpp>

#include "support/catch.hpp"
#include "support/distributions.hpp"

#include <bit>
#include <cstdint>
#include <set>
#include <vector>

using namespace mixcon;

TEST_CASE("philox_4x32 gives the known answers of Random123", "[random]") {
  // Random123, tests/kat_vectors, the lines "philox4x32 10"
  CHECK(philox_4x32({{0, 0, 0, 0}}, {{0, 0}}) == philox_block{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox_4x32({{ones, ones, ones, ones}}, {{ones, ones}}) ==
        philox_block{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
  CHECK(philox_4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}}) ==
        philox_block{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST_CASE("philox_4x32 is known at compile time", "[random]") {
  STATIC_REQUIRE(philox_4x32({{0, 0, 0, 0}}, {{0, 0}}).word[3] == 0x9b00dbd8);
}

TEST_CASE("a stream is Philox with a key drawn from the seed, the step and the stream", "[random]") {
  const philox_block derived = philox_4x32({{0x33333333, 0x22222222, 0x55555555, 0x44444444}}, {{0x11111111, 0x0}});
  const philox_key key{{derived.word[0], derived.word[1]}};
  philox_stream stream(0x11111111, 0x2222222233333333, 0x4444444455555555, 0x6666666677777777);
  std::uint64_t number = std::uint64_t{derived.word[3]} << 32 | derived.word[2];
  for (int block = 0; block < 3; ++block, ++number) {
    const philox_block expected = philox_4x32(
        {{0x77777777, 0x66666666, static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32)}}, key);
    for (int word = 0; word < 4; ++word) CHECK(stream.next_u32() == expected.word[word]);
  }
}

TEST_CASE("64 bits are two draws of 32, the low half first, also across blocks", "[random]") {
  philox_stream words(1, 2, 3, 4), pairs(1, 2, 3, 4);
  CHECK(words.next_u32() == pairs.next_u32());
  for (int draw = 0; draw < 9; ++draw) {
    const std::uint64_t low = words.next_u32(), high = words.next_u32();
    CHECK(pairs.next_u64() == (high << 32 | low));
  }
}

TEST_CASE("a copy of a stream gives the same bits again", "[random]") {
  philox_stream stream(9, 8, 7, 6);
  stream.next_u32();
  philox_stream copy = stream;
  for (int draw = 0; draw < 10; ++draw) CHECK(stream.next_u32() == copy.next_u32());
}

TEST_CASE("every bit of seed, step, stream and sample makes another stream", "[random]") {
  std::set<std::uint64_t> first;
  const std::uint64_t base = philox_stream(42, 7, stream_id(3, 1), 5).next_u64();
  first.insert(base);
  double changed = 0;
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t flip = std::uint64_t{1} << bit;
    for (philox_stream stream :
         {philox_stream(42 ^ flip, 7, stream_id(3, 1), 5), philox_stream(42, 7 ^ flip, stream_id(3, 1), 5),
          philox_stream(42, 7, stream_id(3, 1) ^ flip, 5),
          philox_stream(42, 7, stream_id(3, 1), static_cast<index_t>(5 ^ flip))}) {
      const std::uint64_t draw = stream.next_u64();
      first.insert(draw);
      changed += std::popcount(draw ^ base);
    }
  }
  CHECK(first.size() == 257);
  CHECK(changed / 256 == Approx(32).margin(5 * 4 / 16.0));  // a change of one bit changes half of them: sigma is 4
}

TEST_CASE("policies and fields have streams of their own", "[random]") {
  CHECK(stream_id(1, 2) != stream_id(2, 1));
  CHECK(stream_id(0xffffffff, 0) == 0xffffffff00000000);
  CHECK(stream_id(0, 0xffffffff) == 0xffffffff);
}

TEST_CASE("the bits of a stream are fair coins", "[random]") {
  philox_stream stream(1, 0, 0, 0);
  const int draws = 100000;
  std::vector<int> ones(64, 0);
  for (int draw = 0; draw < draws; ++draw) {
    const std::uint64_t bits = stream.next_u64();
    for (unsigned bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(bits >> bit & 1);
  }
  for (const int count : ones) CHECK(count == Approx(draws / 2).margin(5 * std::sqrt(draws / 4.0)));
}

TEST_CASE("first draws of neighbouring samples, steps and streams are even, alone and in pairs", "[random]") {
  std::vector<int> sample(16, 0), step(16, 0), stream(16, 0), pair(256, 0);
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const std::uint64_t bits = philox_stream(1, 2, 3, static_cast<index_t>(i)).next_u64() >> 60;
    ++sample[bits];
    ++pair[last << 4 | bits];
    ++step[philox_stream(1, i, 3, 4).next_u64() >> 60];
    ++stream[philox_stream(1, 2, i, 4).next_u64() >> 60];
    last = bits;
  }
  CHECK(mixcon_test::chi_square(sample) > 1e-3);
  CHECK(mixcon_test::chi_square(step) > 1e-3);
  CHECK(mixcon_test::chi_square(stream) > 1e-3);
  CHECK(mixcon_test::chi_square(pair) > 1e-3);
}
