// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mixcon_train {
inline namespace data {

/// The bytes of a file, and what a refusal says of it: decoders are functions of these, and read no file.
struct named_bytes {
  std::span<const std::uint8_t> bytes{};
  std::string path{};    ///< begins every sentence of refusal
  std::string advice{};  ///< ends it: what the user can do

  std::size_t size() const { return bytes.size(); }
  /// Throws a file_error: "PATH, byte 16: REASON. ADVICE"
  [[noreturn]] void refuse_at(std::uint64_t offset, const std::string& reason) const;
};

/// A file that was read whole.
class whole_file {
 public:
  /// Refuses (file_error) what is not there, or larger than `largest` bytes.
  explicit whole_file(std::string path, std::string advice = {}, std::size_t largest = std::size_t{1} << 30);
  /// Valid as long as this object.
  named_bytes named() const;

 private:
  std::string path_, advice_, bytes_;
};

/// Whether a text is UTF-8 without control characters: what a name must be to be shown.
bool is_plain_text(const std::string& text);

/// The beginning of a text that came from a file, fit for a sentence: at most 40 bytes, others than printable ASCII as
/// '?'.
std::string shown(std::string_view text);

}  // namespace data
}  // namespace mixcon_train
