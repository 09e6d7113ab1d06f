// SPDX-License-Identifier: BSD-3-Clause
// Losses of aligned rows read rows of whole vectors where they stand: the bits of copied ones, and less memory.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/losses/vicreg.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 40, width = 32;  // whole vectors of any instruction set

/// Unit rows, `gap` numbers apart and `before` numbers behind where memory begins.
template <class T>
class placed_rows {
 public:
  placed_rows(std::uint64_t seed, index_t before, index_t gap)
      : before_(before), row_(width + gap), numbers_(static_cast<std::size_t>(before + number * row_)) {
    random_numbers draw(seed);
    const auto z = random_embeddings<T>(number, width, draw);
    for (index_t i = 0; i < number; ++i) {
      T squares = 0;
      for (index_t k = 0; k < width; ++k) squares += z(i, k) * z(i, k);
      for (index_t k = 0; k < width; ++k) at(i, k) = z(i, k) / std::sqrt(squares);
    }
  }
  T& at(index_t i, index_t k) { return numbers_[static_cast<std::size_t>(before_ + i * row_ + k)]; }
  tensor_view<const T, 2> view() const { return {numbers_.data() + before_, {number, width}, {row_, 1}}; }

 private:
  index_t before_, row_;
  std::vector<T> numbers_;
};

template <class T>
struct outcome {
  T value = 0;
  matrix<T> by_x{number, width}, by_y{number, width};
  index_t bytes = 0;
};
template <class T, class Executor, class Loss>
outcome<T> outcome_of(const Executor& executor, const Loss& loss, index_t before, index_t gap) {
  const placed_rows<T> x(3, before, gap), y(4, before, gap);
  outcome<T> found;
  aligned_gradients<T> wanted{.first = view(found.by_x)};
  if constexpr (!detail::holds_second_constant<Loss>) wanted.second = view(found.by_y);
  workspace memory;
  found.value = value_and_grad(executor, loss, x.view(), y.view(), wanted, memory).value;
  found.bytes = memory.bytes();
  return found;
}

template <class T, class Loss>
void check_standing(const Loss& loss, bool copies_anyway = false) {
  INFO(Loss::name);
  const auto check = [&](const auto& executor) {
    const auto copied = outcome_of<T>(executor, loss, 0, 7);
    for (const index_t before : {0, 1}) {  // aligned to a vector, and not
      const auto stood = outcome_of<T>(executor, loss, before, 0);
      CHECK(same_bits(stood.value, copied.value));
      CHECK(same_bits(stood.by_x, copied.by_x));
      CHECK(same_bits(stood.by_y, copied.by_y));
      const index_t less = copies_anyway ? 0 : 2 * static_cast<index_t>(sizeof(T)) * number * width;
      CHECK(stood.bytes + less <= copied.bytes);
    }
  };
  check(serial{}), check(tiled{.threads = 1});
}

}  // namespace

TEMPLATE_TEST_CASE("Aligned rows of whole vectors are read where they stand, to the bits of a copy", "[engine]", float,
                   double) {
  check_standing<TestType>(barlow_twins{});
  check_standing<TestType>(vicreg{});
  check_standing<TestType>(knowledge_distillation{});
  check_standing<TestType>(mmcl{});
  check_standing<TestType>(alignment{});
  check_standing<TestType>(alignment{.form = rows::unit}, true);
  check_standing<TestType>(byol{}, true);
}

TEMPLATE_TEST_CASE("Rows that stand are checked as copied ones", "[engine]", float, double) {
  for (const index_t gap : {0, 7}) {
    INFO("gap " << gap);
    placed_rows<TestType> x(3, 0, gap), y(4, 0, gap);
    y.at(17, 31) = std::numeric_limits<TestType>::quiet_NaN();
    const alignment checked{.check_finite = true};
    CHECK_THAT(refusal_of([&] { forward(tiled{}, checked, x.view(), y.view()); }),
               ContainsSubstring("row 17 of the second rows of alignment has an entry that is NaN or infinite"));
    y.at(17, 31) = 3;
    CHECK_THAT(refusal_of([&] { forward(tiled{}, checked, x.view(), y.view()); }),
               ContainsSubstring("row 17 of the second rows has length 3") && ContainsSubstring("expected unit rows"));

    // Logits of -infinity take the careful way of distillation, of numbers alone the fast one.
    placed_rows<TestType> student(5, 0, gap), teacher(6, 0, gap);
    student.at(2, 3) = teacher.at(2, 3) = -std::numeric_limits<TestType>::infinity();
    const TestType value = forward(tiled{}, knowledge_distillation{}, student.view(), teacher.view()).value;
    CHECK(value - value == 0);
    CHECK(value > 0);
  }
}
