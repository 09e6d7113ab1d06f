// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/r_value.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr int deepest = 16;  // the table, its columns, their attributes, and those of these
constexpr std::size_t most_values = 100000;
constexpr unsigned reference = 255;
constexpr unsigned has_attributes = 0x200, has_name = 0x400;

class reader {
 public:
  explicit reader(const named_bytes& file) : file_(file) {}

  r_value read_file() {
    const std::string_view magic = text(7);
    if (magic != "RDX2\nX\n" && magic != "RDX3\nX\n")
      refuse(0, "the file begins with \"" + shown(magic) + "\"; expected RDX2 or RDX3 in R's binary format X");
    const std::uint64_t at = offset_;
    const std::uint32_t version = number();
    if (version != (magic[3] == '2' ? 2U : 3U))
      refuse(at, "the version is " + std::to_string(version) + "; expected " + magic[3]);
    number(), number();  // R's own version, and the oldest that reads this
    if (version == 3) text(length("name of the encoding", 1));
    r_value value = read_value(0);
    if (offset_ != file_.size()) refuse(offset_, "the file goes on after its value");
    return value;
  }

 private:
  [[noreturn]] void refuse(std::uint64_t at, const std::string& reason) const { file_.refuse_at(at, reason); }

  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (count > file_.size() - offset_)
      refuse(offset_, "the file ends here, in the middle of a value of " + std::to_string(count) + " bytes");
    const auto bytes = file_.bytes.subspan(offset_, static_cast<std::size_t>(count));
    offset_ += static_cast<std::size_t>(count);
    return bytes;
  }
  std::string_view text(std::uint64_t count) {
    const auto bytes = take(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::uint32_t number() {
    const auto b = take(4);
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  }
  /// A length of elements that take `bytes` each, which the file can hold.
  std::uint64_t length(const char* what, std::uint64_t bytes) {
    const std::uint64_t at = offset_, count = number();
    if (count > (file_.size() - offset_) / bytes)
      refuse(at, std::string("the ") + what + " would have " + std::to_string(count) +
                     " elements, and the file holds only " + std::to_string(file_.size() - offset_) + " bytes more");
    return count;
  }

  std::string read_text() {
    const std::uint64_t at = offset_;
    const std::uint32_t flags = number();
    if ((flags & 255) != static_cast<unsigned>(r_type::text)) refuse(at, "expected a text");
    const std::uint32_t count = number();
    if (count == 0xFFFFFFFF) refuse(at, "a text is missing (NA)");
    std::string read(text(count));
    if (!is_plain_text(read)) refuse(at, "the text \"" + shown(read) + "\" is not UTF-8 or has control characters");
    return read;
  }
  /// A symbol, or the number of one that came before.
  std::string read_symbol() {
    const std::uint64_t at = offset_;
    const std::uint32_t flags = number();
    if ((flags & 255) == reference) {
      const std::uint64_t which = flags >> 8 != 0 ? flags >> 8 : number();
      if (which == 0 || which > symbols_.size())
        refuse(at, "the reference " + std::to_string(which) + " points to no symbol");
      return symbols_[static_cast<std::size_t>(which - 1)];
    }
    if ((flags & 255) != static_cast<unsigned>(r_type::symbol)) refuse(at, "expected a name");
    symbols_.push_back(read_text());
    return symbols_.back();
  }

  r_value read_value(int depth) {
    r_value value{.begin = offset_};
    if (depth > deepest) refuse(offset_, "values lie in values more than " + std::to_string(deepest) + " deep");
    if (++values_ > most_values) refuse(offset_, "the file has more than " + std::to_string(most_values) + " values");
    std::uint32_t flags = number();
    value.type = static_cast<r_type>(flags & 255);
    switch (value.type) {
      case r_type::nil:
        return value;
      case r_type::pairs:
        read_pairs(value, flags, depth);
        return value;
      case r_type::logicals:
      case r_type::integers: {
        const std::uint64_t count = length("vector", 4);
        value.integers.reserve(count);
        for (std::uint64_t k = 0; k < count; ++k) value.integers.push_back(std::bit_cast<std::int32_t>(number()));
        break;
      }
      case r_type::reals: {
        const std::uint64_t count = length("vector", 8);
        value.reals.reserve(count);
        for (std::uint64_t k = 0; k < count; ++k) {
          const std::uint64_t high = number(), bits = high << 32 | number();
          value.reals.push_back(std::bit_cast<double>(bits));
        }
        break;
      }
      case r_type::texts: {
        const std::uint64_t count = length("vector of texts", 8);
        value.texts.reserve(count);
        for (std::uint64_t k = 0; k < count; ++k) value.texts.push_back(read_text());
        break;
      }
      case r_type::list: {
        const std::uint64_t count = length("list", 4);
        for (std::uint64_t k = 0; k < count; ++k) value.items.push_back(read_value(depth + 1));
        break;
      }
      default:
        refuse(value.begin, "a value of type " + std::to_string(flags & 255) +
                                "; expected numbers, a factor, texts or a list. Save plain tables with version = 2");
    }
    if ((flags & has_attributes) != 0) value.attributes.push_back(read_value(depth + 1));
    return value;
  }
  /// Pairs are a chain: each has a value, mostly a name, and the rest behind it.
  void read_pairs(r_value& value, std::uint32_t flags, int depth) {
    for (;;) {
      if ((flags & has_attributes) != 0) read_value(depth + 1);
      value.texts.push_back((flags & has_name) != 0 ? read_symbol() : std::string());
      value.items.push_back(read_value(depth + 1));
      const std::uint64_t at = offset_;
      flags = number();
      if ((flags & 255) == static_cast<unsigned>(r_type::nil)) return;
      if ((flags & 255) != static_cast<unsigned>(r_type::pairs))
        refuse(at, "expected the next pair of a chain, or its end");
    }
  }

  const named_bytes& file_;
  std::size_t offset_ = 0, values_ = 0;
  std::vector<std::string> symbols_{};
};

}  // namespace

const r_value* r_value::attribute(const std::string& name) const {
  if (attributes.empty()) return nullptr;
  const auto& names = attributes[0].texts;
  for (std::size_t k = 0; k < names.size() && k < attributes[0].items.size(); ++k)
    if (names[k] == name) return &attributes[0].items[k];
  return nullptr;
}

bool r_value::is_a(const std::string& name) const {
  const r_value* classes = attribute("class");
  return classes != nullptr && std::find(classes->texts.begin(), classes->texts.end(), name) != classes->texts.end();
}

r_value read_r_value(const named_bytes& file) { return reader(file).read_file(); }

}  // namespace data
}  // namespace mixcon_train
