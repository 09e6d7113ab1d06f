// SPDX-License-Identifier: BSD-3-Clause
// Batch normalisation of onednn_device, by loops of ours, with the rectifier or the sum behind it, and with the sum and
// the mask of the gradient that arrives.
#include "devices/activation_loops.hpp"
#include "devices/host_numbers.hpp"
#include "devices/onednn_kernels.hpp"
#include "ranks/sums.hpp"

#include <cmath>
#include <vector>

namespace mixcon_train {
inline namespace devices {

namespace {

std::size_t size(index_t count) { return static_cast<std::size_t>(count); }

/// The constants of a normalisation in a block of 3 channels() floats, 0 where a channel only pads.
channel_affine affine_in(const storage& constants, std::size_t channels) {
  const float* mean = floats_of(constants);
  return {mean, mean + channels, mean + 2 * channels};
}
void set_affine(const storage& constants, std::size_t channels, index_t used, const float* mean, const float* variance,
                const float* scale, const float* shift) {
  float* to = floats_of(constants);
  std::fill(to, to + 3 * channels, 0.0F);
  for (std::size_t c = 0; c < size(used); ++c) {
    to[c] = mean[c];
    to[channels + c] = scale[c] / std::sqrt(variance[c] + static_cast<float>(device::norm_epsilon));
    to[2 * channels + c] = shift[c];
  }
}

}  // namespace

/// y(x), written when it is read, if it is: a sum behind it does without.
static tensor promised_norm_of(auto& on, const tensor& x, const std::shared_ptr<storage>& constants, bool rectify) {
  const layout desc = layout_of(x);
  tensor out = on.make(x.extents(), desc);
  const batch_slices slices(x.extents()[0]);
  const std::size_t channels = loop_extents(desc).channels();
  slice_block* const to = &block_of(out);
  to->promise(slices.count,
              [loops = &loops_for(is_bf16(desc)), x, constants, channels, to, slices, desc, rectify](index_t slice) {
                finish(x, slice);
                const slice_place place(desc, slices, slice);
                loops->normalise(place.extents, bytes_of(x, place.first), affine_in(*constants, channels), nullptr,
                                 nullptr, rectify, to->bytes() + place.first);
              });
  if (!rectify) to->as_norm = make_kept<promised_norm>(promised_norm{x, constants});
  return out;
}

norm_pass onednn_device::batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) {
  const layout desc = layout_of(x);
  const activation_loops& loops = loops_for(is_bf16(desc));
  const std::size_t channels = loop_extents(desc).channels();
  const batch_slices slices(x.extents()[0]);
  const auto sums = kernels_->floats(2 * slices.count * static_cast<index_t>(channels));
  kernels_->share_out(slices.count, [&](index_t slice) {
    finish(x, slice);
    const slice_place place(desc, slices, slice);
    float* const to = floats_of(*sums) + 2 * size(slice) * channels;
    loops.moments(place.extents, bytes_of(x, place.first), to, to + channels);
  });

  norm_pass pass{{}, empty(scale.extents()), empty(scale.extents()), nullptr};
  float *mean = numbers_of<float>(pass.mean), *variance = numbers_of<float>(pass.variance);
  const double pixels = static_cast<double>(x.extents()[2] * x.extents()[3]);
  const auto of_channel = [&](std::size_t c) {
    double count = 0, middle = 0, squares = 0;
    for (index_t slice = 0; slice < slices.count; ++slice) {  // Chan, Golub and LeVeque 1983
      const float* of = floats_of(*sums) + 2 * size(slice) * channels + c;
      const double more = static_cast<double>(slices.size(slice)) * pixels, all = count + more;
      const double apart = static_cast<double>(of[0]) - middle;
      middle += apart * more / all;
      squares += static_cast<double>(of[channels]) + apart * apart * count * more / all;
      count = all;
    }
    return moments{count, middle, squares};
  };
  const auto set = [&](std::size_t c, const moments& of) {
    mean[c] = static_cast<float>(of.mean), variance[c] = static_cast<float>(of.squares / of.count);
  };
  if (const rank_group* const ranks = sharing_statistics()) {
    std::vector<moments> all;
    for (std::size_t c = 0; c < size(scale.extents()[0]); ++c) all.push_back(of_channel(c));
    join_over(*ranks, all);
    for (std::size_t c = 0; c < all.size(); ++c) set(c, all[c]);
  } else {
    for (std::size_t c = 0; c < size(scale.extents()[0]); ++c) set(c, of_channel(c));
  }
  pass.workspace = kernels_->floats(3 * static_cast<index_t>(channels));
  set_affine(*pass.workspace, channels, scale.extents()[0], mean, variance, numbers_of<float>(scale),
             numbers_of<float>(shift));
  pass.out = promised_norm_of(*kernels_, x, pass.workspace, rectify);
  return pass;
}

tensor onednn_device::batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                                       const tensor& variance, bool rectify) {
  const std::size_t channels = loop_extents(layout_of(x)).channels();
  const auto constants = kernels_->floats(3 * static_cast<index_t>(channels));
  set_affine(*constants, channels, scale.extents()[0], numbers_of<float>(mean), numbers_of<float>(variance),
             numbers_of<float>(scale), numbers_of<float>(shift));
  return promised_norm_of(*kernels_, x, constants, rectify);
}

