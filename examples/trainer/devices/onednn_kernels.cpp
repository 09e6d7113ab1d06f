// SPDX-License-Identifier: BSD-3-Clause
#include "devices/onednn_kernels.hpp"

#include <omp.h>

namespace mixcon_train {
inline namespace devices {

one_thread_each::one_thread_each() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
one_thread_each::~one_thread_each() { omp_set_num_threads(before_); }

layout layout_of(const tensor& x) {
  const layout made = block_of(x).held().get_desc();
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

void onednn_device::kernels::run(const dnnl::primitive& kernel, const layout& scratch, arguments with) {
  const lent_kit lent(*this);
  dnnl_exec_arg_t given[most_arguments + 1];
  int count = 0;
  for (const argument& each : with) given[count++] = {each.place, each.memory.get()};
  dnnl::memory for_itself;
  if (scratch.get_size() > 0) {
    const auto at = (reinterpret_cast<std::uintptr_t>(lent.of->scratch.get()) + 63) / 64 * 64;
    for_itself = dnnl::memory(scratch, engine, reinterpret_cast<void*>(at));
    given[count++] = {DNNL_ARG_SCRATCHPAD, for_itself.get()};
  }
  dnnl::error::wrap_c_api(dnnl_primitive_execute(kernel.get(), lent.of->stream.get(), count, given),
                          "onednn_device: a kernel does not run");
  lent.of->stream.wait();
}

// Forgetting a promise may end blocks, and with them promises.
void onednn_device::kernels::forget_kept_promises() {
  std::vector<slice_block::kept> kept;
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
    run(kernel_of_size, {{DNNL_ARG_FROM, part(block_of(x), kernel_of_size.desc.src_desc(), slices.first(slice))},
                         {DNNL_ARG_TO, part(*to, kernel_of_size.desc.dst_desc(), slices.first(slice))}});
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

dnnl::memory onednn_device::kernels::whole(const tensor& x) const {
  const slice_block& block = block_of(x);
  return {layout_of(x), engine, block.bytes()};
}

}  // namespace devices
}  // namespace mixcon_train
