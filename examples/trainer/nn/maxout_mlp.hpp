// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/encoder.hpp"
#include "nn/layers.hpp"
#include "options/option_list.hpp"

#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// Which max-out network.
struct maxout_options {
  index_t inputs = 0;      ///< numbers of a row
  index_t layers = 3;      ///< linear ones
  index_t width = 256;     ///< of the layers before the last
  index_t features = 128;  ///< of the last
  index_t pieces = 2;      ///< linear functions behind a number, of which the largest counts
  std::uint64_t seed = 0;

  /// The options of a run; `inputs` and `seed` come from elsewhere.
  void declare(option_list& to);
};

/// Rows (N, inputs) to features (N, F): layers of a linear map, batch normalisation and the maximum of each `pieces`
/// outputs. Goodfellow et al. 2013, arXiv:1302.4389; for tables as in i-Mix, arXiv:2010.08887. Layer k of `encoder` is
/// layer k.
class maxout_mlp final : public encoder {
 public:
  /// Refuses counts below 1.
  maxout_mlp(device& on, const maxout_options& options);

  index_t features() const override { return options_.features; }
  int layers() const override { return static_cast<int>(linear_.size()); }

 protected:
  variable through(int at, const variable& arriving) override;

 private:
  maxout_options options_;
  std::vector<std::unique_ptr<layer>> linear_{}, norms_{};
};

}  // namespace nn
}  // namespace mixcon_train
