// SPDX-License-Identifier: BSD-3-Clause
// What a value with its gradients takes beside its arguments: rows packed once and in panels, and O(N) numbers.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "support/effort.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 1536, width = 128;
constexpr long bytes_of_rows = number * width * static_cast<long>(sizeof(float));
const tiled one_thread{.threads = 1, .keeps = 0};

/// Beside `matrices` of the size of the rows: one tile, and so many bytes for each row.
long expected_at_most(long matrices, long bytes_a_row) {
  const long tiles = 192 * 192 * static_cast<long>(sizeof(float));
  return matrices * bytes_of_rows + tiles + bytes_a_row * number;
}

template <class Targets, class Loss>
void check_same_rows(const Loss& loss, const Targets& targets) {
  random_numbers draw(3);
  const auto z = random_embeddings<float>(number, width, draw);
  auto gradient = zeros_like(z);
  const objective of{loss, cosine{}};
  const long most = most_bytes_during([&] { value_and_grad(one_thread, of, targets, z, gradient); });
  INFO(most << " bytes, " << bytes_of_rows << " a matrix");
  CHECK(most <= expected_at_most(2, 400));
  CHECK((most >= 2 * bytes_of_rows || under_thread_sanitizer));
}

}  // namespace

TEST_CASE("Rows that are anchors and candidates are held twice, and their gradient not at all", "[engine]") {
  check_same_rows(info_nce{.temperature = 0.1}, view_targets{.samples = number / 2});
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i % 40));
  check_same_rows(info_nce{.temperature = 0.1}, label_targets{.labels = labels});
}

TEST_CASE("Both directions hold each side once, one side in panels too, and no gradient", "[engine]") {
  random_numbers draw(4);
  const auto images = random_embeddings<float>(number, width, draw),
             texts = random_embeddings<float>(number, width, draw);
  auto by_images = zeros_like(images), by_texts = zeros_like(texts);
  objective clip{info_nce{.temperature = 0.1}, cosine{}};
  clip.direction = {0.5, 0.5};
  const long most = most_bytes_during([&] {
    value_and_grad(one_thread, clip, diagonal_targets{}, images, candidates(texts),
                   {.anchors = by_images, .candidates = {by_texts}});
  });
  INFO(most << " bytes, " << bytes_of_rows << " a matrix");
  CHECK(most <= expected_at_most(3, 2 * 400));
}

TEST_CASE("A gradient that cannot be added up in place has a buffer, and the same bits", "[engine]") {
  random_numbers draw(5);
  const index_t rows = 400;
  const auto z = random_embeddings<float>(rows, 16, draw);
  auto in_place = zeros_like(z);
  std::vector<float> spaced(static_cast<std::size_t>(rows) * 20, 7.0F);
  const matrix_view<float> apart{spaced.data(), {rows, 16}, {20, 1}};
  const objective of{info_nce{.temperature = 0.1}, cosine{}};
  const view_targets targets{.samples = rows / 2};
  value_and_grad(one_thread, of, targets, z, in_place);
  value_and_grad(one_thread, of, targets, z, apart);
  const auto expected = view(in_place);
  index_t differing = 0;
  for (index_t i = 0; i < rows; ++i)
    for (index_t k = 0; k < 16; ++k) differing += apart(i, k) == expected(i, k) ? 0 : 1;
  CHECK(differing == 0);
  CHECK(spaced[16] == 7.0F);

  auto added = in_place;  // backward adds to what stands there
  saved_for<decltype(of), matrix<float>> saved;
  forward(one_thread, of, targets, z, saved);
  backward(one_thread, of, targets, z, saved, 1, added);
  for (index_t i = 0; i < rows; ++i)
    for (index_t k = 0; k < 16; ++k) differing += view(added)(i, k) == 2 * expected(i, k) ? 0 : 1;
  CHECK(differing == 0);
}

/// An engine that has no sweep of both directions: one follows the other.
struct one_by_one : tiled {
  template <class... Any>
  void gather_both(const Any&...) const = delete;
};

