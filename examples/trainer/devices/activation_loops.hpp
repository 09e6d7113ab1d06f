// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace mixcon_train {
inline namespace devices {

/// Some images of activations as loops see them: number (image, block, pixel, lane) lies at
/// ((image * blocks + block) * pixels + pixel) * lanes + lane, and its channel is block * lanes + lane. So they lie in
/// the layouts nChw16c (16 lanes), nChw8c, nhwc (one block) and nchw (one lane). Channels that only pad are there.
struct activation_extents {
  std::size_t images = 0, blocks = 0, pixels = 0, lanes = 0;

  std::size_t size() const { return images * blocks * pixels * lanes; }
  std::size_t channels() const { return blocks * lanes; }
};

/// y = (x - mean) * factor + shift, a number each a channel; 0 where a channel only pads.
struct channel_affine {
  const float *mean = nullptr, *factor = nullptr, *shift = nullptr;
};

/// A gradient that was not written yet: u, or u + v, where `mask` (if any) is above 0.
struct arriving_gradient {
  const char *u = nullptr, *v = nullptr, *mask = nullptr;

  /// The same from a byte on.
  arriving_gradient behind(std::size_t first) const {
    return {u + first, v == nullptr ? nullptr : v + first, mask == nullptr ? nullptr : mask + first};
  }
};

/// What is done to activations between convolutions, in float and in bfloat16: one table for each instruction set that
/// this program may meet. Pointers of activations are aligned to their numbers; sums are float within an image and are
/// merged by the caller. NaN stays NaN.
struct activation_loops {
  /// Of each channel the mean of the images, and the sum of squared differences from it.
  void (*moments)(const activation_extents&, const void* x, float* mean, float* squares);
  /// out = y(x), y(x) + b, or y(x) + z(b); then max(0, .) with `rectify`. `b` may be null, and z too.
  void (*normalise)(const activation_extents&, const void* x, const channel_affine& y, const void* b,
                    const channel_affine* z, bool rectify, void* out);
  /// Of each channel the sums of g and of g * (x - mean), where g is what arrives, and 0 where `rectify` and
  /// y(x) <= 0. With a mask, g is also written to `kept`, for who reads it next.
  void (*gradient_sums)(const activation_extents&, const arriving_gradient& g, const void* x, const channel_affine& y,
                        bool rectify, void* kept, float* sums, float* products);
  /// out = factor * (g - average - (x - mean) * slope), g as above.
  void (*norm_gradient)(const activation_extents&, const void* g, const void* x, const channel_affine& y, bool rectify,
                        const float* average, const float* slope, void* out);
  /// out = max(0, x + b) with `rectify`, else x + b; `b` may be null.
  void (*sum)(std::size_t size, const void* x, const void* b, bool rectify, void* out);
  /// out = what arrives.
  void (*gather)(std::size_t size, const arriving_gradient& g, void* out);
  /// Of each image and channel the mean over pixels: (images, channels), padding included.
  void (*pixel_means)(const activation_extents&, const void* x, float* means);
  /// The reverse: out = values (images, channels) * factor in each pixel.
  void (*spread)(const activation_extents&, const float* values, float factor, void* out);
};

/// The loops for this processor.
const activation_loops& loops_for(bool bf16);

/// The same by instruction set, float and bfloat16; only where the processor has it.
extern const activation_loops avx512_bf16_loops[2], avx512_loops[2], avx2_loops[2], plain_loops[2];

/// into[k] = the sum over `parts` of from[part * size + k], in this order.
void add_parts(const float* from, std::size_t parts, std::size_t size, std::size_t first, std::size_t end, float* into);

}  // namespace devices
}  // namespace mixcon_train
