// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/named_bytes.hpp"

#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "options/option_list.hpp"

#include <algorithm>
#include <utility>

namespace mixcon_train {
inline namespace data {

void named_bytes::refuse_at(std::uint64_t offset, const std::string& reason) const {
  const char* const end = reason.ends_with('?') ? "" : ".";
  refuse_file(path, ", byte ", offset, ": ", reason, end, advice.empty() ? "" : " ", advice);
}

whole_file::whole_file(std::string path, std::string advice, std::size_t largest)
    : path_(std::move(path)), advice_(std::move(advice)), bytes_(read_whole_file(path_, largest)) {}

named_bytes whole_file::named() const {
  return {{reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size()}, path_, advice_};
}

bool is_plain_text(const std::string& text) {
  const auto is_control = [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return byte < 0x20 || byte == 0x7F;
  };
  return is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

std::string shown(std::string_view text) {
  std::string seen;
  for (const char letter : text.substr(0, 40)) seen += letter >= ' ' && letter <= '~' ? letter : '?';
  return text.size() > 40 ? seen + "..." : seen;
}

}  // namespace data
}  // namespace mixcon_train
