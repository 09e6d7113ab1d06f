// SPDX-License-Identifier: BSD-3-Clause
#include "run/over_ranks.hpp"

#include "ranks/batch_share.hpp"
#include "ranks/sums.hpp"
#include "run/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace mixcon_train {
inline namespace run {

namespace {

std::size_t size(index_t count) { return static_cast<std::size_t>(count); }

/// Copies the rows of each rank, block by block of n, to their places among blocks of N.
template <class Place>
void share_out(index_t ranks, index_t blocks, index_t samples, index_t width, const float* gathered, Place&& place) {
  for (index_t r = 0; r < ranks; ++r)
    for (index_t block = 0; block < blocks; ++block, gathered += samples * width)
      std::copy_n(gathered, samples * width, place((block * ranks + r) * samples));
}

/// Which machine and which of its processors a process runs on.
struct place_of_rank {
  char host[64];
  cpu_set_t processors;
};

}  // namespace

void gather_images(const rank_group& group, batch& of_step) {
  const index_t ranks = group.size(), views = of_step.views, width = of_step.width,
                all = static_cast<index_t>(of_step.samples.size());
  const batch_share mine{group.rank(), ranks};
  const index_t samples = mine.samples(all);
  std::vector<float> sent(size(views * samples * width)), gathered(sent.size() * size(ranks));
  for (index_t v = 0; v < views; ++v)
    std::copy_n(of_step.images.data() + (v * all + mine.first(all)) * width, samples * width,
                sent.data() + v * samples * width);
  group.all_gather(sent.data(), sent.size() * sizeof(float), gathered.data());
  share_out(ranks, views, samples, width, gathered.data(),
            [&](index_t row) { return of_step.images.data() + row * width; });
}

void add_up_gradients(const rank_group& group, const std::vector<parameter>& parameters) {
  std::vector<float> numbers;
  for (const parameter& each : parameters) {
    if (!each.value.gradient()) continue;
    const std::size_t before = numbers.size();
    numbers.resize(before + size(each.value.extents().size()));
    copy_numbers(each.value.gradient(), numbers.data() + before);
  }
  add_over(group, numbers);
  const float* next = numbers.data();
  for (const parameter& each : parameters) {
    if (!each.value.gradient()) continue;
    each.value.set_gradient(tensor_of(each.value.on(), each.value.extents(), next));
    next += each.value.extents().size();
  }
}

void average_over(const rank_group& group, const std::vector<state_tensor>& state) {
  std::vector<float> numbers;
  for (const state_tensor& each : state) {
    const std::size_t before = numbers.size();
    numbers.resize(before + size(each.value->extents().size()));
    copy_numbers(*each.value, numbers.data() + before);
  }
  add_over(group, numbers);
  for (float& number : numbers) number /= static_cast<float>(group.size());
  const float* next = numbers.data();
  for (const state_tensor& each : state) {
    *each.value = tensor_of(each.value->on(), each.value->extents(), next);
    next += each.value->extents().size();
  }
}

state_values::state_values(const std::vector<state_tensor>& state) {
  for (const state_tensor& each : state) before_.push_back(*each.value);
}
std::vector<state_tensor> state_values::changed_in(const std::vector<state_tensor>& state) const {
  std::vector<state_tensor> changed;
  for (std::size_t k = 0; k < state.size(); ++k)
    if (&before_[k].kept() != &state[k].value->kept()) changed.push_back(state[k]);
  return changed;
}

std::vector<float> rows_of_batch(const rank_group& group, const std::vector<float>& mine, index_t width,
                                 index_t views) {
  const index_t samples = static_cast<index_t>(mine.size()) / width / views;
  std::vector<float> gathered(mine.size() * size(group.size())), all(gathered.size());
  group.all_gather(mine.data(), mine.size() * sizeof(float), gathered.data());
  share_out(group.size(), views, samples, width, gathered.data(),
            [&](index_t row) { return all.data() + row * width; });
  return all;
}

bool any_of(const rank_group& group, bool mine) {
  const char said = mine ? 1 : 0;
  std::vector<char> all(size(group.size()));
  group.all_gather(&said, 1, all.data());
  return std::count(all.begin(), all.end(), char{1}) > 0;
}

int threads_of_rank(const rank_group& group) {
  place_of_rank mine;
  std::memset(&mine, 0, sizeof mine);  // padding too: places are compared by their bytes
  gethostname(mine.host, sizeof mine.host - 1);
  sched_getaffinity(0, sizeof mine.processors, &mine.processors);
  std::vector<place_of_rank> all(size(group.size()));
  group.all_gather(&mine, sizeof mine, all.data());
  const auto same = std::count_if(all.begin(), all.end(),
                                  [&](const auto& each) { return std::memcmp(&each, &mine, sizeof mine) == 0; });
  return std::max(1, available_threads() / static_cast<int>(same));
}

}  // namespace run
}  // namespace mixcon_train