norm_gradients onednn_device::batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale,
                                                   const tensor& shift, const norm_pass& pass, bool rectify) {
  const layout desc = layout_of(x);
  const activation_loops& loops = loops_for(is_bf16(desc));
  const std::size_t channels = loop_extents(desc).channels();
  const batch_slices slices(x.extents()[0]);
  const tensor g = kernels_->in_slices(upstream, desc);
  slice_block& gradient = block_of(g);
  // A masked gradient that nobody has read yet is gathered here, and kept for who reads it next.
  const auto masked =
      gradient.as_gradient && gradient.as_gradient->mask && gradient.untouched() ? gradient.as_gradient : nullptr;
  const auto sums = kernels_->floats(2 * slices.count * static_cast<index_t>(channels));
  kernels_->share_out(slices.count, [&](index_t slice) {
    finish(x, slice);
    const slice_place place(desc, slices, slice);
    arriving_gradient from{bytes_of(g), nullptr, nullptr};
    if (masked) {
      finish(masked->u, slice), finish(masked->v, slice), finish(masked->mask, slice);
      from = {bytes_of(masked->u), bytes_of(masked->v), bytes_of(masked->mask)};
    } else {
      finish(g, slice);
    }
    float* const to = floats_of(*sums) + 2 * size(slice) * channels;
    loops.gradient_sums(place.extents, from.behind(place.first), bytes_of(x, place.first),
                        affine_in(*pass.workspace, channels), rectify, masked ? bytes_of(g, place.first) : nullptr, to,
                        to + channels);
    if (masked) gradient.set_there(slice);
  });

  norm_gradients by{kernels_->make(x.extents(), desc), empty(scale.extents()), empty(shift.extents())};
  const auto constants = kernels_->floats(2 * static_cast<index_t>(channels));
  float *averages = floats_of(*constants), *slopes = averages + channels;
  std::fill(averages, averages + 2 * channels, 0.0F);
  float *by_scale = numbers_of<float>(by.scale), *by_shift = numbers_of<float>(by.shift);
  const float* variance = numbers_of<float>(pass.variance);
  const rank_group* const ranks = sharing_statistics();
  std::vector<double> of_ranks;  // sum and product of each channel
  const double count = static_cast<double>(size_of(ranks) * x.extents().size() / x.extents()[1]);
  const auto set_averages = [&](std::size_t c, double sum, double product) {
    averages[c] = static_cast<float>(sum / count);
    const double precision = 1 / (static_cast<double>(variance[c]) + norm_epsilon);
    slopes[c] = static_cast<float>(product * precision / count);
  };
  for (std::size_t c = 0; c < size(scale.extents()[0]); ++c) {
    double sum = 0, product = 0;
    for (index_t slice = 0; slice < slices.count; ++slice) {
      const float* of = floats_of(*sums) + 2 * size(slice) * channels + c;
      sum += static_cast<double>(of[0]), product += static_cast<double>(of[channels]);
    }
    const double precision = 1 / (static_cast<double>(variance[c]) + norm_epsilon);
    by_shift[c] = static_cast<float>(sum);
    by_scale[c] = static_cast<float>(product * std::sqrt(precision));
    if (ranks != nullptr)
      of_ranks.push_back(sum), of_ranks.push_back(product);
    else
      set_averages(c, sum, product);
  }
  if (ranks != nullptr) {
    add_over(*ranks, of_ranks);
    for (std::size_t c = 0; c < of_ranks.size() / 2; ++c) set_averages(c, of_ranks[2 * c], of_ranks[2 * c + 1]);
  }
  slice_block* const to = &block_of(by.x);
  to->promise(slices.count, [&loops, x, g, kept = pass.workspace, constants, channels, to, slices, desc,
                             rectify](index_t slice) {
    finish(g, slice);
    const slice_place place(desc, slices, slice);
    const float* average = floats_of(*constants);
    loops.norm_gradient(place.extents, bytes_of(g, place.first), bytes_of(x, place.first), affine_in(*kept, channels),
                        rectify, average, average + channels, to->bytes() + place.first);
  });
  return by;
}

tensor onednn_device::relu_of_sum(const tensor& a, const tensor& b) {
  // a normalisation that nobody has read yet is computed here, and the other way round
  const auto norm_in = [](const tensor& x) {
    return block_of(x).as_norm && block_of(x).untouched() ? block_of(x).as_norm : nullptr;
  };
  const bool swapped = !norm_in(a) && norm_in(b);
  const tensor &left = swapped ? b : a, &right = swapped ? a : b;
  const auto y = norm_in(left), z = norm_in(right);
  const layout desc = layout_of(left);
  const tensor x = y ? y->x : left;
  const bool same = z && layout_of(z->x) == desc;
  const tensor other = same ? z->x : kernels_->in_slices(right, desc), out = kernels_->make(a.extents(), desc);
  const batch_slices slices(a.extents()[0]);
  slice_block* const to = &block_of(out);
  const auto by_y = y ? y->constants : nullptr, by_z = same ? z->constants : nullptr;
  if (a.extents().rank() != 4) {
    loops_for(is_bf16(desc))
        .sum(static_cast<std::size_t>(a.extents().size()), data(left), data(right), true, data(out));
    return out;
  }
  to->promise(slices.count, [loops = &loops_for(is_bf16(desc)), x, other, by_y, by_z, to, slices, desc](index_t slice) {
    finish(x, slice), finish(other, slice);
    const slice_place place(desc, slices, slice);
    char* const target = to->bytes() + place.first;
    const char *first = bytes_of(x, place.first), *second = bytes_of(other, place.first);
    if (!by_y) return loops->sum(place.extents.size(), first, second, true, target);
    const std::size_t channels = place.extents.channels();
    const channel_affine of_second = by_z ? affine_in(*by_z, channels) : channel_affine{};
    loops->normalise(place.extents, first, affine_in(*by_y, channels), second, by_z ? &of_second : nullptr, true,
                     target);
  });
  return out;
}

}  // namespace devices
}  // namespace mixcon_train
