// SPDX-License-Identifier: BSD-3-Clause
// Files for decoders, whole and damaged.
#pragma once

#include "data/formats/named_bytes.hpp"
#include "files/file_error.hpp"
#include "support/catch.hpp"
#include "trainer/data/files.hpp"

#include <functional>
#include <string>
#include <utility>

namespace mixcon_test {

using decoder = std::function<void(const mixcon_train::named_bytes&)>;

/// A file of tests/fuzz/seeds, which make_seeds.py has written.
inline bytes seed(const std::string& name) {
  bytes content = read_bytes("tests/fuzz/seeds/" + name);
  REQUIRE_FALSE(content.empty());
  return content;
}

inline mixcon_train::named_bytes named(const bytes& content) { return {content, "the file", "Make it again."}; }

/// What decoding says; nothing when it went well.
inline std::string refusal(const bytes& content, const decoder& decode) {
  try {
    decode(named(content));
    return "";
  } catch (const mixcon_train::file_error& error) {
    return error.what();
  }
}

/// How many of the damaged files were refused, each by a sentence with file, offset and advice.
struct damage_report {
  int cut = 0, cut_refused = 0, flipped = 0, flipped_refused = 0;
};

/// Decodes the file cut at every byte, and with every bit flipped, or one of each byte of files above 300 bytes.
/// Whatever else than a refusal or a result comes (a crash, a foreign exception, a sanitizer's report) fails the test.
inline damage_report damaged(const bytes& content, const decoder& decode) {
  damage_report report;
  const auto is_refused = [&](const bytes& file) {
    const std::string text = refusal(file, decode);
    if (!text.empty() && (!text.starts_with("the file") || text.find(", byte ") == std::string::npos ||
                          !text.ends_with("Make it again.")))
      FAIL("a refusal without file, offset or advice: " << text);
    return text.empty() ? 0 : 1;
  };
  for (std::size_t length = 0; length < content.size(); ++length, ++report.cut)
    report.cut_refused += is_refused(bytes(content.begin(), content.begin() + static_cast<long>(length)));
  const std::size_t step = content.size() > 300 ? 9 : 1;
  for (std::size_t bit = 0; bit < 8 * content.size(); bit += step, ++report.flipped) {
    bytes file = content;
    file[bit / 8] = static_cast<std::uint8_t>(file[bit / 8] ^ 1U << bit % 8);
    report.flipped_refused += is_refused(file);
  }
  return report;
}

}  // namespace mixcon_test
