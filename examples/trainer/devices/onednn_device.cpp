// SPDX-License-Identifier: BSD-3-Clause
#include "devices/onednn_device.hpp"

#include "devices/host_numbers.hpp"
#include "devices/memory_pool.hpp"

#include <omp.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include <oneapi/dnnl/dnnl.hpp>

namespace mixcon_train {
inline namespace devices {

namespace {

using dnnl::memory;
using layout = memory::desc;
using type = memory::data_type;

memory::dims dims_of(const shape& extents) {
  memory::dims dims;
  for (int axis = 0; axis < extents.rank(); ++axis) dims.push_back(extents[axis]);
  return dims;
}
memory::dims row_major(const memory::dims& dims) {
  memory::dims strides(dims.size(), 1);
  for (std::size_t axis = dims.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * dims[axis];
  return strides;
}
/// Row-major floats.
layout plain(const shape& extents) { return {dims_of(extents), type::f32, row_major(dims_of(extents))}; }

/// A tensor's memory, from the pool and back to it.
class block : public storage {
 public:
  block(memory_pool& pool, const dnnl::engine& engine, const layout& desc)
      : pool_(pool), bytes_(desc.get_size()), data_(pool.take(bytes_)), held(desc, engine, data_) {}
  block(const block&) = delete;
  block& operator=(const block&) = delete;
  ~block() override { pool_.give_back(data_, bytes_); }

 private:
  memory_pool& pool_;
  std::size_t bytes_;
  void* data_;

 public:
  memory held;
};
const memory& held_by(const storage& kept) { return static_cast<const block&>(kept).held; }

/// How a tensor lies in memory: as it was made, or, seen under another shape, row-major.
layout layout_of(const tensor& x) {
  const layout made = held_by(x.kept()).get_desc();
  return made.dims() == dims_of(x.extents()) ? made : plain(x.extents());
}
memory of(const tensor& x) {
  const memory& held = held_by(x.kept());
  return held.get_desc().dims() == dims_of(x.extents())
             ? held
             : memory(plain(x.extents()), held.get_engine(), held.get_data_handle());
}

/// What tells one kernel from another: its kind, layouts and numbers.
class kernel_key {
 public:
  explicit kernel_key(const char* kind) : text_(kind) {}
  kernel_key& with(std::int64_t number) {
    text_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  kernel_key& with(const layout& desc) {
    const dnnl_memory_desc_t& d = desc.data;
    with(d.ndims).with(d.data_type).with(d.format_kind);
    for (int axis = 0; axis < d.ndims; ++axis) with(d.dims[axis]).with(d.padded_dims[axis]);
    if (d.format_kind != dnnl_blocked) return *this;
    const dnnl_blocking_desc_t& blocking = d.format_desc.blocking;
    for (int axis = 0; axis < d.ndims; ++axis) with(blocking.strides[axis]);
    for (int level = 0; level < blocking.inner_nblks; ++level)
      with(blocking.inner_blks[level]).with(blocking.inner_idxs[level]);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

index_t after(index_t extent, index_t size, index_t stride, index_t padding) {
  return (extent + 2 * padding - size) / stride + 1;
}

dnnl::normalization_flags norm_flags(bool rectify, bool fixed) {
  auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
  if (rectify) flags = flags | dnnl::normalization_flags::fuse_norm_relu;
  if (fixed) flags = flags | dnnl::normalization_flags::use_global_stats;
  return flags;
}

}  // namespace

/// The engine, its memory, and every kernel that was needed so far: making one costs far more than running it.
class onednn_device::kernels {
 public:
  kernels(device& owner, precision activations, int number)
      : threads(number),
        engine(dnnl::engine::kind::cpu, 0),
        owner_(owner),
        activations_(activations == precision::bf16 ? type::bf16 : type::f32),
        stream_(engine) {
    omp_set_num_threads(threads);
  }

  const int threads;
  const dnnl::engine engine;
  memory_pool pool;

  /// Any layout of an activation.
  layout any(const shape& extents) const { return {dims_of(extents), activations_, memory::format_tag::any}; }
  static layout any_float(const shape& extents) { return {dims_of(extents), type::f32, memory::format_tag::any}; }

  tensor make(const shape& extents, const layout& desc) {
    return {owner_, extents, std::make_shared<block>(pool, engine, desc)};
  }
  std::shared_ptr<storage> workspace(const layout& desc) { return std::make_shared<block>(pool, engine, desc); }

  /// The tensor in this layout; itself when it lies so.
  tensor in(const tensor& x, const layout& wanted) {
    if (layout_of(x) == wanted) return x;
    tensor moved = make(x.extents(), wanted);
    const auto& kernel = find<dnnl::reorder>(kernel_key("reorder").with(layout_of(x)).with(wanted), [&] {
      return dnnl::reorder::primitive_desc(engine, layout_of(x), engine, wanted);
    });
    run(kernel.primitive, {{DNNL_ARG_FROM, of(x)}, {DNNL_ARG_TO, of(moved)}});
    return moved;
  }

  /// A kernel and its description, made on first use.
  template <class Kernel>
  struct made {
    typename Kernel::primitive_desc desc;
    Kernel primitive;
  };
  template <class Kernel, class Make>
  const made<Kernel>& find(const kernel_key& key, Make&& make) {
    std::shared_ptr<void>& kept = made_[key.text()];
    if (!kept) {
      auto desc = make();
      auto primitive = Kernel(desc);
      kept = std::make_shared<made<Kernel>>(made<Kernel>{std::move(desc), std::move(primitive)});
    }
    return *static_cast<const made<Kernel>*>(kept.get());
  }
  void run(const dnnl::primitive& kernel, const std::unordered_map<int, memory>& arguments) {
    kernel.execute(stream_, arguments);
    stream_.wait();
  }

  const made<dnnl::convolution_forward>& convolution(const shape& x, const shape& w, const shape& out,
                                                     const convolution_rule& rule) {
    return find<dnnl::convolution_forward>(convolution_key("convolution", x, w, rule), [&] {
      return dnnl::convolution_forward::primitive_desc({dnnl::prop_kind::forward_training,
                                                        dnnl::algorithm::convolution_direct,
                                                        any(x),
                                                        any(w),
                                                        any(out),
                                                        {rule.stride, rule.stride},
                                                        {rule.padding, rule.padding},
                                                        right_padding(x, w, out, rule)},
                                                       engine);
    });
  }
  static kernel_key convolution_key(const char* kind, const shape& x, const shape& w, const convolution_rule& rule) {
    kernel_key key(kind);
    for (int axis = 0; axis < 4; ++axis) key.with(x[axis]).with(w[axis]);
    return key.with(rule.stride).with(rule.padding);
  }
  /// The rows and columns that the last window reaches beyond the image.
  static memory::dims right_padding(const shape& x, const shape& w, const shape& out, const convolution_rule& rule) {
    return {(out[2] - 1) * rule.stride + w[2] - x[2] - rule.padding,
            (out[3] - 1) * rule.stride + w[3] - x[3] - rule.padding};
  }

  const made<dnnl::batch_normalization_forward>& norm(const layout& x, bool rectify, bool fixed) {
    const kernel_key key = kernel_key("norm").with(x).with(rectify).with(fixed);
    return find<dnnl::batch_normalization_forward>(key, [&] {
      const auto kind = fixed ? dnnl::prop_kind::forward_inference : dnnl::prop_kind::forward_training;
      return dnnl::batch_normalization_forward::primitive_desc(
          {kind, x, static_cast<float>(norm_epsilon), norm_flags(rectify, fixed)}, engine);
    });
  }

  const made<dnnl::eltwise_forward>& relu(const layout& x) {
    return find<dnnl::eltwise_forward>(kernel_key("relu").with(x), [&] {
      return dnnl::eltwise_forward::primitive_desc(
          {dnnl::prop_kind::forward_training, dnnl::algorithm::eltwise_relu_use_dst_for_bwd, x, 0.0F, 0.0F}, engine);
    });
  }
  const made<dnnl::binary>& sum(const layout& a, bool rectify) {
    return find<dnnl::binary>(kernel_key("sum").with(a).with(rectify), [&] {
      dnnl::primitive_attr attributes;
      dnnl::post_ops then;
      if (rectify) then.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
      attributes.set_post_ops(then);
      return dnnl::binary::primitive_desc({dnnl::algorithm::binary_add, a, a, a}, attributes, engine);
    });
  }
  tensor sum_of(const tensor& a, const tensor& b, bool rectify) {
    const layout desc = layout_of(a);
    const tensor other = in(b, desc), out = make(a.extents(), desc);
    run(sum(desc, rectify).primitive, {{DNNL_ARG_SRC_0, of(a)}, {DNNL_ARG_SRC_1, of(other)}, {DNNL_ARG_DST, of(out)}});
    return out;
  }

  const made<dnnl::pooling_forward>& pool_of(dnnl::algorithm how, const layout& x, const shape& extents,
                                             const shape& out, const memory::dims& size, const pooling_rule& rule) {
    const kernel_key key = kernel_key("pool")
                               .with(static_cast<int>(how))
                               .with(x)
                               .with(size[0])
                               .with(size[1])
                               .with(rule.stride)
                               .with(rule.padding);
    return find<dnnl::pooling_forward>(key, [&] {
      const memory::dims right{(out[2] - 1) * rule.stride + size[0] - extents[2] - rule.padding,
                               (out[3] - 1) * rule.stride + size[1] - extents[3] - rule.padding};
      return dnnl::pooling_forward::primitive_desc({dnnl::prop_kind::forward_training,
                                                    how,
                                                    x,
                                                    any(out),
                                                    {rule.stride, rule.stride},
                                                    size,
                                                    {rule.padding, rule.padding},
                                                    right},
                                                   engine);
    });
  }

  /// The matrix product of dense a and b, read in these layouts.
  tensor product(const tensor& a, const layout& from, const tensor& b, const layout& by, const shape& extents) {
    const layout to = plain(extents);
    const auto& kernel = find<dnnl::matmul>(kernel_key("product").with(from).with(by), [&] {
      return dnnl::matmul::primitive_desc({from, by, to}, engine);
    });
    tensor out = make(extents, to);
    run(kernel.primitive, {{DNNL_ARG_SRC, memory(from, engine, of(a).get_data_handle())},
                           {DNNL_ARG_WEIGHTS, memory(by, engine, of(b).get_data_handle())},
                           {DNNL_ARG_DST, of(out)}});
    return out;
  }

 private:
  device& owner_;
  const type activations_;
  dnnl::stream stream_;
  std::unordered_map<std::string, std::shared_ptr<void>> made_;
};

onednn_device::onednn_device(precision activations, int threads) {
  if (threads < 0)
    throw std::invalid_argument("onednn_device: " + std::to_string(threads) +
                                " threads; expected at least 1, or 0 for one a core");
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  kernels_ = std::make_unique<kernels>(*this, activations, threads > 0 ? threads : cores > 0 ? cores : 1);
}
onednn_device::~onednn_device() = default;

int onednn_device::threads() const { return kernels_->threads; }
index_t onednn_device::allocations() const { return kernels_->pool.allocations(); }
tensor onednn_device::empty(const shape& extents) { return kernels_->make(extents, plain(extents)); }
tensor onednn_device::dense(const tensor& x) { return kernels_->in(x, plain(x.extents())); }
void* onednn_device::data(const tensor& dense) { return of(dense).get_data_handle(); }

tensor onednn_device::sum(const tensor& a, const tensor& b) { return kernels_->sum_of(a, b, false); }
tensor onednn_device::relu_of_sum(const tensor& a, const tensor& b) { return kernels_->sum_of(a, b, true); }

tensor onednn_device::scaled(const tensor& x, double factor) {
  const tensor from = dense(x), out = empty(x.extents());
  const float* source = numbers_of<float>(from);
  float* to = numbers_of<float>(out);
  const float by = static_cast<float>(factor);
  for (index_t k = 0; k < x.extents().size(); ++k) to[k] = by * source[k];
  return out;
}

tensor onednn_device::convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) {
  const shape &i = x.extents(), &w = weights.extents();
  const shape extents{i[0], w[0], after(i[2], w[2], rule.stride, rule.padding),
                      after(i[3], w[3], rule.stride, rule.padding)};
  const auto& kernel = kernels_->convolution(i, w, extents, rule);
  const tensor from = kernels_->in(x, kernel.desc.src_desc()),
               filter = kernels_->in(weights, kernel.desc.weights_desc());
  tensor out = kernels_->make(extents, kernel.desc.dst_desc());
  kernels_->run(kernel.primitive, {{DNNL_ARG_SRC, of(from)}, {DNNL_ARG_WEIGHTS, of(filter)}, {DNNL_ARG_DST, of(out)}});
  return out;
}
tensor onednn_device::convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                                       const convolution_rule& rule) {
  const shape &i = x.extents(), &w = weights.extents(), &o = upstream.extents();
  const auto& kernel =
      kernels_->find<dnnl::convolution_backward_data>(kernels::convolution_key("convolution by x", i, w, rule), [&] {
        return dnnl::convolution_backward_data::primitive_desc({dnnl::algorithm::convolution_direct,
                                                                kernels_->any(i),
                                                                kernels_->any(w),
                                                                kernels_->any(o),
                                                                {rule.stride, rule.stride},
                                                                {rule.padding, rule.padding},
                                                                kernels::right_padding(i, w, o, rule)},
                                                               kernels_->engine,
                                                               kernels_->convolution(i, w, o, rule).desc);
      });
  const tensor g = kernels_->in(upstream, kernel.desc.diff_dst_desc()),
               filter = kernels_->in(weights, kernel.desc.weights_desc());
  tensor by = kernels_->make(i, kernel.desc.diff_src_desc());
  kernels_->run(kernel.primitive,
                {{DNNL_ARG_DIFF_DST, of(g)}, {DNNL_ARG_WEIGHTS, of(filter)}, {DNNL_ARG_DIFF_SRC, of(by)}});
  return by;
}
tensor onednn_device::convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                             const convolution_rule& rule) {
  const shape &i = x.extents(), &w = weights.extents(), &o = upstream.extents();
  const auto& kernel = kernels_->find<dnnl::convolution_backward_weights>(
      kernels::convolution_key("convolution by weights", i, w, rule), [&] {
        return dnnl::convolution_backward_weights::primitive_desc({dnnl::algorithm::convolution_direct,
                                                                   kernels_->any(i),
                                                                   kernels::any_float(w),
                                                                   kernels_->any(o),
                                                                   {rule.stride, rule.stride},
                                                                   {rule.padding, rule.padding},
                                                                   kernels::right_padding(i, w, o, rule)},
                                                                  kernels_->engine,
                                                                  kernels_->convolution(i, w, o, rule).desc);
      });
  const tensor g = kernels_->in(upstream, kernel.desc.diff_dst_desc()), from = kernels_->in(x, kernel.desc.src_desc());
  const tensor by = kernels_->make(w, kernel.desc.diff_weights_desc());
  kernels_->run(kernel.primitive,
                {{DNNL_ARG_DIFF_DST, of(g)}, {DNNL_ARG_SRC, of(from)}, {DNNL_ARG_DIFF_WEIGHTS, of(by)}});
  return dense(by);
}

norm_pass onednn_device::batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) {
  const auto& kernel = kernels_->norm(layout_of(x), rectify, false);
  norm_pass pass{kernels_->make(x.extents(), layout_of(x)), empty(scale.extents()), empty(scale.extents()), nullptr};
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, of(x)},          {DNNL_ARG_DST, of(pass.out)},
                                            {DNNL_ARG_SCALE, of(scale)},    {DNNL_ARG_SHIFT, of(shift)},
                                            {DNNL_ARG_MEAN, of(pass.mean)}, {DNNL_ARG_VARIANCE, of(pass.variance)}};
  if (rectify) {
    pass.workspace = kernels_->workspace(kernel.desc.workspace_desc());
    arguments.insert({DNNL_ARG_WORKSPACE, held_by(*pass.workspace)});
  }
  kernels_->run(kernel.primitive, arguments);
  return pass;
}
norm_gradients onednn_device::batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale,
                                                   const tensor& shift, const norm_pass& pass, bool rectify) {
  const layout desc = layout_of(x);
  const auto& kernel =
      kernels_->find<dnnl::batch_normalization_backward>(kernel_key("norm gradients").with(desc).with(rectify), [&] {
        return dnnl::batch_normalization_backward::primitive_desc(
            {dnnl::prop_kind::backward, desc, desc, static_cast<float>(norm_epsilon), norm_flags(rectify, false)},
            kernels_->engine, kernels_->norm(desc, rectify, false).desc);
      });
  const tensor g = kernels_->in(upstream, desc);
  norm_gradients by{kernels_->make(x.extents(), desc), empty(scale.extents()), empty(shift.extents())};
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, of(x)},         {DNNL_ARG_MEAN, of(pass.mean)},      {DNNL_ARG_VARIANCE, of(pass.variance)},
      {DNNL_ARG_DIFF_DST, of(g)},    {DNNL_ARG_SCALE, of(scale)},         {DNNL_ARG_SHIFT, of(shift)},
      {DNNL_ARG_DIFF_SRC, of(by.x)}, {DNNL_ARG_DIFF_SCALE, of(by.scale)}, {DNNL_ARG_DIFF_SHIFT, of(by.shift)}};
  if (rectify) arguments.insert({DNNL_ARG_WORKSPACE, held_by(*pass.workspace)});
  kernels_->run(kernel.primitive, arguments);
  return by;
}
tensor onednn_device::batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                                       const tensor& variance, bool rectify) {
  const auto& kernel = kernels_->norm(layout_of(x), rectify, true);
  tensor out = kernels_->make(x.extents(), layout_of(x));
  kernels_->run(kernel.primitive, {{DNNL_ARG_SRC, of(x)},
                                   {DNNL_ARG_DST, of(out)},
                                   {DNNL_ARG_SCALE, of(scale)},
                                   {DNNL_ARG_SHIFT, of(shift)},
                                   {DNNL_ARG_MEAN, of(mean)},
                                   {DNNL_ARG_VARIANCE, of(variance)}});
  return out;
}

