// SPDX-License-Identifier: BSD-3-Clause
// Tensors in a file that holds nothing else, and can do nothing: https://github.com/huggingface/safetensors
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mixcon_train {
inline namespace files {

using mixcon::index_t;

enum class element_kind { f32, f64, i64, u8, bf16 };

/// Bytes that one element takes.
index_t size_of(element_kind kind);
/// "F32", as the file names it.
const char* name_of(element_kind kind);

/// A dense, row-major tensor, its elements little-endian.
struct stored_tensor {
  std::string name{};
  element_kind kind = element_kind::f32;
  std::vector<index_t> extents{};
  std::string bytes{};

  index_t elements() const;
  friend bool operator==(const stored_tensor&, const stored_tensor&) = default;
};

/// What such a file holds: tensors by name, and sentences of metadata.
struct tensor_file {
  std::map<std::string, std::string> metadata{};
  std::vector<stored_tensor> tensors{};

  /// The tensor of a name, or nullptr.
  const stored_tensor* find(std::string_view name) const;
};

/// The bytes of the file. Refuses a tensor whose bytes do not fit its extents, and a name that comes twice.
std::string packed(const tensor_file& file);

/// Reads such bytes, which may come from a stranger: the header is at most 16 MiB, extents times element size must be
/// the bytes that are there, and the tensors must cover the rest of the file without gap or overlap. Throws file_error;
/// `path` starts its sentence.
tensor_file unpacked(std::string_view bytes, const std::string& path);

}  // namespace files
}  // namespace mixcon_train
