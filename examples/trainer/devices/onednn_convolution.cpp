// SPDX-License-Identifier: BSD-3-Clause
// Convolutions of onednn_device, a slice of the batch at a time.
#include "devices/onednn_kernels.hpp"

#include <algorithm>
#include <string>

namespace mixcon_train {
inline namespace devices {

namespace {

using dims = dnnl::memory::dims;

/// Weights with more numbers than this are summed from fewer parts, since each part has as many.
constexpr index_t many_weights = 1 << 16;

/// The shapes of a convolution of some images.
struct convolution_shapes {
  shape x, weights, out;
  convolution_rule rule;

  convolution_shapes of(index_t images) const {
    convolution_shapes same = *this;
    same.x[0] = same.out[0] = images;
    return same;
  }
  kernel_key key(const char* kind) const {
    kernel_key made(kind);
    for (int axis = 0; axis < 4; ++axis) made.with(x[axis]).with(weights[axis]);
    return made.with(rule.stride).with(rule.padding);
  }
  dims strides() const { return {rule.stride, rule.stride}; }
  dims left() const { return {rule.padding, rule.padding}; }
  /// The rows and columns that the last window reaches beyond the image.
  dims right() const {
    return {(out[2] - 1) * rule.stride + weights[2] - x[2] - rule.padding,
            (out[3] - 1) * rule.stride + weights[3] - x[3] - rule.padding};
  }
};

constexpr auto direct = dnnl::algorithm::convolution_direct;

}  // namespace

// Kernels of another number of images keep the layouts that were chosen for the first.
static const auto& forward_kernel(auto& kernels, const convolution_shapes& s) {
  return kernels.template find<dnnl::convolution_forward>(s.key("convolution"), [&] {
    return dnnl::convolution_forward::primitive_desc(
        {dnnl::prop_kind::forward_training, direct, kernels.any(s.x), kernels.any(s.weights), kernels.any(s.out),
         s.strides(), s.left(), s.right()},
        kernels.attributes(), kernels.engine);
  });
}

tensor onednn_device::convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) {
  const shape &i = x.extents(), &w = weights.extents();
  const shape extents{i[0], w[0], steps_of_window(i[2], w[2], rule.stride, rule.padding),
                      steps_of_window(i[3], w[3], rule.stride, rule.padding)};
  const convolution_shapes shapes{i, w, extents, rule};
  const batch_slices slices(i[0]);
  const auto &small = forward_kernel(*kernels_, shapes.of(slices.size(0))),
             &large = forward_kernel(*kernels_, shapes.of(slices.size(slices.count - 1)));
  const tensor from = kernels_->in_slices(x, with_images(small.at(DNNL_ARG_SRC), i[0])),
               filter = kernels_->in_whole(weights, small.at(DNNL_ARG_WEIGHTS));
  tensor out = kernels_->make(extents, with_images(small.at(DNNL_ARG_DST), i[0]));
  slice_block* const to = &block_of(out);
  to->promise(slices.count, [on = kernels_.get(), from, filter, to, slices, &small, &large](index_t slice) {
    block_of(from).finish(slice);
    const auto& kernel = slices.size(slice) == slices.size(0) ? small : large;
    on->run(kernel, {{DNNL_ARG_SRC, on->part(block_of(from), kernel.at(DNNL_ARG_SRC), slices.first(slice))},
                     {DNNL_ARG_WEIGHTS, on->whole(filter)},
                     {DNNL_ARG_DST, on->part(*to, kernel.at(DNNL_ARG_DST), slices.first(slice))}});
  });
  return out;
}

tensor onednn_device::convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                                       const convolution_rule& rule) {
  const convolution_shapes shapes{x.extents(), weights.extents(), upstream.extents(), rule};
  const index_t images = x.extents()[0];
  const batch_slices slices(images);
  const auto kernel_of = [&](index_t size) -> const auto& {
    const convolution_shapes s = shapes.of(size);
    return kernels_->find<dnnl::convolution_backward_data>(s.key("convolution by x"), [&] {
      return dnnl::convolution_backward_data::primitive_desc({direct, kernels_->any(s.x), kernels_->any(s.weights),
                                                              kernels_->any(s.out), s.strides(), s.left(), s.right()},
                                                             kernels::attributes(), kernels_->engine,
                                                             forward_kernel(*kernels_, s).desc);
    });
  };
  const auto &small = kernel_of(slices.size(0)), &large = kernel_of(slices.size(slices.count - 1));
  const tensor g = kernels_->in_slices(upstream, with_images(small.at(DNNL_ARG_DIFF_DST), images)),
               filter = kernels_->in_whole(weights, small.at(DNNL_ARG_WEIGHTS));
  tensor by = kernels_->make(x.extents(), with_images(small.at(DNNL_ARG_DIFF_SRC), images));
  slice_block* const to = &block_of(by);
  to->promise(slices.count, [on = kernels_.get(), g, filter, to, slices, &small, &large](index_t slice) {
    block_of(g).finish(slice);
    const auto& kernel = slices.size(slice) == slices.size(0) ? small : large;
    on->run(kernel, {{DNNL_ARG_DIFF_DST, on->part(block_of(g), kernel.at(DNNL_ARG_DIFF_DST), slices.first(slice))},
                     {DNNL_ARG_WEIGHTS, on->whole(filter)},
                     {DNNL_ARG_DIFF_SRC, on->part(*to, kernel.at(DNNL_ARG_DIFF_SRC), slices.first(slice))}});
  });
  return by;
}

