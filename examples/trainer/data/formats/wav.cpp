// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/wav.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mixcon_train {
inline namespace data {

namespace {

class reader {
 public:
  explicit reader(const named_bytes& file) : file_(file) {}

  sound read() {
    require_name(0, "RIFF");
    require_name(8, "WAVE");
    std::size_t at = 12;
    for (;;) {
      require(at + 8 <= file_.size(), at, "the file ends here, before its chunk \"data\"");
      const std::uint64_t length = number(at + 4, 4);
      const std::string_view name = name_at(at);
      require(length <= file_.size() - at - 8, at + 4,
              "the chunk \"" + shown(name) + "\" has " + std::to_string(length) + " bytes, and the file holds only " +
                  std::to_string(file_.size() - at - 8) + " bytes more");
      if (name == "fmt ") read_format(at + 8, length);
      if (name == "data") return read_samples(at + 8, length);
      at += 8 + static_cast<std::size_t>(length + length % 2);  // chunks begin at even places
    }
  }

 private:
  void require(bool holds, std::size_t at, const std::string& reason) const {
    if (!holds) file_.refuse_at(at, reason);
  }
  std::uint64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t read = 0;
    for (std::size_t k = 0; k < bytes; ++k) read |= std::uint64_t{file_.bytes[at + k]} << (8 * k);
    return read;
  }
  std::string_view name_at(std::size_t at) const { return {reinterpret_cast<const char*>(file_.bytes.data()) + at, 4}; }
  void require_name(std::size_t at, const char* name) const {
    require(at + 4 <= file_.size() && name_at(at) == name, at, std::string("this is no WAV file; expected ") + name);
  }

  void read_format(std::size_t at, std::uint64_t length) {
    require(length >= 16, at - 4, "the format has " + std::to_string(length) + " bytes; expected at least 16");
    const bool is_extended = number(at, 2) == 0xFFFE && length >= 40;
    const std::uint64_t code = is_extended ? number(at + 24, 2) : number(at, 2);
    channels_ = static_cast<std::size_t>(number(at + 2, 2));
    const std::uint64_t rate = number(at + 4, 4), bits = number(at + 14, 2);
    require(code == 1 && bits == 16, at,
            "the format is " + std::to_string(code) + " of " + std::to_string(bits) +
                " bits; expected 1 (PCM) of 16. Convert the file");
    require(channels_ == 1 || channels_ == 2, at + 2,
            "the file has " + std::to_string(channels_) + " channels; expected 1 or 2");
    require(rate >= 1000 && rate <= 192000, at + 4,
            "the rate is " + std::to_string(rate) + " samples a second; expected 1000 to 192000");
    require(number(at + 12, 2) == 2 * channels_, at + 12,
            "a sample of all channels takes " + std::to_string(number(at + 12, 2)) + " bytes; expected " +
                std::to_string(2 * channels_));
    rate_ = static_cast<int>(rate);
  }
  sound read_samples(std::size_t at, std::uint64_t length) const {
    require(channels_ != 0, at - 8, "the chunk \"data\" comes before the format");
    const std::size_t frame = 2 * channels_, frames = static_cast<std::size_t>(length) / frame;
    require(length % frame == 0, at - 4,
            "the samples take " + std::to_string(length) + " bytes; expected a multiple of " + std::to_string(frame));
    require(frames >= 1, at - 4, "the file has no samples");
    require(frames <= 600 * static_cast<std::size_t>(rate_), at - 4, "the file lasts longer than ten minutes; cut it");
    sound heard{.rate = rate_};
    heard.samples.reserve(frames);
    const auto value = [&](std::size_t place) {
      return static_cast<float>(std::bit_cast<std::int16_t>(static_cast<std::uint16_t>(number(place, 2)))) / 32768.0F;
    };
    for (std::size_t k = 0; k < frames; ++k, at += frame)
      heard.samples.push_back(channels_ == 1 ? value(at) : (value(at) + value(at + 2)) / 2);
    return heard;
  }

  const named_bytes& file_;
  int rate_ = 0;
  std::size_t channels_ = 0;
};

}  // namespace

sound decode_wav(const named_bytes& file) { return reader(file).read(); }

}  // namespace data
}  // namespace mixcon_train
