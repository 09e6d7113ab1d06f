// SPDX-License-Identifier: BSD-3-Clause
// Losses of aligned rows with a workspace: the same bits, and nothing is allocated after the first call.
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "support/effort.hpp"
#include "support/embeddings.hpp"

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/losses/vicreg.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 52;  // more than one block of products

template <class Call>
long allocations_of(Call&& call) {
  call();
  const long before = allocations;
  call(), call();
  return allocations - before;
}

/// Rows of a loss: of unit length, which alignment and mmcl ask for.
template <class T>
matrix<T> unit_rows(index_t rows, index_t width, std::uint64_t seed) {
  random_numbers draw(seed);
  matrix<T> z = random_embeddings<T>(rows, width, draw);
  for (index_t i = 0; i < rows; ++i) {
    T squares = 0;
    for (index_t k = 0; k < width; ++k) squares += z(i, k) * z(i, k);
    for (index_t k = 0; k < width; ++k) z(i, k) /= std::sqrt(squares);
  }
  return z;
}

template <class T, class Executor, class Loss>
void check_call(const Executor& executor, const Loss& loss, const matrix<T>& x, const matrix<T>& y) {
  constexpr bool both = !detail::holds_second_constant<Loss>;
  auto by_x = zeros_like(x), by_y = zeros_like(y), kept_by_x = by_x, kept_by_y = by_y;
  aligned_gradients<T> plain{.first = view(by_x)}, wanted{.first = view(kept_by_x)};
  if constexpr (both) plain.second = view(by_y), wanted.second = view(kept_by_y);
  workspace memory;
  T value = 0;

  const T expected = value_and_grad(executor, loss, x, y, plain).value;
  const long without = allocations_of([&] { value_and_grad(executor, loss, x, y, plain); });
  CHECK((without > 0 || under_thread_sanitizer));
  CHECK(allocations_of([&] { value = value_and_grad(executor, loss, x, y, wanted, memory).value; }) == 0);
  CHECK(value == expected);
  CHECK(kept_by_x == by_x);
  CHECK(kept_by_y == by_y);
  CHECK(memory.bytes() > 0);

  CHECK(allocations_of([&] { value = forward(executor, loss, x, y, memory).value; }) == 0);
  CHECK(value == expected);
  for (int times = 0; times < 3; ++times) backward(executor, loss, x, y, 0.5, plain);
  CHECK(allocations_of([&] { backward(executor, loss, x, y, 0.5, wanted, memory); }) == 0);
  CHECK(kept_by_x == by_x);
  CHECK(kept_by_y == by_y);
}

template <class T, class Executor>
void check_losses(const char* name, const Executor& executor) {
  const std::vector<double> lambda(static_cast<std::size_t>(number), 0.75);
  std::vector<index_t> partner(static_cast<std::size_t>(number));
  for (std::size_t i = 0; i < partner.size(); ++i) partner[i] = static_cast<index_t>((i * 3) % partner.size());
  for (const index_t width : {index_t{9}, index_t{70}}) {  // fewer features than samples, and more
    INFO(name << ", width " << width);
    const auto x = unit_rows<T>(number, width, 3), y = unit_rows<T>(number, width, 4);
    check_call(executor, alignment{}, x, y);
    check_call(executor, alignment{.form = rows::unit}, x, y);
    check_call(executor, byol{}, x, y);
    check_call(executor, byol{.lambda = view(lambda), .partner = partner}, x, y);
    check_call(executor, knowledge_distillation{}, x, y);
    check_call(executor, barlow_twins{}, x, y);
    check_call(executor, vicreg{}, x, y);
    check_call(executor, mmcl{}, x, y);
  }
}

}  // namespace

TEST_CASE("With a workspace the second call of a loss of aligned rows allocates nothing", "[engine]") {
  check_losses<float>("serial", serial{});
  check_losses<double>("serial, double", serial{});
  check_losses<float>("tiled, one thread", tiled{.threads = 1});
  thread_pool pool(3);
  check_losses<float>("tiled, a pool", tiled{.pool = &pool});
}

TEST_CASE("With a workspace logits of -infinity allocate nothing on one thread", "[engine]") {
  random_numbers draw(5);
  auto student = random_embeddings<float>(40, 12, draw), teacher = random_embeddings<float>(40, 12, draw);
  const float none = -std::numeric_limits<float>::infinity();
  for (index_t i = 0; i < 40; i += 3) student(i, 2) = none, teacher(i, 2) = none, teacher(i, (i + 5) % 12) = none;
  check_call(serial{}, knowledge_distillation{}, student, teacher);
  check_call(tiled{.threads = 1}, knowledge_distillation{}, student, teacher);
}

TEST_CASE("A workspace serves losses of aligned rows of other shapes in turn", "[engine]") {
  workspace memory;
  for (const index_t rows : {index_t{4}, index_t{90}, index_t{33}}) {
    const auto x = unit_rows<double>(rows, 7, 8), y = unit_rows<double>(rows, 7, 9);
    CHECK(forward(serial{}, byol{}, x, y, memory).value == forward(serial{}, byol{}, x, y).value);
    CHECK(forward(serial{}, vicreg{}, x, y, memory).value == forward(serial{}, vicreg{}, x, y).value);
    CHECK(forward(serial{}, barlow_twins{}, x, y, memory).value == forward(serial{}, barlow_twins{}, x, y).value);
  }
}
