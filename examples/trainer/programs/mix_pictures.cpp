// SPDX-License-Identifier: BSD-3-Clause
// mix_pictures: one PNG for every mixing policy, of what it does to images of a data set.
#include "data/sets/readers.hpp"
#include "pictures/png.hpp"
#include "recipes/policies.hpp"
#include "report/policy_sheet.hpp"

#include <exception>
#include <iostream>
#include <string>

int main(int count, char** arguments) {
  if (count < 3 || count > 4) {
    std::cerr << "usage: mix_pictures DATA FOLDER [DATA_FOLDER]\n\n"
                 "Writes FOLDER/POLICY.png for every policy. DATA is one of:";
    for (const std::string& name : mixcon_train::data_names()) std::cerr << ' ' << name;
    std::cerr << ".\n";
    return 2;
  }
  try {
    const auto data = mixcon_train::read_data(arguments[1], count == 4 ? arguments[3] : "").train;
    for (const mixcon_train::policy_entry& policy : mixcon_train::policies()) {
      const std::string path = std::string(arguments[2]) + '/' + policy.name + ".png";
      mixcon_train::write_png(path, mixcon_train::policy_sheet(data, policy.name, {.samples = 8, .seed = 2}));
      std::cout << path << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "mix_pictures: " << error.what() << '\n';
    return 2;
  }
}
