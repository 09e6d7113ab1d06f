// SPDX-License-Identifier: BSD-3-Clause
// 06: a mixing policy of your own. It decides in `plan`; applying, labels and gradients come with the kind of plan.
#include <iostream>
#include <string>
#include <vector>

#include <mixcon/mixcon.hpp>

/// The left part of each image stays, the right part comes from its partner; where they meet is drawn for each sample.
struct side_by_side {
  static constexpr mixcon::field name = "side_by_side";  // its own name space of random numbers

  template <mixcon::Draws D>
  mixcon::mix_plan<mixcon::pasted_boxes> plan(const mixcon::image_shape& shape, const D& draws) const {
    const auto& own = draws.within(name);
    mixcon::mix_plan<mixcon::pasted_boxes> plan;
    plan.partner = mixcon::pairing::derangement{}(shape.samples, own);
    for (mixcon::index_t i = 0; i < shape.samples; ++i) {
      const mixcon::index_t seam = own.integer("seam", i, 0, shape.columns + 1);  // asked for by name and sample
      const mixcon::box right{0, shape.rows, seam, shape.columns};
      plan.region.boxes.push_back(right);
      plan.lambda.push_back(1 - mixcon::share(right, shape));
    }
    return plan;
  }
};

int main() {
  const mixcon::image_shape shape{.samples = 4, .channels = 1, .rows = 1, .columns = 12};
  std::vector<char> images, mixed(4 * 12);
  for (const char letter : {'a', 'b', 'c', 'd'}) images.insert(images.end(), 12, letter);  // image i is all one letter
  const mixcon::axes<4> axes{4, 1, 1, 12};

  const auto plan = side_by_side{}.plan(shape, mixcon::philox_draws{.seed = 3});
  mixcon::blend(plan, mixcon::tensor_view<char, 4>(images.data(), axes),
                mixcon::tensor_view<char, 4>(mixed.data(), axes));

  std::cout << to_string(plan) << '\n';
  for (std::size_t i = 0; i < 4; ++i)
    std::cout << std::string(mixed.data() + 12 * i, 12) << "  keeps " << plan.lambda[i] << '\n';
}
