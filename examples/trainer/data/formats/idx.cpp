// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/idx.hpp"

#include "files/input_file.hpp"

#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

std::uint64_t read_big_endian(input_file& file) {
  std::uint8_t bytes[4] = {};
  file.read(bytes, "the extents");
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

std::string text_of(std::uint64_t number) { return std::to_string(number); }

}  // namespace

idx_array read_idx(const std::string& path, const std::vector<index_t>& expected, int largest,
                   const std::string& advice) {
  input_file file(path, advice);
  std::uint8_t magic[4] = {};
  file.read(magic, "the first four bytes");
  if (magic[0] != 0 || magic[1] != 0) file.refuse_at(0, "an IDX file starts with two zero bytes");
  if (magic[2] != 8) file.refuse_at(2, "the element type is " + text_of(magic[2]) + ", expected 8, unsigned bytes");
  if (magic[3] != expected.size())
    file.refuse_at(3, "the array has " + text_of(magic[3]) + " axes, expected " + text_of(expected.size()));

  idx_array array;
  std::uint64_t values = 1;  // four extents of 32 bits could overflow: every step is checked against the file
  for (const index_t wanted : expected) {
    const std::uint64_t at = file.offset(), extent = read_big_endian(file);
    if (wanted >= 0 && extent != static_cast<std::uint64_t>(wanted))
      file.refuse_at(at, "the extent is " + text_of(extent) + ", expected " + std::to_string(wanted));
    if (extent == 0) file.refuse_at(at, "the extent is 0, expected at least 1");
    if (values > (std::uint64_t{1} << 33) / extent) file.refuse_at(at, "the extents announce more than 8 GiB");
    values *= extent;
    array.extents.push_back(static_cast<index_t>(extent));
  }
  file.require_room_for(values, "the array");
  array.values.resize(values);
  file.read(array.values, "the values");
  file.require_end();
  const std::uint64_t header = file.offset() - values;
  for (std::uint64_t k = 0; k < values; ++k)
    if (array.values[k] > largest)
      file.refuse_at(header + k,
                     "the value is " + text_of(array.values[k]) + ", expected 0 to " + std::to_string(largest));
  return array;
}

data_set read_idx_pair(const std::string& images, const std::string& labels, const image_shape& expected, int largest,
                       const std::vector<std::string>& class_names, const std::string& advice) {
  idx_array pixels = read_idx(images, {expected.samples, expected.rows, expected.columns}, largest, advice);
  const index_t samples = pixels.extents[0];
  const idx_array classes = read_idx(labels, {samples}, static_cast<int>(class_names.size()) - 1, advice);
  return {.shape = {samples, 1, pixels.extents[1], pixels.extents[2]},
          .images = std::move(pixels.values),
          .labels = {classes.values.begin(), classes.values.end()},
          .class_names = class_names};
}

}  // namespace data
}  // namespace mixcon_train