tensor onednn_device::relu(const tensor& x) {
  tensor out = kernels_->make(x.extents(), layout_of(x));
  kernels_->run(kernels_->relu(layout_of(x)).primitive, {{DNNL_ARG_SRC, of(x)}, {DNNL_ARG_DST, of(out)}});
  return out;
}
tensor onednn_device::relu_gradient(const tensor& upstream, const tensor& out) {
  const layout desc = layout_of(out);
  const auto& kernel = kernels_->find<dnnl::eltwise_backward>(kernel_key("relu gradient").with(desc), [&] {
    return dnnl::eltwise_backward::primitive_desc(
        {dnnl::algorithm::eltwise_relu_use_dst_for_bwd, desc, desc, 0.0F, 0.0F}, kernels_->engine,
        kernels_->relu(desc).desc);
  });
  const tensor g = kernels_->in(upstream, desc);
  tensor by = kernels_->make(out.extents(), desc);
  kernels_->run(kernel.primitive, {{DNNL_ARG_DST, of(out)}, {DNNL_ARG_DIFF_DST, of(g)}, {DNNL_ARG_DIFF_SRC, of(by)}});
  return by;
}

namespace {
/// The whole image as one window.
pooling_rule everything() { return {.size = 0, .stride = 1, .padding = 0}; }
}  // namespace

