// SPDX-License-Identifier: BSD-3-Clause
#include "devices/onednn_device.hpp"

#include "devices/host_numbers.hpp"
#include "devices/onednn_kernels.hpp"

#include <dnnl.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

namespace mixcon_train {
inline namespace devices {

bool onednn_device::has(precision activations) {
  return activations == precision::fp32 ||
         (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
}

onednn_device::onednn_device(precision activations, int threads) {
  if (!has(activations))
    throw std::invalid_argument("onednn_device: bf16 on a processor without AVX-512; expected fp32");
  if (threads < 0)
    throw std::invalid_argument("onednn_device: " + std::to_string(threads) +
                                " threads; expected at least 1, or 0 for one a core");
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  kernels_ = std::make_unique<kernels>(*this, activations, threads > 0 ? threads : cores > 0 ? cores : 1);
}
onednn_device::~onednn_device() = default;

int onednn_device::threads() const { return kernels_->threads(); }
void onednn_device::set_threads(int threads) {
  if (threads < 1)
    throw std::invalid_argument("onednn_device: " + std::to_string(threads) + " threads; expected at least 1");
  kernels_->set_threads(threads);
}
index_t onednn_device::allocations() const { return kernels_->pool.allocations(); }
tensor onednn_device::empty(const shape& extents) { return kernels_->make(extents, plain_layout(extents)); }

tensor onednn_device::dense(const tensor& x) {
  const layout wanted = plain_layout(x.extents());
  const tensor lies_so = x.extents().rank() == 4 ? kernels_->in_slices(x, wanted) : kernels_->in_whole(x, wanted);
  kernels_->finish(lies_so);
  return lies_so;
}
void* onednn_device::data(const tensor& dense) {
  kernels_->finish(dense);
  return block_of(dense).bytes();
}

tensor onednn_device::scaled(const tensor& x, double factor) {
  const tensor from = dense(x), out = empty(x.extents());
  const float* source = numbers_of<float>(from);
  float* to = numbers_of<float>(out);
  const float by = static_cast<float>(factor);
  for (index_t k = 0; k < x.extents().size(); ++k) to[k] = by * source[k];
  return out;
}

namespace {

/// A layer is worth a kernel's part from so many multiplications on.
constexpr index_t products_of_a_part = 1 << 20;

}  // namespace

tensor onednn_device::product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  const auto side = [](index_t rows, index_t columns, index_t apart, bool transposed) {
    return strided_layout({rows, columns}, transposed ? shape{1, apart} : shape{apart, 1});
  };
  const index_t rows = left[transpose_a ? 1 : 0], depth = left[transpose_a ? 0 : 1],
                columns = right[transpose_b ? 0 : 1];
  const index_t parts =
      std::clamp<index_t>(rows * depth * columns / products_of_a_part, 1, std::min<index_t>(rows, 16));
  const layout by = side(depth, columns, right[1], transpose_b);
  const auto kernel = [&](index_t of_rows) -> const auto& {
    const layout from = side(of_rows, depth, left[1], transpose_a), to = side(of_rows, columns, columns, false);
    return kernels_->find<dnnl::matmul>(kernel_key("product").with(from).with(by), [&] {
      return dnnl::matmul::primitive_desc({from, by, to}, kernels::attributes(), kernels_->engine);
    });
  };
  const auto first = [&](index_t part) { return part * rows / parts; };
  const auto &small = kernel(first(1)), &large = kernel(rows - first(parts - 1));
  tensor out = empty({rows, columns});
  float *from = numbers_of<float>(a), *weights = numbers_of<float>(b), *to = numbers_of<float>(out);
  kernels_->share_out(parts, [&](index_t part) {
    const index_t row = first(part);
    const auto& of_size = first(part + 1) - row == first(1) ? small : large;
    kernels_->run(of_size, {{DNNL_ARG_SRC, from + row * (transpose_a ? 1 : left[1])},
                            {DNNL_ARG_WEIGHTS, weights},
                            {DNNL_ARG_DST, to + row * columns}});
  });
  return out;
}

tensor onednn_device::batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  const auto side = [](const shape& e, bool transposed) {
    const index_t matrix = e[1] * e[2];
    return transposed ? strided_layout({e[0], e[2], e[1]}, {matrix, 1, e[2]})
                      : strided_layout({e[0], e[1], e[2]}, {matrix, e[2], 1});
  };
  const shape extents{left[0], left[transpose_a ? 2 : 1], right[transpose_b ? 1 : 2]};
  const layout from = side(left, transpose_a), by = side(right, transpose_b), to = side(extents, false);
  const auto& kernel = kernels_->find<dnnl::matmul>(kernel_key("product").with(from).with(by), [&] {
    return dnnl::matmul::primitive_desc({from, by, to}, kernels::attributes(), kernels_->engine);
  });
  tensor out = empty(extents);
  kernels_->run(kernel, {{DNNL_ARG_SRC, numbers_of<float>(a)},
                         {DNNL_ARG_WEIGHTS, numbers_of<float>(b)},
                         {DNNL_ARG_DST, numbers_of<float>(out)}});
  return out;
}

}  // namespace devices
}  // namespace mixcon_train