// Some slices at a time, each group's sum by itself; the groups are added in their order.
tensor onednn_device::convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                             const convolution_rule& rule) {
  const convolution_shapes shapes{x.extents(), weights.extents(), upstream.extents(), rule};
  const index_t images = x.extents()[0];
  const batch_slices slices(images);
  const index_t groups = weights.extents().size() > many_weights ? std::min<index_t>(slices.count, 4) : slices.count;
  const auto first_slice = [&](index_t group) { return group * slices.count / groups; };
  const auto first_image = [&](index_t group) { return slices.first(first_slice(group)); };
  const auto kernel_of = [&](index_t group) -> const auto& {
    const convolution_shapes s = shapes.of(first_image(group + 1) - first_image(group));
    return kernels_->find<dnnl::convolution_backward_weights>(s.key("convolution by weights"), [&] {
      return dnnl::convolution_backward_weights::primitive_desc(
          {direct, kernels_->any(s.x), kernels::any_float(s.weights), kernels_->any(s.out), s.strides(), s.left(),
           s.right()},
          kernels::attributes(), kernels_->engine, forward_kernel(*kernels_, s).desc);
    });
  };
  kept_list<decltype(&kernel_of(0))> kernel;
  for (index_t group = 0; group < groups; ++group) kernel.push_back(&kernel_of(group));
  const tensor g = kernels_->in_slices(upstream, with_images(kernel[0]->at(DNNL_ARG_DIFF_DST), images)),
               from = kernels_->in_slices(x, with_images(kernel[0]->at(DNNL_ARG_SRC), images));
  const layout& of_sum = kernel[0]->at(DNNL_ARG_DIFF_WEIGHTS);
  const index_t size = static_cast<index_t>(of_sum.get_size() / sizeof(float));
  const auto parts = kernels_->floats(groups * size);
  kernels_->share_out(groups, [&](index_t group) {
    for (index_t slice = first_slice(group); slice < first_slice(group + 1); ++slice) {
      block_of(g).finish(slice);
      block_of(from).finish(slice);
    }
    const auto& of_size = *kernel[static_cast<std::size_t>(group)];
    kernels_->run(of_size,
                  {{DNNL_ARG_DIFF_DST, kernels_->part(block_of(g), of_size.at(DNNL_ARG_DIFF_DST), first_image(group))},
                   {DNNL_ARG_SRC, kernels_->part(block_of(from), of_size.at(DNNL_ARG_SRC), first_image(group))},
                   {DNNL_ARG_DIFF_WEIGHTS, parts->bytes() + static_cast<std::size_t>(group * size) * sizeof(float)}});
  });
  const tensor by = kernels_->make(weights.extents(), of_sum);
  const index_t chunks = std::max<index_t>(1, size / many_weights);
  kernels_->share_out(chunks, [&](index_t chunk) {
    add_parts(reinterpret_cast<const float*>(parts->bytes()), static_cast<std::size_t>(groups),
              static_cast<std::size_t>(size), static_cast<std::size_t>(chunk * size / chunks),
              static_cast<std::size_t>((chunk + 1) * size / chunks), reinterpret_cast<float*>(block_of(by).bytes()));
  });
  return kernels_->in_whole(by, plain_layout(weights.extents()));
}

}  // namespace devices
}  // namespace mixcon_train
