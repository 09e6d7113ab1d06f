// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/readers.hpp"

#include <mixcon/core/require.hpp>

#include <filesystem>

namespace mixcon_train {
inline namespace data {

const std::vector<std::string>& data_names() {
  static const std::vector<std::string> names{"fashion-mnist", "cifar10", "cifar100", "digits", "auto"};
  return names;
}

std::string meant_data_set(const std::string& name, const std::string& folder) {
  if (name != "auto") return name;
  return !folder.empty() || std::filesystem::exists(debian_fashion_mnist) ? "fashion-mnist" : "digits";
}

sample_kind kind_of(const std::string& /*name*/) { return sample_kind::image; }

std::vector<std::pair<std::string, std::string>> preferred_by_data(const std::string& name) {
  if (name == "digits") return {{"shift", "1"}, {"flip", "0"}};  // 8 x 8, and not to be mirrored
  return {};
}

train_and_test read_data(const std::string& name, const std::string& folder) {
  if (name == "fashion-mnist") return folder.empty() ? read_fashion_mnist() : read_fashion_mnist(folder);
  if (name == "cifar10") return read_cifar10(folder);
  if (name == "cifar100") return read_cifar100(folder);
  if (name == "digits") return folder.empty() ? read_digits() : read_digits(folder);
  if (name == "auto") return read_data(meant_data_set(name, folder), folder);
  std::string known;
  for (const std::string& each : data_names()) known += (known.empty() ? "" : ", ") + each;
  MIXCON_REQUIRE(false, "read_data: there is no data set called ", name, "; expected one of ", known, ".");
  return {};
}

}  // namespace data
}  // namespace mixcon_train
