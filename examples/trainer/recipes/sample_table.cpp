// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/sample_table.hpp"

#include "autograd/loss_inputs.hpp"
#include "autograd/normalisation.hpp"
#include "autograd/rows.hpp"
#include "devices/recipe_kernels.hpp"

#include <mixcon/negatives/memory/instance_bank.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

sample_table::sample_table(device& on, index_t samples, index_t width) : rows_(filled(on, {samples, width}, 0)) {
  register_state("rows", rows_);
}

variable sample_table::rows(std::span<const index_t> samples) const { return gather_rows(variable(rows_), samples); }

void sample_table::move(const std::vector<index_t>& samples, const tensor& embeddings, double momentum) {
  device& on = rows_.on();
  if (recipe_kernels* const kernels = recipe_kernels_of(on)) {
    const tensor moved = on.moved(rows(samples).value(), on.dense(embeddings), 1 - momentum);
    rows_ = kernels->replaced(rows_, unit_rows(variable(moved)).value(), samples);
    return;
  }
  const index_t width = rows_.extents()[1], count = std::ssize(samples);
  with_numbers(on, [&](auto number) {
    using T = decltype(number);
    const lent<mixcon::instance_bank<T>> room;  // of the batch's rows alone
    mixcon::instance_bank<T>& bank = *room;
    bank.samples = count, bank.width = width, bank.momentum = momentum;
    bank.rows.resize(static_cast<std::size_t>(count * width));
    copy_numbers(rows(samples).value(), bank.rows.data());
    kept_list<index_t> ids(samples.size());
    std::iota(ids.begin(), ids.end(), index_t{0});
    const numbers_read<T> moved(embeddings);
    bank.update(mixcon::matrix_view<const T>{moved.data(), {embeddings.extents()[0], width}}, ids,
                autograd::detail::memory_of_losses());
    const auto put = [&](T* table) {
      for (index_t i = 0; i < count; ++i)
        std::copy_n(bank.rows.data() + i * width, width, table + samples[static_cast<std::size_t>(i)] * width);
    };
    rows_ = on.dense(rows_);
    if (void* const table = on.data(rows_)) {  // nobody else holds it: rows() copies
      put(static_cast<T*>(table));
      return;
    }
    kept_list<T> all(static_cast<std::size_t>(rows_.extents().size()));
    copy_numbers(rows_, all.data());
    put(all.data());
    rows_ = tensor_of(on, rows_.extents(), all.data());
  });
}

named_samples named_by(lent<mixcon::negative_list> over_all_samples) {
  named_samples named{.list = std::move(over_all_samples)};
  std::int32_t last = -1;
  for (const std::int32_t key : named.list->key) last = std::max(last, key);
  kept_list<std::int32_t> place(std::bit_ceil(static_cast<std::size_t>(last + 1)), -1);  // in the table
  for (std::int32_t& key : named.list->key) {
    if (key < 0) continue;
    std::int32_t& at = place[static_cast<std::size_t>(key)];
    if (at < 0) {
      at = static_cast<std::int32_t>(named.samples.size());
      named.samples.push_back(key);
    }
    key = at;
  }
  const std::size_t count = named.samples.size();
  if (count > 0) named.samples.resize(std::bit_ceil(count), named.samples[0]);
  return named;
}

}  // namespace recipes
}  // namespace mixcon_train
