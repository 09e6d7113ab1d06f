// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/image_folder.hpp"

#include "data/sets/folder_walk.hpp"
#include "data/sets/on_threads.hpp"
#include "files/file_error.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace data {

namespace {

const char* const advice =
    "Expected pictures (.png, .jpg) in ROOT/train/CLASS and ROOT/val/CLASS, in ROOT/CLASS, or in ROOT (--data-dir "
    "ROOT).";
const std::vector<std::string> endings{".png", ".jpg", ".jpeg"};
constexpr std::uint64_t most_bytes = std::uint64_t{8} << 30;

/// Files with the class of each.
struct listing {
  std::vector<std::string> files{};
  std::vector<int> labels{};
};

class folder_of_pictures {
 public:
  folder_of_pictures(const std::string& root, const picture_options& options)
      : walk_(root, advice), wanted_(options.request()) {}

  train_and_test read(const split_options& split) {
    if (!walk_.has_folder("train"))
      return train_and_test_of(pictures(listed("", true), "image-folder"), split.seed, split.test_share);
    const listing training = listed("train", true);
    train_and_test data;
    if (walk_.has_file("val/val_annotations.txt")) {
      data.test = pictures(annotated(), "image-folder val");
    } else if (walk_.has_folder("val") && walk_.has_folder("test")) {
      data.validation = pictures(listed("val", false), "image-folder val");
      data.test = pictures(listed("test", false), "image-folder test");
    } else if (walk_.has_folder("val")) {
      data.test = pictures(listed("val", false), "image-folder val");
    } else if (walk_.has_folder("test")) {
      data.test = pictures(listed("test", false), "image-folder test");
    } else {
      return train_and_test_of(pictures(training, "image-folder"), split.seed, split.test_share);
    }
    data.train = pictures(training, "image-folder train");
    return data;
  }

 private:
  /// The pictures of a folder by the folders in it, whose names are the classes; `decides` which classes there are.
  listing listed(const std::string& folder, bool decides) {
    listing found;
    const auto add = [&](std::vector<std::string> files, std::size_t label) {
      found.labels.insert(found.labels.end(), files.size(), static_cast<int>(label));
      std::move(files.begin(), files.end(), std::back_inserter(found.files));
    };
    const std::vector<std::string> classes = walk_.folders_in(folder);
    const bool has_one = classes.empty() || (!decides && has_one_);
    if (decides) has_one_ = has_one, classes_ = has_one ? std::vector<std::string>{"all"} : classes;
    if (has_one != has_one_) refuse(folder, "it has no folders of classes, and train has");
    if (has_one) add(walk_.files_below(folder, endings, unread_pictures), 0);
    for (const std::string& name : has_one ? std::vector<std::string>{} : classes) {
      const std::string in = folder.empty() ? name : folder + "/" + name;
      const std::size_t label = class_of(name, in);
      std::vector<std::string> files = walk_.files_below(in, endings, unread_pictures);
      if (files.empty()) refuse(in, "the class has no pictures");
      add(std::move(files), label);
    }
    if (found.files.empty()) refuse(folder, "there are no pictures in it");
    return found;
  }
  std::size_t class_of(const std::string& name, const std::string& where) const {
    const auto found = std::lower_bound(classes_.begin(), classes_.end(), name);
    if (found == classes_.end() || *found != name) refuse(where, "the class " + name + " is none of train's");
    return static_cast<std::size_t>(found - classes_.begin());
  }
  /// val/val_annotations.txt: a line for each of val/images, its name and its class first, with tabs between.
  listing annotated() const {
    const whole_file file(walk_.place("val/val_annotations.txt"), advice, std::size_t{64} << 20);
    const auto bytes = file.named().bytes;
    std::map<std::string, int> labels;
    std::size_t at = 0;
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    for (std::string line; std::getline(lines, line); at += line.size() + 1) {
      const std::size_t first = line.find('\t'), second = std::min(line.find('\t', first + 1), line.size());
      if (first == std::string::npos)
        file.named().refuse_at(at, "expected the name of a picture, a tab, and its class");
      const std::string picture = line.substr(0, first), name = line.substr(first + 1, second - first - 1);
      const auto known = std::lower_bound(classes_.begin(), classes_.end(), name);
      if (known == classes_.end() || *known != name)
        file.named().refuse_at(at + first + 1, "the class " + shown(name) + " is none of train's");
      labels["val/images/" + picture] = static_cast<int>(known - classes_.begin());
    }
    listing found;
    found.files = walk_.files_below("val/images", endings, unread_pictures);
    for (const std::string& each : found.files) {
      const auto label = labels.find(each);
      if (label == labels.end()) refuse(each, "val_annotations.txt does not say its class");
      found.labels.push_back(label->second);
    }
    if (found.files.empty()) refuse("val/images", "there are no pictures in it");
    return found;
  }

  data_set pictures(const listing& of, const char* name) const {
    const auto count = static_cast<std::uint64_t>(of.files.size()), width = static_cast<std::uint64_t>(wanted_.width());
    if (count > most_bytes / width)
      refuse("", std::to_string(count) + " pictures of " + std::to_string(width) +
                     " bytes would take more than 8 GiB; make them smaller (--image-size)");
    data_set data{.name = name,
                  .shape = {static_cast<index_t>(count), wanted_.channels(), wanted_.size, wanted_.size},
                  .labels = of.labels,
                  .class_names = classes_};
    data.images.resize(count * width);
    each_on_threads(static_cast<index_t>(count), [&](index_t k) {
      const whole_file file(walk_.place(of.files[static_cast<std::size_t>(k)]), "Replace the file, or remove it.",
                            std::size_t{256} << 20);
      const std::vector<std::uint8_t> pixels = scaled_picture(file.named(), wanted_);
      std::copy(pixels.begin(), pixels.end(), data.images.begin() + k * wanted_.width());
    });
    return data;
  }

  [[noreturn]] void refuse(const std::string& where, const std::string& reason) const {
    refuse_file(walk_.place(where), ": ", reason, ". ", advice);
  }

  folder_walk walk_;
  picture_request wanted_;
  std::vector<std::string> classes_{};  // sorted
  bool has_one_ = false;                // class: there are no folders
};

}  // namespace

picture_request picture_options::request() const {
  return {.size = size,
          .colour = colour == "colour",
          .fit = fit == "crop"  ? picture_fit::crop
                 : fit == "pad" ? picture_fit::pad
                                : picture_fit::stretch};
}

train_and_test read_image_folder(const std::string& root, const picture_options& pictures, const split_options& split) {
  if (root.empty()) refuse_file("image-folder has no usual place. ", advice);
  return folder_of_pictures(root, pictures).read(split);
}

}  // namespace data
}  // namespace mixcon_train
