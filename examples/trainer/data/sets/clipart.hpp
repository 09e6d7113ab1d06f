// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/sets/built_set.hpp"
#include "data/splits.hpp"
#include "options/option_list.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Which folders of the package openclipart-png are a class.
struct clipart_class {
  std::string name{}, folder{};
  std::string group{};  ///< what it is alike: food, animals, ...
};

/// Reads the committed table, data/sets/clipart/classes.txt: class, folder and group of each line; # begins a comment.
std::vector<clipart_class> read_clipart_table(const std::string& path);

/// The pictures of the package, unpacked at `folder` (its png folder), 32 x 32 x 3 on white, in an order that looks
/// random and is the same everywhere. A picture is of the class with the longest fitting folder; one that links put
/// into several is of the class that the table has first. Left out are pictures that cannot be decoded, and those whose
/// version of 3 bits a channel has been seen. Says in `report` what was left out.
data_set make_clipart(const std::vector<clipart_class>& table, const std::string& folder, std::string& report);

struct clipart_options {
  index_t per_class = 150;

  void declare(option_list& to) {
    to.add("clipart-per-class", per_class, {0, 2000},
           "at most so many pictures of a class; 0: all, a natural long tail", "150");
  }
};

/// Clipart: drawings of 33 classes, 32 x 32 x 3 on white, from Debian's package openclipart-png, public domain; built
/// by scripts/data clipart into the cache, or into `folder`. Split by class. Throws file_error.
train_and_test read_clipart(const std::string& folder, const clipart_options& options, const split_options& split);

/// Words: the 35 words of Speech Commands, spoken by espeak-ng in 101 voices and two speeds (71 train, 15 validate,
/// 15 test); built by scripts/data words. Synthetic speech: its note says so. Throws file_error.
train_and_test read_words(const std::string& folder);

}  // namespace data
}  // namespace mixcon_train
