// SPDX-License-Identifier: BSD-3-Clause
#include "files/safetensors.hpp"

#include "files/file_error.hpp"

#include <mixcon/core/require.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace mixcon_train {
inline namespace files {

namespace {

using json = nlohmann::json;

constexpr std::uint64_t largest_header = std::uint64_t{16} << 20;
constexpr int deepest = 4;  // { "name": { "shape": [ ... ] } }
constexpr std::array kinds{element_kind::f32, element_kind::f64, element_kind::i64, element_kind::u8,
                           element_kind::bf16};

struct place {
  std::uint64_t begin = 0, end = 0;
};

/// One file while it is read; every trouble is a sentence about its path.
class reader {
 public:
  reader(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  tensor_file read() {
    const json header = read_header();
    tensor_file file;
    std::vector<std::pair<place, stored_tensor>> found;
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__")
        file.metadata = read_metadata(entry);
      else
        found.push_back(read_entry(name, entry));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return std::pair{a.first.begin, a.first.end} < std::pair{b.first.begin, b.first.end};
    });
    std::uint64_t covered = 0;
    for (auto& [where, tensor] : found) {
      if (where.begin != covered)
        refuse(8 + header_size_ + covered, "tensor " + tensor.name + " begins at byte " + std::to_string(where.begin) +
                                               " of the data; expected " + std::to_string(covered));
      covered = where.end;
      tensor.bytes = data().substr(where.begin, where.end - where.begin);
      file.tensors.push_back(std::move(tensor));
    }
    if (covered != data().size())
      refuse(8 + header_size_ + covered, std::to_string(data().size() - covered) + " bytes belong to no tensor");
    return file;
  }

 private:
  [[noreturn]] void refuse(std::uint64_t offset, const std::string& reason) const {
    refuse_file(path_, ", byte ", offset, ": ", reason,
                ". This is no safetensors file, or a damaged one; use another checkpoint.");
  }
  std::string_view data() const { return bytes_.substr(8 + header_size_); }

  json read_header() {
    if (bytes_.size() < 8) refuse(bytes_.size(), "the file ends before the size of its header");
    for (std::size_t k = 0; k < 8; ++k) header_size_ |= std::uint64_t{static_cast<unsigned char>(bytes_[k])} << (8 * k);
    if (header_size_ > largest_header)
      refuse(0, "the header would take " + std::to_string(header_size_) + " bytes; expected at most 16 MiB");
    if (header_size_ > bytes_.size() - 8)
      refuse(0, "the header would take " + std::to_string(header_size_) + " bytes, and " +
                    std::to_string(bytes_.size() - 8) + " are left");
    bool too_deep = false, twice = false;
    std::set<std::string> names;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
      too_deep = too_deep || depth > deepest;
      if (depth == 1 && event == json::parse_event_t::key) twice |= !names.insert(parsed.get<std::string>()).second;
      return !too_deep;
    };
    const std::string_view text = bytes_.substr(8, header_size_);
    if (const auto at = text.find('\0'); at != std::string_view::npos)  // where the parser would stop
      refuse(8 + at, "the header holds a byte 0, which is no JSON");
    const json header = json::parse(text, watch, false);
    if (too_deep) refuse(8, "the header nests deeper than " + std::to_string(deepest) + " levels");
    if (header.is_discarded() || !header.is_object()) refuse(8, "the header is no JSON object");
    if (twice) refuse(8, "the header names a tensor twice");
    return header;
  }

  std::map<std::string, std::string> read_metadata(const json& entry) const {
    std::map<std::string, std::string> metadata;
    if (!entry.is_object()) refuse(8, "__metadata__ is no object");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) refuse(8, "__metadata__ holds something other than text");
      metadata[key] = value.get<std::string>();
    }
    return metadata;
  }

  std::uint64_t number(const json& value, const std::string& of) const {
    if (!value.is_number_unsigned()) refuse(8, of + " is no whole number >= 0");
    return value.get<std::uint64_t>();
  }

  std::pair<place, stored_tensor> read_entry(const std::string& name, const json& entry) const {
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
      refuse(8, "tensor " + name + " has not dtype, shape and data_offsets");
    stored_tensor tensor{.name = name};
    const json &type = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](element_kind k) { return type == name_of(k); });
    if (kind == kinds.end()) refuse(8, "tensor " + name + " has a dtype other than F32, F64, I64, U8, BF16");
    tensor.kind = *kind;
    if (!shape.is_array() || !offsets.is_array() || offsets.size() != 2)
      refuse(8, "tensor " + name + " has no list of extents or no two offsets");
    const place where{number(offsets[0], "an offset of tensor " + name), number(offsets[1], "an offset of " + name)};
    if (where.begin > where.end || where.end > data().size())
      refuse(8, "tensor " + name + " lies at bytes " + std::to_string(where.begin) + " to " +
                    std::to_string(where.end) + " of " + std::to_string(data().size()));
    std::uint64_t bytes = static_cast<std::uint64_t>(size_of(tensor.kind));
    bool overflows = false;
    for (const json& extent : shape) {
      const std::uint64_t e = number(extent, "an extent of tensor " + name);
      overflows |= e > static_cast<std::uint64_t>(std::numeric_limits<index_t>::max()) ||
                   (e != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / e);
      bytes = overflows ? 0 : bytes * e;
      tensor.extents.push_back(static_cast<index_t>(e));
    }
    if (overflows || bytes != where.end - where.begin)
      refuse(8, "tensor " + name + " has " + std::to_string(where.end - where.begin) +
                    " bytes, which is not what its shape needs");
    return {where, std::move(tensor)};
  }

  std::string_view bytes_;
  const std::string& path_;
  std::uint64_t header_size_ = 0;
};

}  // namespace