tensor onednn_device::average_pool(const tensor& x) {
  const shape& e = x.extents();
  const shape extents{e[0], e[1], 1, 1};
  const auto& kernel = kernels_->pool_of(dnnl::algorithm::pooling_avg_exclude_padding, layout_of(x), e, extents,
                                         {e[2], e[3]}, everything());
  const tensor out = kernels_->make(extents, kernel.desc.dst_desc());
  kernels_->run(kernel.primitive, {{DNNL_ARG_SRC, of(x)}, {DNNL_ARG_DST, of(out)}});
  return dense(out).reshaped({e[0], e[1]});
}
tensor onednn_device::average_pool_gradient(const tensor& upstream, const tensor& x) {
  const shape& e = x.extents();
  const shape extents{e[0], e[1], 1, 1};
  const layout desc = layout_of(x);
  const auto& forward =
      kernels_->pool_of(dnnl::algorithm::pooling_avg_exclude_padding, desc, e, extents, {e[2], e[3]}, everything());
  const auto& kernel = kernels_->find<dnnl::pooling_backward>(kernel_key("average gradient").with(desc), [&] {
    return dnnl::pooling_backward::primitive_desc({dnnl::algorithm::pooling_avg_exclude_padding,
                                                   desc,
                                                   forward.desc.dst_desc(),
                                                   {1, 1},
                                                   {e[2], e[3]},
                                                   {0, 0},
                                                   {0, 0}},
                                                  kernels_->engine, forward.desc);
  });
  tensor flat = empty(extents);
  copy_numbers(upstream, numbers_of<float>(flat));
  const tensor g = kernels_->in(flat, kernel.desc.diff_dst_desc());
  tensor by = kernels_->make(e, desc);
  kernels_->run(kernel.primitive, {{DNNL_ARG_DIFF_DST, of(g)}, {DNNL_ARG_DIFF_SRC, of(by)}});
  return by;
}

