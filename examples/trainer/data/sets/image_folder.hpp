// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/picture_file.hpp"
#include "data/splits.hpp"
#include "options/option_list.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// What the pictures of a folder become.
struct picture_options {
  index_t size = 32;
  std::string colour = "colour", fit = "crop";

  void declare(option_list& to) {
    to.add("image-size", size, {4, 512}, "rows and columns that every picture is scaled to");
    to.add("image-colour", colour, {"colour", "grey"}, "three channels, or one");
    to.add("image-fit", fit, {"crop", "pad", "stretch"},
           "how a picture becomes a square: its middle; whole, on white; or stretched");
  }
  picture_request request() const;
};

/// Pictures (PNG, JPEG) in folders whose names are their classes, at any depth:
///   ROOT/train/CLASS/..., with ROOT/val or ROOT/test to be judged by (both: val is `validation`); else split by class
///   ROOT/val/images with val_annotations.txt, as Tiny-ImageNet has it (its test folder has no labels, and is not read)
///   ROOT/CLASS/..., split by class
///   the same without folders of classes: one class, for self-supervision
/// Files of other kinds are passed over. Throws file_error for a folder without pictures, a class without, a picture
/// that cannot be decoded, a class that `train` does not have, links that leave the root, and more than 8 GiB of
/// pixels.
train_and_test read_image_folder(const std::string& root, const picture_options& pictures, const split_options& split);

}  // namespace data
}  // namespace mixcon_train
