// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/built_set.hpp"

#include "data/formats/named_bytes.hpp"
#include "files/atomic_file.hpp"
#include "files/checksum.hpp"
#include "files/file_error.hpp"
#include "files/safetensors.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <sstream>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

const char* const format = "mixcon data set 1";
constexpr double lowest = -14, step = 0.1;
constexpr std::size_t largest_file = std::size_t{2} << 30;

/// The numbers of a part as bytes, and back.
std::string bytes_of(const data_set& part) {
  if (part.kind == sample_kind::image) return {part.images.begin(), part.images.end()};
  std::string bytes;
  for (const float value : part.values) {
    const double steps = std::clamp(std::round((static_cast<double>(value) - lowest) / step), 0.0, 255.0);
    bytes += static_cast<char>(static_cast<unsigned char>(steps));
  }
  return bytes;
}
void put_bytes(const std::string& bytes, data_set& part) {
  if (part.kind == sample_kind::image) {
    part.images.assign(bytes.begin(), bytes.end());
    return;
  }
  for (const char byte : bytes)
    part.values.push_back(static_cast<float>(lowest + step * static_cast<unsigned char>(byte)));
}

std::string lines_of(const std::vector<std::string>& names) {
  std::string lines;
  for (const std::string& name : names) lines += name + '\n';
  return lines;
}

std::string checksum_of(const tensor_file& file) {
  std::string all = file.metadata.at("classes");
  for (const stored_tensor& tensor : file.tensors) all += tensor.name + hexadecimal(files::checksum(tensor.bytes));
  return hexadecimal(files::checksum(all));
}

class reader {
 public:
  reader(const std::string& path, const std::string& advice) : path_(path), advice_(advice) {}

  built_set read() {
    if (file_ = unpacked(read_whole_file(path_, largest_file), path_); text("format") != format)
      refuse("it is no set that scripts/data has built");
    std::sort(file_.tensors.begin(), file_.tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    built_set set{.source = text("source"), .checksum = text("checksum")};
    if (checksum_of(file_) != set.checksum)
      refuse("its numbers do not have the checksum that it names: the file is damaged");
    std::istringstream lines(text("classes"));
    std::vector<std::string> classes;
    for (std::string line; std::getline(lines, line);) {
      if (!is_plain_text(line)) refuse("a name of a class is no plain UTF-8");
      classes.push_back(line);
    }
    for (const stored_tensor& tensor : file_.tensors)
      if (tensor.name.ends_with(".numbers")) {
        const std::string name = tensor.name.substr(0, tensor.name.size() - 8);
        set.parts[name] = part(tensor, name, classes);
      }
    if (set.parts.empty()) refuse("it has no parts");
    return set;
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const { refuse_file(path_, ": ", reason, ". ", advice_); }
  const std::string& text(const char* name) const {
    const auto found = file_.metadata.find(name);
    if (found == file_.metadata.end())
      refuse("it has no entry " + std::string(name) + ", which a set that scripts/data has built has");
    return found->second;
  }
  data_set part(const stored_tensor& numbers, const std::string& name, const std::vector<std::string>& classes) const {
    const stored_tensor* labels = file_.find(name + ".labels");
    if (numbers.extents.size() != 4 || numbers.kind != element_kind::u8 || labels == nullptr ||
        labels->kind != element_kind::u8 || labels->extents != std::vector<index_t>{numbers.extents[0], 2})
      refuse("the part " + name + " has no numbers (N, C, H, W) and labels (N, 2) of bytes");
    data_set made{.name = name,
                  .kind = text("kind") == "clip" ? sample_kind::clip : sample_kind::image,
                  .shape = {numbers.extents[0], numbers.extents[1], numbers.extents[2], numbers.extents[3]},
                  .class_names = classes,
                  .note = text("note")};
    put_bytes(numbers.bytes, made);
    for (std::size_t k = 0; k < labels->bytes.size(); k += 2) {
      const int label = static_cast<unsigned char>(labels->bytes[k]) | static_cast<unsigned char>(labels->bytes[k + 1])
                                                                           << 8;
      if (label >= made.classes())
        refuse("the label " + std::to_string(label) + " of the part " + name + " has no class");
      made.labels.push_back(label);
    }
    return made;
  }

  const std::string& path_;
  const std::string& advice_;
  tensor_file file_{};
};

}  // namespace

std::string write_built_set(const std::string& path, const std::map<std::string, data_set>& parts,
                            const std::string& source) {
  MIXCON_REQUIRE(!parts.empty(), "write_built_set: there are no parts; expected one or more.");
  const data_set& first = parts.begin()->second;
  tensor_file file{.metadata = {{"format", format},
                                {"source", source},
                                {"kind", to_string(first.kind)},
                                {"note", first.note},
                                {"classes", lines_of(first.class_names)}}};
  for (const auto& [name, part] : parts) {
    MIXCON_REQUIRE(part.kind == first.kind && part.kind != sample_kind::row && part.class_names == first.class_names &&
                       part.classes() < 65536,
                   "write_built_set: the part ", name,
                   " differs from the first in kind or classes; expected images or clips of the same.");
    std::string labels;
    for (const int label : part.labels)
      labels += static_cast<char>(label & 255), labels += static_cast<char>(label >> 8);
    file.tensors.push_back({name + ".labels", element_kind::u8, {part.samples(), 2}, labels});
    file.tensors.push_back({name + ".numbers",
                            element_kind::u8,
                            {part.samples(), part.shape.channels, part.shape.rows, part.shape.columns},
                            bytes_of(part)});
  }
  file.metadata["checksum"] = checksum_of(file);
  write_atomically(path, packed(file));
  return file.metadata["checksum"];
}

built_set read_built_set(const std::string& path, const std::string& advice) { return reader(path, advice).read(); }

}  // namespace data
}  // namespace mixcon_train
