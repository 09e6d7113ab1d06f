// SPDX-License-Identifier: BSD-3-Clause
// Sums and rectifiers of onednn_device, by loops of ours.
#include "devices/activation_loops.hpp"
#include "devices/onednn_kernels.hpp"

namespace mixcon_train {
inline namespace devices {

namespace {

std::size_t number_bytes(const layout& of) { return is_bf16(of) ? 2 : 4; }

/// compute(first byte, how many numbers) of activations when a slice is read; of anything else at once. `reads` are
/// the tensors that it reads, each in the layout of `out`.
template <class Compute>
tensor number_by_number(const tensor& out, const kept_list<tensor>& reads, device& on, Compute&& compute) {
  const layout desc = layout_of(out);
  if (out.extents().rank() != 4) {
    for (const tensor& x : reads)
      if (x) on.data(x);
    compute(std::size_t{}, desc.get_size() / number_bytes(desc));
    return out;
  }
  const batch_slices slices(out.extents()[0]);
  block_of(out).promise(slices.count, [reads, slices, desc, compute](index_t slice) {
    for (const tensor& x : reads) finish(x, slice);
    const std::size_t image = image_bytes(desc), bytes = static_cast<std::size_t>(slices.size(slice)) * image;
    compute(static_cast<std::size_t>(slices.first(slice)) * image, bytes / number_bytes(desc));
  });
  return out;
}

}  // namespace

tensor onednn_device::relu(const tensor& x) {
  const layout desc = layout_of(x);
  const tensor out = kernels_->make(x.extents(), desc);
  char *from = bytes_of(x), *to = bytes_of(out);
  return number_by_number(out, {x}, *this, [loops = &loops_for(is_bf16(desc)), from, to](auto first, auto size) {
    loops->sum(size, from + first, nullptr, true, to + first);
  });
}

// A sum of gradients is left to who reads it, who may mask it or gather its sums on the way.
tensor onednn_device::sum(const tensor& a, const tensor& b) {
  const layout desc = layout_of(a);
  const tensor other = kernels_->in_slices(b, desc), out = kernels_->make(a.extents(), desc);
  char *left = bytes_of(a), *right = bytes_of(other), *to = bytes_of(out);
  number_by_number(out, {a, other}, *this, [loops = &loops_for(is_bf16(desc)), left, right, to](auto first, auto size) {
    loops->sum(size, left + first, right + first, false, to + first);
  });
  if (block_of(out).promised())
    block_of(out).as_gradient = make_kept<promised_gradient>(promised_gradient{a, other, {}});
  return out;
}

tensor onednn_device::relu_gradient(const tensor& upstream, const tensor& out) {
  const layout desc = layout_of(out);
  const tensor g = kernels_->in_slices(upstream, desc), by = kernels_->make(out.extents(), desc);
  promised_gradient arriving{g, {}, out};
  if (const slice_block& block = block_of(g); block.as_gradient && !block.as_gradient->mask && block.untouched())
    arriving.u = block.as_gradient->u, arriving.v = block.as_gradient->v;
  const arriving_gradient from{bytes_of(arriving.u), bytes_of(arriving.v), bytes_of(out)};
  char* const to = bytes_of(by);
  number_by_number(by, {arriving.u, arriving.v, out}, *this,
                   [loops = &loops_for(is_bf16(desc)), from, to](auto first, auto size) {
                     loops->gather(size, from.behind(first), to + first);
                   });
  if (block_of(by).promised()) block_of(by).as_gradient = make_kept<promised_gradient>(arriving);
  return by;
}

}  // namespace devices
}  // namespace mixcon_train
