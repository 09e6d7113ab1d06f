// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <map>
#include <mutex>

namespace mixcon_python {

namespace {

template <class E>
std::vector<float> copied(const any_array& from) {
  std::vector<float> to;
  const auto* const data = static_cast<const E*>(from.data);
  const auto extent = [&](std::size_t axis) { return static_cast<int>(axis) < from.rank ? from.shape[axis] : 1; };
  for (index_t i = 0; i < extent(0); ++i)
    for (index_t j = 0; j < extent(1); ++j)
      for (index_t k = 0; k < extent(2); ++k)
        to.push_back(static_cast<float>(data[i * from.strides[0] + j * from.strides[1] + k * from.strides[2]]));
  return to;
}

}  // namespace

thread_pool* pool_of(int threads) {
  MIXCON_REQUIRE(threads >= 0 && threads <= thread_pool::most_threads, "threads is ", threads,
                 "; expected 0 (one a core, or MIXCON_NUM_THREADS) to ", thread_pool::most_threads);
  if (threads < 2) return nullptr;
  static std::mutex busy;
  static auto* const pools = new std::map<int, thread_pool*>;  // never taken down: threads may work while Python ends
  const std::lock_guard held(busy);
  thread_pool*& pool = (*pools)[threads];
  if (pool == nullptr) pool = new thread_pool(threads);
  return pool;
}

request widened(const request& call, std::vector<std::vector<float>>& copies) {
  request wide = call;
  for (any_array& array : wide.arrays) {
    if (array.of == element::float32) continue;
    copies.push_back(array.of == element::bfloat16 ? copied<bfloat16>(array) : copied<half>(array));
    array.data = copies.back().data();
    array.of = element::float32;
    index_t stride = 1;
    for (int axis = array.rank; axis-- > 0;) {
      array.strides[static_cast<std::size_t>(axis)] = stride;
      stride *= array.shape[static_cast<std::size_t>(axis)];
    }
  }
  return wide;
}

}  // namespace mixcon_python
