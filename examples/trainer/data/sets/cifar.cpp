// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/cifar.hpp"

#include "data/data_folder.hpp"
#include "data/sets/readers.hpp"
#include "files/input_file.hpp"

#include <filesystem>
#include <span>
#include <sstream>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr index_t values = index_t{3} * 32 * 32;
const char* const get_them =
    "Name the folder that has the files of the published archive, binary version, unpacked (--data-dir).";

data_set read_files(const std::string& folder, const std::vector<std::string>& files, const cifar_record& record,
                    index_t records, const char* name, const std::vector<std::string>& class_names) {
  data_set data{.name = name, .shape = {0, 3, 32, 32}, .class_names = class_names};
  for (const std::string& file : files)
    append_cifar_file((std::filesystem::path(folder) / file).string(), record, records, get_them, data);
  return data;
}

void require_folder(const std::string& name, const std::string& folder, const std::vector<std::string>& files) {
  if (folder.empty()) refuse_file(name, " has no usual place. ", get_them);
  require_files_in(folder, files, false, get_them);
}

std::vector<std::string> words(const char* text) {
  std::istringstream in(text);
  std::vector<std::string> list;
  for (std::string word; in >> word;) list.push_back(word);
  return list;
}

const char* const fine_classes =
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle "
    "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant "
    "flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man "
    "maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree "
    "plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper "
    "snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train "
    "trout tulip turtle wardrobe whale willow_tree wolf woman worm";

}  // namespace

void append_cifar_file(const std::string& path, const cifar_record& record, index_t records, const std::string& advice,
                       data_set& data) {
  input_file file(path, advice);
  const index_t size = record.labels + values;
  file.require_room_for(static_cast<std::uint64_t>(records * size), "the published number of records");
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(record.labels));
  for (index_t i = 0; i < records; ++i) {
    const std::uint64_t at = file.offset() + static_cast<std::uint64_t>(record.used);
    file.read(labels, "a record");
    const int label = labels[static_cast<std::size_t>(record.used)];
    if (label >= data.classes())
      file.refuse_at(at,
                     "the label is " + std::to_string(label) + ", expected 0 to " + std::to_string(data.classes() - 1));
    data.labels.push_back(label);
    data.images.resize(data.images.size() + values);
    file.read(std::span(data.images).last(values), "a record");
  }
  file.require_end();
  data.shape.samples += records;
}

train_and_test read_cifar10(const std::string& folder) {
  const std::vector<std::string> parts{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                                       "data_batch_5.bin"};
  std::vector<std::string> files = parts;
  files.emplace_back("test_batch.bin");
  require_folder("cifar10", folder, files);
  const std::vector<std::string> names = words("airplane automobile bird cat deer dog frog horse ship truck");
  return {read_files(folder, parts, {}, 10000, "cifar10 train", names),
          read_files(folder, {"test_batch.bin"}, {}, 10000, "cifar10 test", names)};
}

train_and_test read_cifar100(const std::string& folder) {
  require_folder("cifar100", folder, {"train.bin", "test.bin"});
  const cifar_record record{.labels = 2, .used = 1};
  return {read_files(folder, {"train.bin"}, record, 50000, "cifar100 train", words(fine_classes)),
          read_files(folder, {"test.bin"}, record, 10000, "cifar100 test", words(fine_classes))};
}

}  // namespace data
}  // namespace mixcon_train