index_t size_of(element_kind kind) {
  switch (kind) {
    case element_kind::f64:
    case element_kind::i64:
      return 8;
    case element_kind::u8:
      return 1;
    case element_kind::bf16:
      return 2;
    default:
      return 4;
  }
}

const char* name_of(element_kind kind) {
  switch (kind) {
    case element_kind::f64:
      return "F64";
    case element_kind::i64:
      return "I64";
    case element_kind::u8:
      return "U8";
    case element_kind::bf16:
      return "BF16";
    default:
      return "F32";
  }
}

index_t stored_tensor::elements() const {
  index_t product = 1;
  for (const index_t extent : extents) product *= extent;
  return product;
}

const stored_tensor* tensor_file::find(std::string_view name) const {
  const auto at = std::find_if(tensors.begin(), tensors.end(), [&](const auto& tensor) { return tensor.name == name; });
  return at == tensors.end() ? nullptr : &*at;
}

std::string packed(const tensor_file& file) {
  json header = json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::uint64_t offset = 0;
  for (const stored_tensor& tensor : file.tensors) {
    const std::uint64_t size = tensor.bytes.size();
    MIXCON_REQUIRE(static_cast<std::uint64_t>(tensor.elements() * size_of(tensor.kind)) == size, "packed: tensor ",
                   tensor.name, " has ", size, " bytes for ", tensor.elements(), " elements of ", name_of(tensor.kind),
                   ".");
    MIXCON_REQUIRE(!header.contains(tensor.name), "packed: tensor ", tensor.name, " comes twice; names must differ.");
    header[tensor.name] = {
        {"dtype", name_of(tensor.kind)}, {"shape", tensor.extents}, {"data_offsets", {offset, offset + size}}};
    offset += size;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins at a multiple of eight
  std::string bytes;
  bytes.reserve(8 + text.size() + offset);
  for (std::size_t k = 0; k < 8; ++k) bytes += static_cast<char>(text.size() >> (8 * k) & 255);
  bytes += text;
  for (const stored_tensor& tensor : file.tensors) bytes += tensor.bytes;
  return bytes;
}

tensor_file unpacked(std::string_view bytes, const std::string& path) { return reader(bytes, path).read(); }

}  // namespace files
}  // namespace mixcon_train
