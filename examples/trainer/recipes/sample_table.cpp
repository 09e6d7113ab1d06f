// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/sample_table.hpp"

#include "autograd/loss_inputs.hpp"
#include "autograd/rows.hpp"

#include <mixcon/negatives/memory/instance_bank.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

sample_table::sample_table(device& on, index_t samples, index_t width) : rows_(filled(on, {samples, width}, 0)) {
  register_state("rows", rows_);
}

variable sample_table::rows(std::span<const index_t> samples) const { return gather_rows(variable(rows_), samples); }

void sample_table::move(const std::vector<index_t>& samples, const tensor& embeddings, double momentum) {
  device& on = rows_.on();
  const index_t width = rows_.extents()[1];
  with_numbers(on, [&](auto number) {
    using T = decltype(number);
    const lent<mixcon::instance_bank<T>> room;
    mixcon::instance_bank<T>& bank = *room;
    bank.samples = rows_.extents()[0], bank.width = width, bank.momentum = momentum;
    bank.rows.resize(static_cast<std::size_t>(rows_.extents().size()));
    copy_numbers(rows_, bank.rows.data());
    const numbers_read<T> moved(embeddings);
    bank.update(mixcon::matrix_view<const T>{moved.data(), {embeddings.extents()[0], width}}, samples,
                autograd::detail::memory_of_losses());
    rows_ = tensor_of(on, rows_.extents(), bank.rows.data());
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
