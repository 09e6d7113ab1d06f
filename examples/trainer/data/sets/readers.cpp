// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/readers.hpp"

#include "data/sets/mlbench.hpp"
#include "data/sets/speech.hpp"

#include <mixcon/core/require.hpp>

#include <filesystem>

namespace mixcon_train {
inline namespace data {

namespace {

train_and_test read_auto(const std::string& folder) {
  if (!folder.empty()) return read_fashion_mnist(folder);  // a folder that was named is meant
  return std::filesystem::exists(debian_fashion_mnist) ? read_fashion_mnist() : read_digits();
}

/// One data set: its name, what it is, how it is read, and which options it takes.
struct named_set {
  const char* name;
  sample_kind kind;
  train_and_test (*read)(const std::string& name, const std::string& folder, const data_options& options);
  void (*declare)(data_options& options, option_list& to) = [](data_options&, option_list&) {};
};

void declare_split(data_options& options, option_list& to) { options.split.declare(to); }
train_and_test mlbench(const std::string& name, const std::string& folder, const data_options&) {
  return read_mlbench(name, folder);
}

const std::vector<named_set>& named_sets() {
  using text = const std::string&;
  using told = const data_options&;
  static const std::vector<named_set> sets{
      {"fashion-mnist", sample_kind::image,
       [](text, text folder, told) { return folder.empty() ? read_fashion_mnist() : read_fashion_mnist(folder); }},
      {"cifar10", sample_kind::image, [](text, text folder, told) { return read_cifar10(folder); }},
      {"cifar100", sample_kind::image, [](text, text folder, told) { return read_cifar100(folder); }},
      {"digits", sample_kind::image,
       [](text, text folder, told) { return folder.empty() ? read_digits() : read_digits(folder); }},
      {"image-folder", sample_kind::image,
       [](text, text folder, told options) { return read_image_folder(folder, options.pictures, options.split); },
       [](data_options& options, option_list& to) { options.pictures.declare(to), declare_split(options, to); }},
      {"clipart", sample_kind::image,
       [](text, text folder, told options) { return read_clipart(folder, options.clipart, options.split); },
       [](data_options& options, option_list& to) { options.clipart.declare(to), declare_split(options, to); }},
      {"csv", sample_kind::row,
       [](text, text folder, told options) { return read_csv_set(folder, options.table, options.split); },
       [](data_options& options, option_list& to) { options.table.declare(to), declare_split(options, to); }},
      {"letter", sample_kind::row, mlbench},
      {"satellite", sample_kind::row, mlbench},
      {"shuttle", sample_kind::row, mlbench},
      {"dna", sample_kind::row, mlbench},
      {"vowel", sample_kind::row, mlbench},
      {"speech", sample_kind::clip, [](text, text folder, told options) { return read_speech(folder, options.split); },
       declare_split},
      {"words", sample_kind::clip, [](text, text folder, told) { return read_words(folder); }},
      {"auto", sample_kind::image, [](text, text folder, told) { return read_auto(folder); }}};
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

sample_kind kind_of_data(const std::string& name) { return find(name).kind; }

train_and_test read_data(const std::string& name, const std::string& folder, const data_options& options) {
  return find(name).read(name, folder, options);
}

void data_options::declare_for(const std::string& data, option_list& to) { find(data).declare(*this, to); }

void data_options::declare(option_list& to) {
  pictures.declare(to);
  table.declare(to);
  clipart.declare(to);
  split.declare(to);
}

}  // namespace data
}  // namespace mixcon_train
