// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this temporary owns its rows and the candidates would outlive them; keep it in a variable
#include <mixcon/engine/candidates.hpp>

struct queue {
  std::vector<float> data = std::vector<float>(4);
};
template <>
struct mixcon::tensor_traits<queue> {
  static auto view(auto& q) {
    return matrix_view<std::remove_pointer_t<decltype(q.data.data())>>{q.data.data(), {2, 2}};
  }
};

int main() {
  const auto kept = mixcon::candidates(queue{});
  return kept.each[0].is_own;
}
