// SPDX-License-Identifier: BSD-3-Clause
// Rows of any stride and storage type: the same numbers give the same bits, wherever they lie.
#include "support/engines.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// A matrix laid out in some way in a larger buffer, whose other numbers must stay as they are.
struct layout {
  const char* name;
  index_t before, row, column;  // where entry (0, 0) lies, and strides
};

constexpr index_t number = 9, width = 5, buffer_size = 400;
constexpr layout layouts[] = {
    {"row-major", 0, width, 1},
    {"column-major", 0, 1, number},
    {"a block of wider rows", 7, width + 6, 1},
    {"misaligned by one element", 1, width, 1},
    {"every second column", 0, 2 * width, 2},
    {"every second row", 3, 2 * width, 1},
    {"rows from last to first", width*(number - 1), -width, 1},
    {"columns from last to first", width - 1, width, -1},
    {"all from last to first", width* number - 1, -width, -1},
};

template <class T>
matrix_view<T> placed(std::vector<T>& buffer, const layout& l) {
  return {buffer.data() + l.before, {number, width}, {l.row, l.column}};
}
template <class T>
matrix<T> read_back(const matrix_view<T>& view) {
  matrix<T> m(view.extent(0), view.extent(1));
  for (index_t i = 0; i < m.rows(); ++i)
    for (index_t k = 0; k < m.width(); ++k) m(i, k) = view(i, k);
  return m;
}
template <class T>
void write(const matrix_view<T>& to, const matrix<T>& from) {
  for (index_t i = 0; i < from.rows(); ++i)
    for (index_t k = 0; k < from.width(); ++k) to(i, k) = from(i, k);
}

const objective criterion{info_nce{.temperature = 0.3}, cosine{}};

}  // namespace

TEMPLATE_TEST_CASE("strides of embeddings and gradients change no bit, and nothing between them is touched", "[engine]",
                   float, double) {
  random_numbers draw(1);
  const auto a = random_embeddings<TestType>(number, width, draw), c = random_embeddings<TestType>(number, width, draw);
  for_each_engine<TestType>([&](const auto& executor, const char* engine) {
    auto da = zeros_like(a), dc = zeros_like(c);
    const TestType expected =
        value_and_grad(executor, criterion, diagonal_targets{}, a, c, {.anchors = da, .candidates = {dc}});
    for (const layout& in : layouts)
      for (const layout& out : layouts) {
        INFO(engine << ": embeddings " << in.name << ", gradients " << out.name);
        std::vector<TestType> anchors(buffer_size, 99), rows(buffer_size, 99), first(buffer_size, 99), second = first;
        write(placed(anchors, in), a);
        write(placed(rows, in), c);
        const auto untouched = anchors;
        const TestType value = value_and_grad(
            executor, criterion, diagonal_targets{}, placed(anchors, in), placed(rows, in),
            {.anchors = placed(first, out), .candidates = {gradient_segment<TestType>(placed(second, out))}});
        CHECK(same_bits(value, expected));
        CHECK(same_bits(read_back(placed(first, out)), da));
        CHECK(same_bits(read_back(placed(second, out)), dc));
        CHECK(anchors == untouched);
        CHECK(std::count(first.begin(), first.end(), TestType(99)) == buffer_size - number * width);
      }
  });
}

TEST_CASE("a row stride of 0 repeats one row", "[engine]") {
  random_numbers draw(2);
  auto one = random_embeddings<double>(1, width, draw);
  const auto c = random_embeddings<double>(number, width, draw);
  matrix<double> repeated(number, width);
  for (index_t i = 0; i < number; ++i)
    for (index_t k = 0; k < width; ++k) repeated(i, k) = one(0, k);
  const matrix_view<double> view{one.data(), {number, width}, {0, 1}};
  for_each_engine<double>([&](const auto& executor, const char*) {
    CHECK(value_of(executor, criterion, diagonal_targets{}, view, c).value ==
          value_of(executor, criterion, diagonal_targets{}, repeated, c).value);
  });
}

TEMPLATE_TEST_CASE("rows of two bytes are computed as the float rows they stand for", "[engine]", bfloat16, half) {
  random_numbers draw(3);
  const auto a = random_embeddings<TestType>(101, 19, draw), c = random_embeddings<TestType>(203, 19, draw);
  const auto wide_a = converted<float>(a), wide_c = converted<float>(c);
  for_each_engine<float>([&](const auto& executor, const char*) {
    auto da = zeros_like(wide_a), dc = zeros_like(wide_c), ea = da, ec = dc;
    const auto value =
        value_and_grad(executor, criterion, diagonal_targets{}, a, c, {.anchors = da, .candidates = {dc}});
    const auto expected =
        value_and_grad(executor, criterion, diagonal_targets{}, wide_a, wide_c, {.anchors = ea, .candidates = {ec}});
    static_assert(std::is_same_v<decltype(value.value), float>);
    CHECK(same_bits(value.value, expected.value));
    CHECK(same_bits(da, ea));
    CHECK(same_bits(dc, ec));
  });
}

TEMPLATE_TEST_CASE("rows of two bytes keep the accuracy that their rounding leaves", "[engine]", bfloat16, half) {
  random_numbers draw(4);
  const double bound = std::is_same_v<TestType, bfloat16> ? 0x1p-7 : 0x1p-10;
  for (int i = 0; i < 20; ++i) {
    const auto a = random_embeddings<double>(20, 32, draw), c = random_embeddings<double>(30, 32, draw);
    const objective soft{info_nce{.temperature = 0.5}, cosine{}};
    const double expected = value_of(serial{}, soft, diagonal_targets{}, a, c);
    const auto value =
        value_of(tiled{.threads = 1}, soft, diagonal_targets{}, converted<TestType>(a), converted<TestType>(c));
    CHECK(static_cast<double>(value.value) == Approx(expected).epsilon(bound));
  }
}
