// SPDX-License-Identifier: BSD-3-Clause
#include "data/data_folder.hpp"
#include "data/formats/idx.hpp"
#include "data/sets/readers.hpp"

#include <filesystem>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr index_t samples = 1797, for_training = 1437;
constexpr int most_ink = 16;  // set pixels of a block of 4 x 4
const char* const advice =
    "The folder examples/trainer/data/sets/digits of the mixcon repository has both; without --data-dir it is taken.";

}  // namespace

std::string shipped_digits() {
#if defined(MIXCON_DIGITS_FOLDER)
  return MIXCON_DIGITS_FOLDER;
#else
  return (std::filesystem::path(__FILE__).parent_path() / "digits").string();
#endif
}

train_and_test read_digits(const std::string& folder) {
  require_files_in(folder, {"digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz"}, false, advice);
  const std::filesystem::path in = folder;
  data_set whole =
      read_idx_pair((in / "digits-images-idx3-ubyte.gz").string(), (in / "digits-labels-idx1-ubyte.gz").string(),
                    {samples, 1, 8, 8}, most_ink, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, advice);
  for (std::uint8_t& value : whole.images) value = static_cast<std::uint8_t>((value * 255 + most_ink / 2) / most_ink);
  train_and_test data{part_of(whole, 0, for_training), part_of(whole, for_training, samples)};
  data.train.name = "digits train";
  data.test.name = "digits test";
  return data;
}

}  // namespace data
}  // namespace mixcon_train