tensor onednn_device::max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) {
  const shape& e = x.extents();
  const shape extents{e[0], e[1], after(e[2], rule.size, rule.stride, rule.padding),
                      after(e[3], rule.size, rule.stride, rule.padding)};
  const auto& kernel =
      kernels_->pool_of(dnnl::algorithm::pooling_max, layout_of(x), e, extents, {rule.size, rule.size}, rule);
  tensor out = kernels_->make(extents, kernel.desc.dst_desc());
  workspace = kernels_->workspace(kernel.desc.workspace_desc());
  kernels_->run(kernel.primitive,
                {{DNNL_ARG_SRC, of(x)}, {DNNL_ARG_DST, of(out)}, {DNNL_ARG_WORKSPACE, held_by(*workspace)}});
  return out;
}
tensor onednn_device::max_pool_gradient(const tensor& upstream, const tensor& x, const tensor& out,
                                        const pooling_rule& rule, const std::shared_ptr<storage>& workspace) {
  const shape &e = x.extents(), &o = out.extents();
  const layout desc = layout_of(x);
  const auto& forward = kernels_->pool_of(dnnl::algorithm::pooling_max, desc, e, o, {rule.size, rule.size}, rule);
  const auto& kernel = kernels_->find<dnnl::pooling_backward>(
      kernel_key("max gradient").with(desc).with(rule.size).with(rule.stride).with(rule.padding), [&] {
        const memory::dims right{(o[2] - 1) * rule.stride + rule.size - e[2] - rule.padding,
                                 (o[3] - 1) * rule.stride + rule.size - e[3] - rule.padding};
        return dnnl::pooling_backward::primitive_desc({dnnl::algorithm::pooling_max,
                                                       desc,
                                                       forward.desc.dst_desc(),
                                                       {rule.stride, rule.stride},
                                                       {rule.size, rule.size},
                                                       {rule.padding, rule.padding},
                                                       right},
                                                      kernels_->engine, forward.desc);
      });
  const tensor g = kernels_->in(upstream, kernel.desc.diff_dst_desc());
  tensor by = kernels_->make(e, desc);
  kernels_->run(kernel.primitive,
                {{DNNL_ARG_DIFF_DST, of(g)}, {DNNL_ARG_WORKSPACE, held_by(*workspace)}, {DNNL_ARG_DIFF_SRC, of(by)}});
  return by;
}

namespace {
/// Row-major matrices, or a batch of them, as a product reads them: the last two axes exchanged where `transposed`.
layout side(const shape& extents, bool transposed) {
  memory::dims dims = dims_of(extents), strides = row_major(dims);
  const std::size_t last = dims.size() - 1;
  if (transposed) std::swap(dims[last - 1], dims[last]), std::swap(strides[last - 1], strides[last]);
  return {dims, type::f32, strides};
}
}  // namespace

tensor onednn_device::product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  return kernels_->product(a, side(a.extents(), transpose_a), b, side(b.extents(), transpose_b),
                           {a.extents()[transpose_a ? 1 : 0], b.extents()[transpose_b ? 0 : 1]});
}
tensor onednn_device::batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  return kernels_->product(a, side(a.extents(), transpose_a), b, side(b.extents(), transpose_b),
                           {a.extents()[0], a.extents()[transpose_a ? 2 : 1], b.extents()[transpose_b ? 1 : 2]});
}

}  // namespace devices
}  // namespace mixcon_train
