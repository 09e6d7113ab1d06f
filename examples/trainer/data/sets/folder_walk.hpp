// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// The folders and files below a root that a stranger may have packed. Names come in the order of their bytes; those
/// that begin with a dot are passed over. Throws file_error for a link that leads out of the root or nowhere, folders
/// more than 8 deep, and a name that is no plain UTF-8, which could not be shown.
class folder_walk {
 public:
  /// `advice` ends every sentence of refusal.
  folder_walk(const std::string& root, std::string advice);

  /// Names of the folders in a folder of the root ("" is the root itself).
  std::vector<std::string> folders_in(const std::string& folder) const;
  /// Files below it at any depth, as paths from the root, whose names end in one of `endings` (lower case: ".png").
  /// Refuses one that ends in one of `unread`: it is meant too, and would be missing.
  std::vector<std::string> files_below(const std::string& folder, const std::vector<std::string>& endings,
                                       const std::vector<std::string>& unread = {}) const;
  /// The same of files that lie in the folder itself.
  std::vector<std::string> files_in(const std::string& folder, const std::vector<std::string>& endings) const;

  bool has_folder(const std::string& folder) const;
  bool has_file(const std::string& file) const;
  /// Where the system finds it.
  std::string place(const std::string& name) const;

 private:
  struct entry {
    std::string name{};  ///< from the root
    bool is_folder = false;
  };
  std::vector<entry> entries_of(const std::string& folder) const;
  void add_files(const std::string& folder, const std::vector<std::string>& endings,
                 const std::vector<std::string>& unread, int depth, std::vector<std::string>& to) const;

  std::string root_, true_root_, advice_;
};

/// Endings of pictures and sounds that this program cannot read.
extern const std::vector<std::string> unread_pictures, unread_sounds;

}  // namespace data
}  // namespace mixcon_train
