// SPDX-License-Identifier: BSD-3-Clause
// golden_check: values that other implementations produced, against the public calls of mixcon.
#include "golden/loss_cases.hpp"
#include "golden/mixing_cases.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using mixcon_golden::engine;
using mixcon_golden::json;
using mixcon_golden::verdict;

constexpr const char* usage =
    "usage: golden_check [--engine serial|tiled|gpu] [--type double|float] FILE...\n"
    "\n"
    "Runs every case of the golden files through the public calls of mixcon: losses with that\n"
    "engine (default tiled) and that type of rows (default double), mixing in that type.\n"
    "With gpu the kernels of mixcon/gpu run emulated on the CPU, on copies of the rows; cases\n"
    "that ask for no sweep over pairs (losses of aligned rows) are listed as host-only.\n"
    "Prints a line for each case that fails, a line for each kind of case that it does not know,\n"
    "and last how many passed, failed and were skipped.\n"
    "\n"
    "Exit status: 0 all known cases pass, 1 a case fails, 2 a file cannot be read or the\n"
    "arguments are wrong.\n";

enum exit_status { all_pass = 0, a_case_fails = 1, unreadable = 2 };

/// What stops the program from checking anything: one sentence for the user.
struct refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct options {
  engine by = engine::tiled;
  bool in_float = false, help = false;
  std::vector<std::string> files;
};

engine read_engine(const std::string& word) {
  if (word == "serial") return engine::serial;
  if (word == "tiled") return engine::tiled;
  if (word == "gpu") return engine::gpu;
  throw refusal("--engine is '" + word + "'; expected serial, tiled or gpu");
}
/// The position of `word` among the two; refused when it is neither.
bool is_second(const std::string& option, const std::string& word, const char* first, const char* second) {
  if (word != first && word != second)
    throw refusal(option + " is '" + word + "'; expected " + first + " or " + second);
  return word == second;
}

options read_options(const std::vector<std::string>& words) {
  options read;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help" || word == "-h") {
      read.help = true;
    } else if (word == "--engine" || word == "--type") {
      if (++i == words.size()) throw refusal(word + " lacks its value; see --help");
      if (word == "--engine")
        read.by = read_engine(words[i]);
      else
        read.in_float = is_second(word, words[i], "double", "float");
    } else if (word.rfind("--", 0) == 0) {
      throw refusal("unknown option " + word + "; see --help");
    } else {
      read.files.push_back(word);
    }
  }
  if (read.files.empty() && !read.help) throw refusal("no file to check; see --help");
  return read;
}

/// The kind of a case: `loss` in files of losses, `method` in mixing files.
std::string kind_of(const json& test_case) {
  for (const char* name : {"loss", "method"})
    if (test_case.contains(name) && test_case.at(name).is_string()) return test_case.at(name).get<std::string>();
  return {};
}

/// The cases of a golden file, each an object with a name and a kind.
json read_cases(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw refusal(path + " cannot be opened; is the path right?");
  json read;
  try {
    read = json::parse(file);
  } catch (const json::parse_error& error) {
    throw refusal(path + " is not JSON (error at byte " + std::to_string(error.byte) + "); expected a golden file");
  }
  if (!read.is_object() || !read.contains("format"))
    throw refusal(path + " is no golden file; expected {\"format\": 1, \"cases\": [...]}");
  if (read.at("format") != 1) throw refusal(path + " has format " + read.at("format").dump() + "; expected format 1");
  if (!read.contains("cases") || !read.at("cases").is_array())
    throw refusal(path + " has no list of cases; expected {\"format\": 1, \"cases\": [...]}");
  std::size_t position = 0;
  for (const json& test_case : read.at("cases")) {
    const bool named = test_case.is_object() && test_case.contains("name") && test_case.at("name").is_string();
    if (!named || kind_of(test_case).empty())
      throw refusal(path + ": case " + std::to_string(position) +
                    " lacks a name or a kind; expected an object with \"name\" and \"loss\" or \"method\"");
    ++position;
  }
  return read.at("cases");
}

/// "loss by 1.2e-05, grad_z by 3e-03": what does not agree, and by how much; a sentence for what cannot be compared.
std::string described(const verdict& failed) {
  std::string text;
  for (const auto& [output, by] : failed.mismatches) {
    if (!text.empty()) text += ", ";
    text += output;
    const bool is_sentence = output.find(' ') != std::string::npos;
    if (is_sentence) continue;
    char amount[32];
    std::snprintf(amount, sizeof amount, " by %.3g", by);
    text += amount;
  }
  return text;
}

/// What became of the cases so far.
class tally {
 public:
  explicit tally(const options& chosen) : chosen_(chosen) {}

  void check(const std::string& path, const json& test_case) {
    const std::string kind = kind_of(test_case);
    const std::optional<mixcon_golden::emulated_verdict> found =
        chosen_.in_float ? verdict_in(test_case, 0.0F) : verdict_in(test_case, 0.0);
    if (!found) {
      ++skipped_[kind];
    } else if (found->host_only) {
      ++host_only_[kind];
    } else if (found->passed()) {
      ++passed_;
    } else {
      ++failed_;
      std::cout << "failed: " << path << ": " << test_case.at("name").get<std::string>() << " (" << kind
                << "): " << described(*found) << '\n';
    }
  }

  /// The kinds that were skipped, and the numbers.
  void print() const {
    int skipped = 0, host_only = 0;
    for (const auto& [kind, cases] : host_only_) {
      std::cout << "host-only: " << kind << " has no sweep over pairs (" << cases
                << (cases == 1 ? " case)\n" : " cases)\n");
      host_only += cases;
    }
    for (const auto& [kind, cases] : skipped_) {
      std::cout << "skipped: " << kind << " is an unknown kind (" << cases << (cases == 1 ? " case)\n" : " cases)\n");
      skipped += cases;
    }
    std::cout << passed_ << " passed, " << failed_ << " failed, " << skipped << " skipped";
    if (chosen_.by == engine::gpu) std::cout << ", " << host_only << " host-only";
    std::cout << '\n';
  }
  bool any_failed() const { return failed_ > 0; }

 private:
  template <class T>
  std::optional<mixcon_golden::emulated_verdict> verdict_in(const json& test_case, T tag) const {
    if (test_case.contains("loss") && chosen_.by == engine::gpu)
      return mixcon_golden::check_emulated_loss_case(test_case, tag);
    const std::optional<verdict> found = test_case.contains("loss")
                                             ? mixcon_golden::check_loss_case(test_case, chosen_.by, tag)
                                             : mixcon_golden::check_mixing_case(test_case, tag);
    if (!found) return std::nullopt;
    return mixcon_golden::emulated_verdict{*found};
  }

  const options& chosen_;
  int passed_ = 0, failed_ = 0;
  std::map<std::string, int> skipped_, host_only_;
};

int run(const options& chosen) {
  tally cases(chosen);
  bool any_unreadable = false;
  for (const std::string& path : chosen.files) {
    try {
      for (const json& test_case : read_cases(path)) cases.check(path, test_case);
    } catch (const refusal& sentence) {
      std::cerr << "golden_check: " << sentence.what() << '\n';
      any_unreadable = true;
    }
  }
  cases.print();
  return any_unreadable ? unreadable : cases.any_failed() ? a_case_fails : all_pass;
}

}  // namespace

int main(int count, char** words) {
  try {
    const options chosen = read_options({words + 1, words + count});
    if (chosen.help) {
      std::cout << usage;
      return all_pass;
    }
    return run(chosen);
  } catch (const refusal& sentence) {
    std::cerr << "golden_check: " << sentence.what() << '\n';
    return unreadable;
  }
}
