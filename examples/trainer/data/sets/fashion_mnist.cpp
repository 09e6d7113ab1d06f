// SPDX-License-Identifier: BSD-3-Clause
#include "data/data_folder.hpp"
#include "data/formats/idx.hpp"
#include "data/sets/readers.hpp"

#include <filesystem>

namespace mixcon_train {
inline namespace data {

namespace {

const char* const advice =
    "Install Debian's package dataset-fashion-mnist, or name the folder that has the four published files "
    "(--data-dir). "
    "A folder of other data needs --data.";

/// The file as it stands in the folder: plain, or with .gz.
std::string found(const std::string& folder, const std::string& name) {
  const std::string plain = (std::filesystem::path(folder) / name).string();
  return std::filesystem::exists(plain) ? plain : plain + ".gz";
}

data_set part(const std::string& folder, const std::string& prefix, index_t samples) {
  return read_idx_pair(
      found(folder, prefix + "-images-idx3-ubyte"), found(folder, prefix + "-labels-idx1-ubyte"), {samples, 1, 28, 28},
      255, {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
      advice);
}

}  // namespace

train_and_test read_fashion_mnist(const std::string& folder) {
  require_files_in(
      folder,
      {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}, true,
      advice);
  train_and_test data{part(folder, "train", 60000), part(folder, "t10k", 10000)};
  data.train.name = "fashion-mnist train";
  data.test.name = "fashion-mnist test";
  return data;
}

}  // namespace data
}  // namespace mixcon_train