TEST_CASE("Products of one direction are not taken for those of the other", "[engine]") {
  random_numbers draw(7);
  const auto images = random_embeddings<float>(300, 64, draw), texts = random_embeddings<float>(300, 64, draw);
  objective clip{info_nce{.temperature = 0.1}, cosine{}};
  clip.direction = {0.5, 0.5};
  auto by_images = zeros_like(images), by_texts = zeros_like(texts), images_apart = by_images, texts_apart = by_texts;
  const auto set = [&](const auto& executor, auto& one, auto& other) {
    value_and_grad(executor, clip, diagonal_targets{}, images, candidates(texts),
                   {.anchors = one, .candidates = {other}});
  };
  set(tiled{.threads = 1}, by_images, by_texts);
  one_by_one apart;
  apart.threads = 1;
  set(apart, images_apart, texts_apart);
  CHECK(largest_difference(by_images, images_apart) <= 1e-5L * largest_entry(by_images));
  CHECK(largest_difference(by_texts, texts_apart) <= 1e-5L * largest_entry(by_texts));
}

namespace {

const index_t kept_rows = 500;
const long bytes_of_pairs = kept_rows * kept_rows * static_cast<long>(sizeof(float));

struct kept_results {
  matrix<float> by_z, by_u;
  long in_triangle = 0, in_tiles = 0;  // bytes held at once
};
/// Of rows that are their own candidates, and of rows beside others.
kept_results results_of_keeping(index_t bytes) {
  random_numbers draw(6);
  const auto z = random_embeddings<float>(kept_rows, 64, draw), u = random_embeddings<float>(kept_rows, 64, draw);
  kept_results found{zeros_like(z), zeros_like(u)};
  objective of{info_nce{.temperature = 0.1}, cosine{}};
  const tiled executor{.threads = 1, .keeps = bytes};
  found.in_triangle =
      most_bytes_during([&] { value_and_grad(executor, of, view_targets{.samples = kept_rows / 2}, z, found.by_z); });
  of.direction = {0.5, 0.5};
  found.in_tiles = most_bytes_during(
      [&] { value_and_grad(executor, of, diagonal_targets{}, u, candidates(z), {.anchors = found.by_u}); });
  return found;
}

}  // namespace

TEST_CASE("Products that are kept for the gradients take the memory that they may, and change no bit", "[engine]") {
  const kept_results without = results_of_keeping(0), with = results_of_keeping(index_t{1} << 25);
  CHECK((with.in_tiles > without.in_tiles + bytes_of_pairs / 2 || under_thread_sanitizer));
  CHECK(with.in_tiles < without.in_tiles + 2 * bytes_of_pairs);
  CHECK(with.by_z == without.by_z);
  CHECK(with.by_u == without.by_u);
}

TEST_CASE("Where not all products may be kept, many of them are, or none; bits are the same", "[engine]") {
  const instruction_set before = instruction_set_in_use();
  if (before > instruction_set::avx2) use_instruction_set(instruction_set::avx2);
  const kept_results without = results_of_keeping(0), two_thirds = results_of_keeping(bytes_of_pairs * 2 / 3),
                     third = results_of_keeping(bytes_of_pairs / 3);
  use_instruction_set(before);
  for (const kept_results* const some : {&two_thirds, &third}) {
    CHECK(some->by_z == without.by_z);
    CHECK(some->by_u == without.by_u);
    CHECK((some->in_triangle > without.in_triangle + bytes_of_pairs / 5 || under_thread_sanitizer));
  }
  CHECK(third.in_triangle <= without.in_triangle + bytes_of_pairs / 3 + 4096);
  CHECK((two_thirds.in_tiles > without.in_tiles + bytes_of_pairs / 3 || under_thread_sanitizer));
  CHECK(two_thirds.in_tiles <= without.in_tiles + bytes_of_pairs * 2 / 3 + 4096);
  CHECK(third.in_tiles <= without.in_tiles + 4096);
}
