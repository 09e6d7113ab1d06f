// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"
#include "data/views/image_view_options.hpp"
#include "data/views/view_maker.hpp"
#include "ranks/batch_share.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Which batch: what a checkpoint stores to go on from.
struct loader_position {
  std::uint64_t epoch = 0;
  index_t batch = 0;  ///< of its epoch
  friend bool operator==(const loader_position&, const loader_position&) = default;
};

/// N samples in V views.
struct batch {
  loader_position position{};
  index_t views = 0, width = 0;
  std::vector<index_t> samples{};  ///< (N): which
  std::vector<int> labels{};       ///< (N)
  /// (V * N, C * H * W), of images, rows or clips, view by view: line v * N + i is view v of sample i. Of samples that
  /// other ranks encode, lines are not set.
  std::vector<float> images{};
};

struct loader_options {
  index_t batch = 64;
  index_t views = 2;
  std::uint64_t seed = 0;
  /// UniCon mixes each sample with one of another class, and a batch of one class has none. True: such a batch
  /// exchanges a sample with another batch of its epoch.
  bool at_least_two_classes = false;
  batch_share share{};  ///< of which samples views are made
  int threads = 1;      ///< that prepare batches, besides the caller
  index_t ahead = 4;    ///< batches that are kept ready
  loader_position start{};
};

/// Whether batches came in time.
struct loader_waits {
  index_t batches = 0;  ///< given out
  index_t waited = 0;   ///< of these, how many were not ready; the first one seldom is
  double seconds = 0;   ///< that the caller waited in all
};

/// Prepares batches on threads of its own, ahead of who uses them. An epoch is a random order of all samples, cut into
/// batches; what is left at its end is dropped. What a batch holds depends on the seed and its position alone. Nothing
/// is allocated once the loader stands.
class loader {
 public:
  /// Of the data of `views`, both of which outlive the loader. Refuses a batch that is larger than the data set, and
  /// `at_least_two_classes` where there is one class, or one sample a batch.
  loader(const view_maker& views, const loader_options& options);
  /// Of images, by a maker of its own.
  loader(const data_set& data, const augmentation& settings, const channel_statistics& statistics,
         const loader_options& options);
  ~loader();

  /// The next batch, valid until the next call. Waits only while it is not ready.
  const batch& next();

  /// Of the batch that `next` gives next.
  loader_position position() const;
  index_t batches_per_epoch() const;
  loader_waits waits() const;

 private:
  class workshop;
  std::unique_ptr<workshop> workshop_;
};

}  // namespace data
}  // namespace mixcon_train
