// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/xz.hpp"

#include <lzma.h>

#include <algorithm>
#include <string>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr std::uint64_t most_memory = std::uint64_t{128} << 20;

struct stream {
  lzma_stream base = LZMA_STREAM_INIT;
  stream() = default;
  ~stream() { lzma_end(&base); }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
};

const char* meaning_of(lzma_ret code) {
  switch (code) {
    case LZMA_FORMAT_ERROR:
      return "this is no .xz file";
    case LZMA_MEMLIMIT_ERROR:
      return "unpacking it would take more than 128 MiB of memory";
    case LZMA_MEM_ERROR:
      return "there is no memory left to unpack it";
    case LZMA_OPTIONS_ERROR:
      return "the .xz file asks for filters that liblzma does not have";
    case LZMA_BUF_ERROR:
      return "the file ends here, in the middle of its packed data";
    default:
      return "the packed data are damaged";
  }
}

}  // namespace

std::vector<std::uint8_t> unpacked_xz(const named_bytes& file, std::size_t most) {
  stream made;
  lzma_stream& unpacking = made.base;
  const auto require = [&](lzma_ret code) {
    if (code != LZMA_OK && code != LZMA_STREAM_END) file.refuse_at(unpacking.total_in, meaning_of(code));
  };
  require(lzma_stream_decoder(&unpacking, most_memory, 0));
  unpacking.next_in = file.bytes.data();
  unpacking.avail_in = file.size();
  std::vector<std::uint8_t> bytes;
  for (lzma_ret code = LZMA_OK; code != LZMA_STREAM_END;) {
    const std::size_t have = bytes.size(), step = std::clamp<std::size_t>(have, 1 << 12, 1 << 24);
    if (have > most)
      file.refuse_at(unpacking.total_in,
                     "the file unpacks to more than the " + std::to_string(most) + " bytes allowed");
    bytes.resize(have + step);
    unpacking.next_out = bytes.data() + have;
    unpacking.avail_out = step;
    code = lzma_code(&unpacking, LZMA_FINISH);
    bytes.resize(have + step - unpacking.avail_out);
    require(code);
  }
  if (unpacking.avail_in != 0) file.refuse_at(unpacking.total_in, "the file goes on after the end of its packed data");
  if (bytes.size() > most)
    file.refuse_at(0, "the file unpacks to more than the " + std::to_string(most) + " bytes allowed");
  return bytes;
}

}  // namespace data
}  // namespace mixcon_train
