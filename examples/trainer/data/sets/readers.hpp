// SPDX-License-Identifier: BSD-3-Clause
// Every data set that can be read, by name.
#pragma once

#include "data/data_set.hpp"
#include "data/sets/reader_options.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Where Debian's package dataset-fashion-mnist puts its four files.
inline constexpr const char* debian_fashion_mnist = "/usr/share/datasets/fashion-mnist";

/// Fashion-MNIST: 60000 and 10000 grey images of 28 x 28, ten classes of clothes. Xiao et al. 2017, arXiv:1708.07747.
/// The folder holds the four published IDX files, with gzip or without. Throws file_error.
train_and_test read_fashion_mnist(const std::string& folder = debian_fashion_mnist);

/// CIFAR-10: 50000 and 10000 images of 3 x 32 x 32, ten classes; Krizhevsky 2009. The folder holds data_batch_1.bin to
/// data_batch_5.bin and test_batch.bin, whose sizes are checked. Throws file_error.
train_and_test read_cifar10(const std::string& folder);

/// CIFAR-100: the same, a hundred fine classes, train.bin and test.bin.
train_and_test read_cifar100(const std::string& folder);

/// The folder of this repository with the digits.
std::string shipped_digits();

/// 1437 and 360 handwritten digits of 8 x 8, UCI; their 17 grey values are spread over 0 .. 255. They are shipped with
/// this repository. Throws file_error.
train_and_test read_digits(const std::string& folder = shipped_digits());

/// The names that `read_data` knows, `auto` last.
const std::vector<std::string>& data_names();

/// What `auto` means in that folder: Fashion-MNIST, or the digits where no folder is named and its package is not
/// installed. Other names mean themselves.
std::string meant_data_set(const std::string& name, const std::string& folder = {});

/// How far the samples of a data set may be altered: what is usual, or what a recipe prefers, counts where it is
/// milder.
struct data_limit {
  std::string option{}, value{};
  bool is_least = false;  ///< the value is the least; otherwise the most
};
/// {"flip", "0"} for digits, which are not to be mirrored.
std::vector<data_limit> limits_of_data(const std::string& name);

/// What the samples of a data set of that name are, without reading a file. Refuses a name that is not known
/// (std::invalid_argument).
sample_kind kind_of_data(const std::string& name);
/// How many channels they have: 3 in colour, 1 otherwise.
index_t channels_of_data(const std::string& name, const reader_options& options = {});

/// Reads a data set by name. An empty folder means its usual place; cifar10, cifar100, image-folder, csv and speech
/// have none. `auto` is Fashion-MNIST, of the folder where one is named; without a folder the digits stand in where its
/// package is not installed, and `train.name` says so. Options that the set does not take (see
/// `reader_options::declare_for`) are not looked at. Throws file_error where the folder is missing or lacks a file, and
/// std::invalid_argument for a name that is not known.
train_and_test read_data(const std::string& name, const std::string& folder = {}, const reader_options& options = {});

}  // namespace data
}  // namespace mixcon_train
