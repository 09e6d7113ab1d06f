// SPDX-License-Identifier: BSD-3-Clause
#include "devices/onednn_kernels.hpp"

#include <omp.h>

#include <stdexcept>

namespace mixcon_train {
inline namespace devices {

one_thread_each::one_thread_each() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
one_thread_each::~one_thread_each() { omp_set_num_threads(before_); }

layout layout_of(const tensor& x) {
  const layout& made = block_of(x).made_as();
  return has_extents(made, x.extents()) ? made : plain_layout(x.extents());
}

onednn_device::kernels::kernels(device& owner, precision activations, int threads)
    : engine(dnnl::engine::kind::cpu, 0),
      owner_(owner),
      activations_(activations == precision::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32) {
  set_threads(threads);
}

void onednn_device::kernels::set_threads(int threads) {
  if (threads == threads_) return;
  threads_ = threads;
  omp_set_num_threads(threads);
  crew_ = threads > 1 ? std::make_unique<mixcon::thread_pool>(threads) : nullptr;
  while (kits_.size() < static_cast<std::size_t>(threads))
    kits_.push_back(std::make_unique<kit>(kit{dnnl::stream(engine), nullptr}));
  keep_scratch(0);
}

onednn_device::kernels::lent_kit::lent_kit(kernels& owner) : from(owner) {
  const std::lock_guard lock(from.mutex_);
  of = std::move(from.kits_.back());
  from.kits_.pop_back();
}
onednn_device::kernels::lent_kit::~lent_kit() {
  const std::lock_guard lock(from.mutex_);
  from.kits_.push_back(std::move(of));
}

dnnl::primitive_attr onednn_device::kernels::attributes() {
  dnnl::primitive_attr made;
  made.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return made;
}

void onednn_device::kernels::keep_scratch(std::size_t bytes) {
  const bool grows = bytes > most_scratch_;
  most_scratch_ = std::max(most_scratch_, bytes);
  for (const auto& each : kits_)
    if (most_scratch_ > 0 && (grows || !each->scratch)) {
      each->scratch.reset();
      each->scratch = std::make_unique_for_overwrite<float[]>(most_scratch_ / sizeof(float) + 32);
    }
}

std::vector<std::pair<int, layout>> onednn_device::kernels::places_of(const dnnl::primitive_desc_base& desc) {
  std::vector<std::pair<int, layout>> places;
  for (const int place : {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_WORKSPACE, DNNL_ARG_DIFF_SRC,
                          DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS})
    if (const layout at = desc.query_md(dnnl::query::exec_arg_md, place); at.data.ndims > 0)
      places.emplace_back(place, at);
  return places;
}

const layout& onednn_device::kernels::prepared::at(int place) const {
  for (const auto& [each, at] : places)
    if (each == place) return at;
  throw std::logic_error("onednn_device: a kernel has no such argument");
}

void onednn_device::kernels::run(const prepared& kernel, arguments with) {
  const lent_kit lent(*this);
  std::vector<dnnl::memory>& held = lent.of->held[&kernel];
  if (held.empty()) {
    void* const nothing_yet = nullptr;
    for (const auto& [place, at] : kernel.places) held.emplace_back(at, engine, nothing_yet);
    if (kernel.scratch.get_size() > 0) held.emplace_back(kernel.scratch, engine, nothing_yet);
  }
  dnnl_exec_arg_t given[16];
  int count = 0;
  const auto give = [&](std::size_t which, int place, void* data) {
    dnnl::error::wrap_c_api(dnnl_memory_set_data_handle(held[which].get(), data), "onednn_device: memory");
    given[count++] = {place, held[which].get()};
  };
  for (const argument& each : with)
    for (std::size_t k = 0; k < kernel.places.size(); ++k)
      if (kernel.places[k].first == each.place) give(k, each.place, each.data);
  if (kernel.scratch.get_size() > 0) {
    const auto at = (reinterpret_cast<std::uintptr_t>(lent.of->scratch.get()) + 63) / 64 * 64;
    give(kernel.places.size(), DNNL_ARG_SCRATCHPAD, reinterpret_cast<void*>(at));
  }
  dnnl::error::wrap_c_api(dnnl_primitive_execute(kernel.primitive.get(), lent.of->stream.get(), count, given),
                          "onednn_device: a kernel does not run");
  lent.of->stream.wait();
}

// Forgetting a promise may end blocks, and with them promises.
void onednn_device::kernels::forget_kept_promises() {
  kept_list<slice_block::kept> kept;
  for (std::size_t k = waiting.size(); k-- > 0;)
    if (slice_block& block = *waiting[k]; block.complete()) {
      kept.push_back(block.kept_promise());
      waiting[k] = waiting.back();
      waiting.pop_back();
    }
}

tensor onednn_device::kernels::in_slices(const tensor& x, const layout& wanted) {
  const layout from = layout_of(x);
  if (from == wanted) return x;
  tensor moved = make(x.extents(), wanted);
  const batch_slices slices(x.extents()[0]);
  const auto kernel = [&](index_t images) -> const made<dnnl::reorder>& {
    const layout source = with_images(from, images), target = with_images(wanted, images);
    return find<dnnl::reorder>(kernel_key("reorder").with(source).with(target), [&] {
      return dnnl::reorder::primitive_desc(engine, source, engine, target, attributes());
    });
  };
  const auto &small = kernel(slices.size(0)), &large = kernel(slices.size(slices.count - 1));
  slice_block* const to = &block_of(moved);
  to->promise(slices.count, [this, x, to, slices, &small, &large](index_t slice) {
    block_of(x).finish(slice);
    const auto& kernel_of_size = slices.size(slice) == slices.size(0) ? small : large;
    run(kernel_of_size, {{DNNL_ARG_FROM, part(block_of(x), kernel_of_size.at(DNNL_ARG_SRC), slices.first(slice))},
                         {DNNL_ARG_TO, part(*to, kernel_of_size.at(DNNL_ARG_DST), slices.first(slice))}});
  });
  return moved;
}

tensor onednn_device::kernels::in_whole(const tensor& x, const layout& wanted) {
  const layout from = layout_of(x);
  if (from == wanted) return x;
  finish(x);
  tensor moved = make(x.extents(), wanted);
  const auto& kernel = find<dnnl::reorder>(kernel_key("reorder").with(from).with(wanted), [&] {
    return dnnl::reorder::primitive_desc(engine, from, engine, wanted, attributes());
  });
  const one_thread_each alone;
  run(kernel, {{DNNL_ARG_FROM, whole(x)}, {DNNL_ARG_TO, whole(moved)}});
  return moved;
}

}  // namespace devices
}  // namespace mixcon_train
