// SPDX-License-Identifier: BSD-3-Clause
// Pooling of onednn_device: means by loops of ours, maxima by kernels on slices.
#include "devices/activation_loops.hpp"
#include "devices/host_numbers.hpp"
#include "devices/onednn_kernels.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace devices {

tensor onednn_device::average_pool(const tensor& x) {
  const layout desc = layout_of(x);
  const activation_loops& loops = loops_for(is_bf16(desc));
  const index_t images = x.extents()[0], used = x.extents()[1];
  const index_t channels = static_cast<index_t>(loop_extents(desc).channels());
  const batch_slices slices(images);
  tensor out = empty({images, used});
  const auto means = channels == used ? nullptr : kernels_->floats(images * channels);  // padding included
  float *from = means ? floats_of(*means) : numbers_of<float>(out), *to = numbers_of<float>(out);
  kernels_->share_out(slices.count, [&](index_t slice) {
    finish(x, slice);
    const slice_place place(desc, slices, slice);
    loops.pixel_means(place.extents, bytes_of(x, place.first), from + slices.first(slice) * channels);
    if (means)
      for (index_t i = slices.first(slice); i < slices.first(slice + 1); ++i)
        std::copy(from + i * channels, from + i * channels + used, to + i * used);
  });
  return out;
}

tensor onednn_device::average_pool_gradient(const tensor& upstream, const tensor& x) {
  const layout desc = layout_of(x);
  const index_t images = x.extents()[0], used = x.extents()[1];
  const index_t channels = static_cast<index_t>(loop_extents(desc).channels());
  const batch_slices slices(images);
  const auto values = kernels_->floats(images * channels);
  const tensor rows = dense(upstream);
  const float* from = numbers_of<float>(rows);
  for (index_t i = 0; i < images; ++i) {
    float* const to = floats_of(*values) + i * channels;
    std::copy(from + i * used, from + (i + 1) * used, to);
    std::fill(to + used, to + channels, 0.0F);
  }
  tensor by = kernels_->make(x.extents(), desc);
  slice_block* const to = &block_of(by);
  to->promise(slices.count, [loops = &loops_for(is_bf16(desc)), values, channels, to, slices, desc](index_t slice) {
    const slice_place place(desc, slices, slice);
    loops->spread(place.extents, floats_of(*values) + slices.first(slice) * channels,
                  1 / static_cast<float>(place.extents.pixels), to->bytes() + place.first);
  });
  return by;
}

static const auto& max_kernel(auto& kernels, const layout& x, shape out, const pooling_rule& rule) {
  const index_t images = x.dims()[0], rows = x.dims()[2], columns = x.dims()[3];
  out[0] = images;
  const kernel_key key = kernel_key("max").with(x).with(rule.size).with(rule.stride).with(rule.padding);
  return kernels.template find<dnnl::pooling_forward>(key, [&] {
    const dnnl::memory::dims right{(out[2] - 1) * rule.stride + rule.size - rows - rule.padding,
                                   (out[3] - 1) * rule.stride + rule.size - columns - rule.padding};
    return dnnl::pooling_forward::primitive_desc({dnnl::prop_kind::forward_training,
                                                  dnnl::algorithm::pooling_max,
                                                  x,
                                                  kernels.any(out),
                                                  {rule.stride, rule.stride},
                                                  {rule.size, rule.size},
                                                  {rule.padding, rule.padding},
                                                  right},
                                                 kernels.attributes(), kernels.engine);
  });
}

tensor onednn_device::max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) {
  const shape& e = x.extents();
  const shape extents{e[0], e[1], steps_of_window(e[2], rule.size, rule.stride, rule.padding),
                      steps_of_window(e[3], rule.size, rule.stride, rule.padding)};
  const layout desc = layout_of(x);
  const batch_slices slices(e[0]);
  const auto &small = max_kernel(*kernels_, with_images(desc, slices.size(0)), extents, rule),
             &large = max_kernel(*kernels_, with_images(desc, slices.size(slices.count - 1)), extents, rule);
  tensor out = kernels_->make(extents, with_images(small.at(DNNL_ARG_DST), e[0]));
  const auto places = kernels_->make_block(with_images(small.at(DNNL_ARG_WORKSPACE), e[0]));
  workspace = places;
  slice_block* const to = &block_of(out);
  to->promise(slices.count, [on = kernels_.get(), x, to, places, slices, &small, &large](index_t slice) {
    finish(x, slice);
    const auto& kernel = slices.size(slice) == slices.size(0) ? small : large;
    const index_t first = slices.first(slice);
    on->run(kernel, {{DNNL_ARG_SRC, on->part(block_of(x), kernel.at(DNNL_ARG_SRC), first)},
                     {DNNL_ARG_DST, on->part(*to, kernel.at(DNNL_ARG_DST), first)},
                     {DNNL_ARG_WORKSPACE, on->part(*places, kernel.at(DNNL_ARG_WORKSPACE), first)}});
  });
  return out;
}

tensor onednn_device::max_pool_gradient(const tensor& upstream, const tensor& x, const tensor& out,
                                        const pooling_rule& rule, const std::shared_ptr<storage>& workspace) {
  const shape &e = x.extents(), &o = out.extents();
  const layout desc = layout_of(x);
  const batch_slices slices(e[0]);
  const auto kernel_of = [&](index_t images) -> const auto& {
    const auto& forward = max_kernel(*kernels_, with_images(desc, images), o, rule);
    const layout of_images = with_images(desc, images);
    const kernel_key key =
        kernel_key("max gradient").with(of_images).with(rule.size).with(rule.stride).with(rule.padding);
    return kernels_->find<dnnl::pooling_backward>(key, [&] {
      const dnnl::memory::dims right{(o[2] - 1) * rule.stride + rule.size - e[2] - rule.padding,
                                     (o[3] - 1) * rule.stride + rule.size - e[3] - rule.padding};
      return dnnl::pooling_backward::primitive_desc({dnnl::algorithm::pooling_max,
                                                     of_images,
                                                     forward.desc.dst_desc(),
                                                     {rule.stride, rule.stride},
                                                     {rule.size, rule.size},
                                                     {rule.padding, rule.padding},
                                                     right},
                                                    kernels::attributes(), kernels_->engine, forward.desc);
    });
  };
  const auto &small = kernel_of(slices.size(0)), &large = kernel_of(slices.size(slices.count - 1));
  const tensor g = kernels_->in_slices(upstream, with_images(small.at(DNNL_ARG_DIFF_DST), e[0]));
  tensor by = kernels_->make(e, desc);
  slice_block* const to = &block_of(by);
  to->promise(slices.count, [on = kernels_.get(), g, out, to, workspace, slices, &small, &large](index_t slice) {
    finish(g, slice), finish(out, slice);
    const auto& kernel = slices.size(slice) == slices.size(0) ? small : large;
    const auto& places = static_cast<const slice_block&>(*workspace);
    const index_t first = slices.first(slice);
    on->run(kernel, {{DNNL_ARG_DIFF_DST, on->part(block_of(g), kernel.at(DNNL_ARG_DIFF_DST), first)},
                     {DNNL_ARG_WORKSPACE, on->part(places, kernel.at(DNNL_ARG_WORKSPACE), first)},
                     {DNNL_ARG_DIFF_SRC, on->part(*to, kernel.at(DNNL_ARG_DIFF_SRC), first)}});
  });
  return by;
}

}  // namespace devices
}  // namespace mixcon_train
