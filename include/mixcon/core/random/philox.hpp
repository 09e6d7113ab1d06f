// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Philox, the counter-based source of all random bits: a stream is a function of (seed, step, stream, sample).

#include <mixcon/core/config.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Four 32-bit words: a counter, or the block of random bits made of it.
struct philox_block {
  std::uint32_t word[4];
  friend bool operator==(const philox_block&, const philox_block&) = default;
};

struct philox_key {
  std::uint32_t word[2];
  friend bool operator==(const philox_key&, const philox_key&) = default;
};

/// Philox-4x32 with ten rounds: a bijection of 128-bit counters, another one for each key, whose images of 0, 1, 2, ...
/// pass every known test of randomness. No state: any block can be made first, by any thread.
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405.
MIXCON_HD constexpr philox_block philox_4x32(philox_block counter, philox_key key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53} * counter.word[0];
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57} * counter.word[2];
    counter = {{static_cast<std::uint32_t>(odd >> 32) ^ counter.word[1] ^ key.word[0], static_cast<std::uint32_t>(odd),
                static_cast<std::uint32_t>(even >> 32) ^ counter.word[3] ^ key.word[1],
                static_cast<std::uint32_t>(even)}};
    key.word[0] += 0x9E3779B9;  // the golden ratio
    key.word[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

/// The number of a stream: which field (lambda, partners, box, ...) of which policy it feeds.
MIXCON_HD constexpr std::uint64_t stream_id(std::uint32_t policy, std::uint32_t field) {
  return std::uint64_t{policy} << 32 | field;
}

namespace detail {
/// Two numbers of 64 bits as four words, the low half first.
MIXCON_HD constexpr philox_block words(std::uint64_t first, std::uint64_t second) {
  return {{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first >> 32),
           static_cast<std::uint32_t>(second), static_cast<std::uint32_t>(second >> 32)}};
}
}  // namespace detail

class philox_stream;

/// The streams of all samples that share (seed, step, stream).
///
/// Of the 256 bits of a stream's name, Philox has room for 64 in the key and 64 beside the running block number. So the
/// key is itself drawn: one block, keyed with the seed, of the counter (step, stream). Its first half is the key, its
/// second half is where the block numbers start; as Philox is a bijection, two streams of a seed never share both.
class philox_streams {
 public:
  MIXCON_HD constexpr philox_streams(std::uint64_t seed, std::uint64_t step, std::uint64_t stream) {
    const philox_block of_seed = detail::words(seed, 0);
    const philox_block derived = philox_4x32(detail::words(step, stream), {{of_seed.word[0], of_seed.word[1]}});
    key_ = {{derived.word[0], derived.word[1]}};
    first_ = std::uint64_t{derived.word[3]} << 32 | derived.word[2];
  }
  /// The sample may be any number: what is drawn once for the whole batch can be sample -1.
  MIXCON_HD constexpr philox_stream operator[](index_t sample) const;

 private:
  philox_key key_{};
  std::uint64_t first_ = 0;  // number of a stream's first block
};

/// A stream of random bits that is a function of (seed, step, stream, sample) alone: what it gives depends neither on
/// other streams, nor on the size of the batch, nor on who drew before. Small, copyable; a copy gives the same bits
/// again.
class philox_stream {
 public:
  MIXCON_HD constexpr philox_stream(std::uint64_t seed, std::uint64_t step, std::uint64_t stream, index_t sample)
      : philox_stream(philox_streams(seed, step, stream)[sample]) {}

  /// The next 32 bits.
  MIXCON_HD constexpr std::uint32_t next_u32() {
    if (used_ == 4) {
      block_ = philox_4x32(detail::words(sample_, number_++), key_);
      used_ = 0;
    }
    return block_.word[used_++];
  }

  /// The next four draws of 32 bits of which none was asked for alone: what is left of a block begun is passed over.
  MIXCON_HD constexpr philox_block next_block() {
    used_ = 4;
    return philox_4x32(detail::words(sample_, number_++), key_);
  }

  /// The next 64 bits: two draws of 32, the low half first.
  MIXCON_HD constexpr std::uint64_t next_u64() {
    const std::uint64_t low_half = next_u32();
    return std::uint64_t{next_u32()} << 32 | low_half;
  }

 private:
  friend class philox_streams;
  MIXCON_HD constexpr philox_stream(philox_key key, std::uint64_t first, index_t sample)
      : sample_(static_cast<std::uint64_t>(sample)), number_(first), key_(key) {}

  std::uint64_t sample_;
  std::uint64_t number_ = 0;  // of the next block
  philox_key key_{};
  philox_block block_{};
  int used_ = 4;  // words of block_ already given
};

MIXCON_HD constexpr philox_stream philox_streams::operator[](index_t sample) const { return {key_, first_, sample}; }

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
