// SPDX-License-Identifier: BSD-3-Clause
#include "files/npy.hpp"

#include <mixcon/core/require.hpp>

#include <bit>
#include <type_traits>

namespace mixcon_train {
inline namespace files {

namespace {

template <class Number>
std::string bytes_of(std::span<const Number> numbers, const std::vector<index_t>& extents, const char* type) {
  std::string shape;
  index_t product = 1;
  for (const index_t extent : extents) {
    MIXCON_REQUIRE(extent >= 0, "npy_bytes: an extent is ", extent, "; expected no less than 0.");
    product *= extent;
    shape += std::to_string(extent) + (extents.size() == 1 ? "," : ", ");
  }
  if (extents.size() > 1) shape.resize(shape.size() - 2);
  MIXCON_REQUIRE(product == static_cast<index_t>(numbers.size()), "npy_bytes: ", numbers.size(), " numbers for shape (",
                 shape, "); expected ", product, ".");
  std::string header = std::string("{'descr': '") + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t before = 10;  // magic number, version, length of the header
  header.resize((before + header.size() + 1 + 63) / 64 * 64 - before - 1,
                ' ');  // the numbers begin at a multiple of 64
  header += '\n';
  MIXCON_REQUIRE(header.size() < 65536, "npy_bytes: ", extents.size(), " extents; expected fewer.");
  std::string bytes = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size() & 255U) +
                      static_cast<char>(header.size() >> 8U) + header;
  bytes.reserve(bytes.size() + numbers.size_bytes());
  using word = std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>;
  for (const Number number : numbers) {
    word bits = std::bit_cast<word>(number);
    for (std::size_t k = 0; k < sizeof(Number); ++k, bits >>= 8U) bytes += static_cast<char>(bits & 255U);
  }
  return bytes;
}

}  // namespace

std::string npy_bytes(std::span<const float> numbers, const std::vector<index_t>& extents) {
  return bytes_of(numbers, extents, "<f4");
}
std::string npy_bytes(std::span<const std::int64_t> numbers, const std::vector<index_t>& extents) {
  return bytes_of(numbers, extents, "<i8");
}

}  // namespace files
}  // namespace mixcon_train
