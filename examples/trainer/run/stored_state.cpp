// SPDX-License-Identifier: BSD-3-Clause
#include "run/stored_state.hpp"

#include "files/file_error.hpp"

#include <cstdint>
#include <cstring>

namespace mixcon_train {
inline namespace run {

namespace {

std::vector<index_t> extents_of(const shape& extents) {
  std::vector<index_t> list;
  for (int axis = 0; axis < extents.rank(); ++axis) list.push_back(extents[axis]);
  return list;
}

element_kind kind_on(const device& on) {
  return on.numbers() == number_type::f32 ? element_kind::f32 : element_kind::f64;
}

}  // namespace

stored_tensor stored(const std::string& name, const tensor& x) {
  device& on = x.on();
  stored_tensor kept{name, kind_on(on), extents_of(x.extents()), {}};
  kept.bytes.resize(static_cast<std::size_t>(kept.elements() * size_of(kept.kind)));
  on.read(x, kept.bytes.data());
  return kept;
}

tensor restored(const tensor_file& file, const std::string& name, const shape& extents, device& on,
                const std::string& path) {
  const char* const advice = ". The checkpoint is of another model; use its own --arch, --width and --precision.";
  const stored_tensor* kept = file.find(name);
  if (kept == nullptr) refuse_file(path, ": it holds no tensor ", name, advice);
  if (kept->extents != extents_of(extents) || kept->kind != kind_on(on)) {
    std::string held;
    for (const index_t extent : kept->extents) held += (held.empty() ? "" : ", ") + std::to_string(extent);
    refuse_file(path, ": tensor ", name, " is ", name_of(kept->kind), " (", held, "); expected ", name_of(kind_on(on)),
                " ", to_string(extents), advice);
  }
  return on.write(extents, kept->bytes.data());
}

bool fits(const tensor_file& file, const std::string& name, const shape& extents, const device& on) {
  const stored_tensor* kept = file.find(name);
  return kept != nullptr && kept->extents == extents_of(extents) && kept->kind == kind_on(on);
}

stored_tensor stored_count(const std::string& name, index_t count) {
  const std::int64_t number = count;
  return {name, element_kind::i64, {}, std::string(reinterpret_cast<const char*>(&number), sizeof number)};
}

index_t restored_count(const tensor_file& file, const std::string& name, const std::string& path) {
  const stored_tensor* kept = file.find(name);
  std::int64_t number = -1;
  if (kept != nullptr && kept->kind == element_kind::i64 && kept->bytes.size() == sizeof number)
    std::memcpy(&number, kept->bytes.data(), sizeof number);
  if (number < 0)
    refuse_file(path, ": it holds no whole number ", name,
                ". The checkpoint is of another model; use its own --recipe.");
  return number;
}

}  // namespace run
}  // namespace mixcon_train
