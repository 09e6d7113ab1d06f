// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The losses that are measured, as loss_calls.cuh wants them: one of each form that rows and targets take.

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/siglip.hpp>

#include <utility>
#include <vector>

namespace mixcon_bench {

/// Each anchor has one positive among other rows; one direction.
struct pairs_loss {
  static constexpr const char* name = "info_nce";
  static constexpr bool mirrors = false, capturable = true;
  static constexpr int directions = 1;
  explicit pairs_loss(mixcon::index_t) {}
  auto criterion() const { return mixcon::objective{mixcon::info_nce{.temperature = 0.125}, mixcon::dot_product{}}; }
  auto targets() const { return mixcon::diagonal_targets{}; }
};

/// Two views of each sample, against all other rows.
struct views_loss {
  static constexpr const char* name = "nt_xent";
  static constexpr bool mirrors = true, capturable = true;
  static constexpr int directions = 1;
  mixcon::index_t samples;
  explicit views_loss(mixcon::index_t rows) : samples(rows / 2) {}
  auto criterion() const { return mixcon::objective{mixcon::info_nce{.temperature = 0.125}, mixcon::dot_product{}}; }
  auto targets() const { return mixcon::view_targets{.samples = samples}; }
};

/// All rows of a class; 100 classes (of few rows fewer, so that rows have positives), and labels in the host's memory.
struct labels_loss {
  static constexpr const char* name = "supcon";
  static constexpr bool mirrors = true, capturable = false;
  static constexpr int directions = 1;
  std::vector<int> labels;
  explicit labels_loss(mixcon::index_t rows) {
    const mixcon::index_t classes = rows < 400 ? rows / 4 + 1 : 100;
    for (mixcon::index_t i = 0; i < rows; ++i) labels.push_back(static_cast<int>(i % classes));
  }
  auto criterion() const { return mixcon::objective{mixcon::info_nce{.temperature = 0.125}, mixcon::dot_product{}}; }
  auto targets() const { return mixcon::label_targets{.labels = labels}; }
};

/// Images and texts, in both directions.
struct clip_loss {
  static constexpr const char* name = "clip";
  static constexpr bool mirrors = false, capturable = true;
  static constexpr int directions = 2;
  explicit clip_loss(mixcon::index_t) {}
  auto criterion() const {
    mixcon::objective made{mixcon::info_nce{.temperature = 0.125}, mixcon::dot_product{}};
    made.direction = {.rows = 0.5, .columns = 0.5};
    return made;
  }
  auto targets() const { return mixcon::diagonal_targets{}; }
};

/// Each pair of an image and a text on its own.
struct siglip_loss {
  static constexpr const char* name = "siglip";
  static constexpr bool mirrors = false, capturable = true;
  static constexpr int directions = 1;
  explicit siglip_loss(mixcon::index_t) {}
  auto criterion() const {
    mixcon::objective made{mixcon::siglip{}, mixcon::dot_product{}};
    made.scale = 8, made.logits.bias = -8;
    return made;
  }
  auto targets() const { return mixcon::diagonal_targets{}; }
};

/// The cross-entropy of given logits.
struct given_loss {
  static constexpr const char* name = "given_logits";
  explicit given_loss(mixcon::index_t) {}
  auto criterion() const { return mixcon::objective{mixcon::info_nce{.temperature = 1}, mixcon::dot_product{}}; }
  auto targets() const { return mixcon::diagonal_targets{}; }
};

}  // namespace mixcon_bench
