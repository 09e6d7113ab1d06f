// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/readers.hpp"

#include "data/sets/mlbench.hpp"
#include "data/sets/speech.hpp"

#include <mixcon/core/require.hpp>

#include <filesystem>

namespace mixcon_train {
inline namespace data {

namespace {

/// One data set: its name, what it is, how it is read, and which options it takes.
struct named_set {
  const char* name;
  sample_kind kind;
  index_t channels;  ///< of a sample; 0: as --image-colour says
  train_and_test (*read)(const std::string& name, const std::string& folder, const reader_options& options);
  void (*declare)(reader_options& options, option_list& to) = [](reader_options&, option_list&) {};
};

void declare_split(reader_options& options, option_list& to) { options.split.declare_test_share(to); }
train_and_test mlbench(const std::string& name, const std::string& folder, const reader_options&) {
  return read_mlbench(name, folder);
}

const std::vector<named_set>& named_sets() {
  using text = const std::string&;
  using told = const reader_options&;
  static const std::vector<named_set> sets{
      {"fashion-mnist", sample_kind::image, 1,
       [](text, text folder, told) { return folder.empty() ? read_fashion_mnist() : read_fashion_mnist(folder); }},
      {"cifar10", sample_kind::image, 3, [](text, text folder, told) { return read_cifar10(folder); }},
      {"cifar100", sample_kind::image, 3, [](text, text folder, told) { return read_cifar100(folder); }},
      {"digits", sample_kind::image, 1,
       [](text, text folder, told) { return folder.empty() ? read_digits() : read_digits(folder); }},
      {"image-folder", sample_kind::image, 0,
       [](text, text folder, told options) { return read_image_folder(folder, options.pictures, options.split); },
       [](reader_options& options, option_list& to) { options.pictures.declare(to), declare_split(options, to); }},
      {"clipart", sample_kind::image, 3,
       [](text, text folder, told options) { return read_clipart(folder, options.clipart, options.split); },
       [](reader_options& options, option_list& to) { options.clipart.declare(to), declare_split(options, to); }},
      {"csv", sample_kind::row, 1,
       [](text, text folder, told options) { return read_csv_set(folder, options.table, options.split); },
       [](reader_options& options, option_list& to) { options.table.declare(to), declare_split(options, to); }},
      {"letter", sample_kind::row, 1, mlbench},
      {"satellite", sample_kind::row, 1, mlbench},
      {"shuttle", sample_kind::row, 1, mlbench},
      {"dna", sample_kind::row, 1, mlbench},
      {"vowel", sample_kind::row, 1, mlbench},
      {"speech", sample_kind::clip, 1,
       [](text, text folder, told options) { return read_speech(folder, options.split); }, declare_split},
      {"words", sample_kind::clip, 1, [](text, text folder, told) { return read_words(folder); }},
      {"auto", sample_kind::image, 1,
       [](text, text folder, told) { return read_data(meant_data_set("auto", folder), folder); }}};
  return sets;
}

const named_set& find(const std::string& name) {
  std::string known;
  for (const named_set& each : named_sets()) {
    if (each.name == name) return each;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  MIXCON_REQUIRE(false, "read_data: there is no data set called ", name, "; expected one of ", known, ".");
  return named_sets().back();
}

}  // namespace

const std::vector<std::string>& data_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const named_set& each : named_sets()) all.emplace_back(each.name);
    return all;
  }();
  return names;
}

std::string meant_data_set(const std::string& name, const std::string& folder) {
  if (name != "auto") return name;  // a folder that was named is meant
  return !folder.empty() || std::filesystem::exists(debian_fashion_mnist) ? "fashion-mnist" : "digits";
}

sample_kind kind_of_data(const std::string& name) { return find(name).kind; }

index_t channels_of_data(const std::string& name, const reader_options& options) {
  const index_t channels = find(name).channels;
  return channels > 0 ? channels : options.pictures.colour == "grey" ? 1 : 3;
}

std::vector<data_limit> limits_of_data(const std::string& name) {
  if (name == "digits")  // 8 x 8, and not to be mirrored
    return {{"shift", "1"}, {"flip", "0"}, {"crop-smallest", "0.6", true}};
  return {};
}

train_and_test read_data(const std::string& name, const std::string& folder, const reader_options& options) {
  return find(name).read(meant_data_set(name, folder), folder, options);
}

void reader_options::declare_for(const std::string& data, option_list& to) { find(data).declare(*this, to); }

}  // namespace data
}  // namespace mixcon_train
