// SPDX-License-Identifier: BSD-3-Clause
// Chosen negatives of each anchor, and banks that they are chosen from, where they lie.
#include "gpu/trainer/alike.hpp"

#include "autograd/loss_node.hpp"
#include "autograd/negatives_node.hpp"
#include "autograd/sums.hpp"
#include "devices/cuda/losses/banks.cuh"
#include "devices/cuda/losses/listed.cuh"

#include <vector>

using namespace mixcon_train;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_listed_loss<double>(to, queue);
  add_bank_loss<double>(to, queue);
}

/// Of four anchors, three slots each, over keys of which one is named by several, one by none; with an empty slot.
mixcon::negative_list some_list() {
  mixcon::negative_list list(4, 3);
  const index_t keys[] = {0, 2, 4, 2, 2, 1, 4, 0, -1, 1, 2, 0};
  for (index_t k = 0; k < 12; ++k)
    if (keys[k] >= 0) list.put(k / 3, k % 3, keys[k], k == 7 ? 2.5 : 1);
  return list;
}

const std::vector<shape> anchors_positives_and_keys{{4, 5}, {4, 5}, {6, 5}};

}  // namespace

TEST_CASE("chosen negatives are listed and told apart on the device, with gradients back to their keys", "[gpu]") {
  const mixcon::negative_list list = some_list();
  const auto told_apart = [&](const auto& objective) {
    check_alike(add_losses, anchors_positives_and_keys, [&](const auto& x, index_t& used) {
      return contrastive_loss(objective, mixcon::listed_targets{list}, x[0], {own(listed_rows(list, x[2], x[1]))},
                              &used);
    });
  };
  told_apart(mixcon::objective{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}});
  told_apart(mixcon::objective{
      mixcon::contrastive_distillation{.temperature = 0.5, .negatives = 3, .samples = 20, .normalizer = 30},
      mixcon::cosine{}});
}

TEST_CASE("listed rows without positives, and without a slot, are the host's", "[gpu]") {
  for (const mixcon::negative_list& list : {some_list(), mixcon::negative_list(4, 0)}) {
    const auto rows_on = [&](device& on, bool with_positives) {
      const auto keys = random_variable(on, {6, 5}, 1), positives = random_variable(on, {4, 5}, 2);
      const variable rows = with_positives ? listed_rows(list, keys, positives) : listed_rows(list, keys);
      const variable upstream = random_variable(on, rows.extents(), 3);
      backward(sum(multiply(rows, constant(upstream))));
      return std::vector{numbers_in(rows), numbers_in(keys.gradient()),
                         with_positives ? numbers_in(positives.gradient()) : std::vector<double>()};
    };
    emulated_device<double> far;
    reference_device near;
    CHECK(rows_on(far, true) == rows_on(near, true));
    if (list.slots > 0) CHECK(rows_on(far, false) == rows_on(near, false));
  }
}

TEST_CASE("mixtures of rows are negatives on the device, with gradients back to all that they are made of", "[gpu]") {
  using mixcon::mixture;
  mixcon::mixture_list mixtures(4, 3);
  for (index_t a = 0; a < 4; ++a) {
    mixtures.put(a, 0, {a, 5 - a, 0.3});
    mixtures.put(a, 1, {mixture::anchor, a + 1, 0.2});
    if (a != 2) mixtures.put(a, 2, {mixture::positive, 3, 0.4});  // that of the third stays empty
  }
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  check_alike(add_losses, anchors_positives_and_keys, [&](const auto& x, index_t& used) {
    const synthetic_rows mixed = synthetic_negatives(mixtures, x[0], x[1], x[2]);
    CHECK(mixed.list->filled(2) == 2);
    return contrastive_loss(criterion, mixcon::listed_targets{*mixed.list}, x[0], {own(mixed.rows)}, &used);
  });
  emulated_device<double> far;
  mixtures.put(1, 0, {6, 2, 0.5});
  const auto mixed = [&](index_t positives, index_t keys) {
    return synthetic_negatives(mixtures, random_variable(far, {4, 5}, 1), random_variable(far, {positives, 5}, 2),
                               random_variable(far, {keys, 5}, 3));
  };
  CHECK_THROWS_WITH(mixed(4, 6), ContainsSubstring("synthetic_negatives: a mixture of key 6 of 6"));
  CHECK_THROWS_WITH(mixed(3, 7), ContainsSubstring("positives (3, 5) and keys (7, 5) for mixtures of 4 anchors"));
}

TEST_CASE("listed rows refuse keys that are not there, and positives of other anchors, on the device", "[gpu]") {
  emulated_device<double> far;
  const mixcon::negative_list list = some_list();
  const auto keys = random_variable(far, {6, 5}, 1);
  CHECK_THROWS_WITH(listed_rows(list, random_variable(far, {4, 5}, 1)),
                    ContainsSubstring("listed_rows: the list names key 4 of 4"));
  CHECK_THROWS_WITH(listed_rows(list, keys, random_variable(far, {3, 5}, 2)),
                    ContainsSubstring("listed_rows: positives (3, 5); expected (4, 5)"));
}

TEST_CASE("rows take the places of others in a table that is not changed", "[gpu]") {
  for (const gpu::emulated::settings& order : gpu::emulated::every_order()) {
    emulated_device<float> on(nullptr, &order);
    std::vector<float> numbers, entering;
    for (index_t k = 0; k < 5 * 33; ++k) numbers.push_back(static_cast<float>(k));
    for (index_t k = 0; k < 2 * 33; ++k) entering.push_back(static_cast<float>(1000 + k));
    const tensor table = tensor_of(on, {5, 33}, numbers.data()), rows = tensor_of(on, {2, 33}, entering.data());
    std::vector<double> expected(numbers.begin(), numbers.end());
    for (std::size_t k = 0; k < 33; ++k) expected[4 * 33 + k] = 1000 + static_cast<double>(k);
    for (std::size_t k = 0; k < 33; ++k) expected[33 + k] = 1033 + static_cast<double>(k);
    CHECK(numbers_in(recipe_kernels_of(on)->replaced(table, rows, {4, 1})) == expected);
    CHECK(numbers_in(table) == std::vector<double>(numbers.begin(), numbers.end()));
  }
}
