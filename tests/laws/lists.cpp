// SPDX-License-Identifier: BSD-3-Clause
// Adding a loss or a policy is one header, one line in its list, one test and one page; this notices what is missing.
#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// One kind of thing that stands in a list.
struct listed_kind {
  std::string folder;    // of headers in include/mixcon
  std::string tests;     // their folder in tests, or that of their case table
  std::string list;      // the header that includes them all
  std::string pages;     // their folder in docs
  std::regex defines;    // a line that only such a header has
  bool as_types = true;  // whether the list names them as types too
};
const listed_kind losses{"losses", "cases", "all_losses.hpp", "losses",
                         std::regex(R"((^|\n) +(constexpr )?auto statistics\(\) const)")};
const listed_kind policies{"mixes", "mixes", "all_mixes.hpp", "mixes",
                           std::regex(R"((^|\n) +(constexpr )?mix_plan<\w+> plan\()")};
const listed_kind selectors{
    "negatives",
    "negatives",
    "all_negatives.hpp",
    "negatives",
    std::regex(R"(\n  ((negative_list|auto) operator\(\)\(|mixture_list mixtures\(|\w+ (push|enqueue|update)\(const))"),
    false};

/// All headers of a kind under a root, as paths below include/mixcon.
std::vector<fs::path> headers_of(const fs::path& root, const listed_kind& kind) {
  std::vector<fs::path> headers;
  const fs::path include = root / "include/mixcon";
  for (const auto& file : fs::recursive_directory_iterator(include / kind.folder))
    if (file.is_regular_file() && std::regex_search(text_of(file.path()), kind.defines))
      headers.push_back(fs::relative(file.path(), include));
  return headers;
}
bool a_test_names(const fs::path& tests, const std::string& name) {
  if (!fs::exists(tests)) return false;
  const std::regex word("\\b" + name + "\\b");
  for (const auto& file : fs::recursive_directory_iterator(tests))
    if (file.path().extension() == ".cpp" && std::regex_search(text_of(file.path()), word)) return true;
  return false;
}

/// A sentence for each thing that a loss or policy lacks.
std::vector<std::string> missing(const fs::path& root, const listed_kind& kind) {
  std::vector<std::string> sentences;
  const std::string list = text_of(root / "include/mixcon" / kind.folder / kind.list);
  for (const fs::path& path : headers_of(root, kind)) {
    const std::string header = path.generic_string(), name = path.stem().string();
    if (list.find("#include <mixcon/" + header + ">") == std::string::npos)
      sentences.push_back(header + " is not included in " + kind.list);
    if (kind.as_types && !std::regex_search(list, std::regex("using \\w+ =[^;]*\\b" + name + "\\b[^;]*;")))
      sentences.push_back(name + " does not stand in the list of " + kind.list);
    if (!fs::exists(root / "docs" / kind.pages / (name + ".md")))
      sentences.push_back(name + " has no page docs/" + kind.pages + "/" + name + ".md");
    if (!a_test_names(root / "tests" / kind.tests, name))
      sentences.push_back(name + " has no test in tests/" + kind.tests);
  }
  return sentences;
}

fs::path repository() { return "."; }  // tests are run from there

void check_nothing_is_missing(const listed_kind& kind) {
  CHECK(headers_of(repository(), kind).size() >= 3);
  for (const std::string& sentence : missing(repository(), kind)) FAIL_CHECK(sentence);
}

/// A folder that is gone when this is.
class scratch_folder {
 public:
  scratch_folder() {
    std::string name = (fs::temp_directory_path() / "mixcon_lists_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~scratch_folder() { fs::remove_all(path_); }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("Every public loss stands in its list and has a page and a test", "[laws]") {
  check_nothing_is_missing(losses);
}

TEST_CASE("Every public mixing policy stands in its list and has a page and a test", "[laws]") {
  check_nothing_is_missing(policies);
}

TEST_CASE("Every public way to choose negatives stands in its list and has a page and a test", "[laws]") {
  check_nothing_is_missing(selectors);
}

TEST_CASE("A selector that lacks its line, its page and its test is noticed", "[laws]") {
  const scratch_folder folder;
  const fs::path headers = folder.path() / "include/mixcon/negatives";
  write(headers / "fresh.hpp", "struct fresh {\n  negative_list operator()(index_t anchors) const;\n};\n");
  write(headers / "all_negatives.hpp", "");
  CHECK(missing(folder.path(), selectors).size() == 3);
}

TEST_CASE("A loss that lacks its line, its page and its test is noticed", "[laws]") {
  const scratch_folder folder;
  const fs::path headers = folder.path() / "include/mixcon/losses";
  const std::string loss = "struct fresh_loss {\n  auto statistics() const { return pack{}; }\n};\n";
  write(headers / "fresh_loss.hpp", loss);
  write(headers / "no_loss.hpp", "struct no_loss {};\n");
  write(headers / "all_losses.hpp", "using all_losses = pack<fresh_loss_of_another_name>;\n");
  CHECK(missing(folder.path(), losses).size() == 4);

  write(headers / "all_losses.hpp", "#include <mixcon/losses/fresh_loss.hpp>\nusing all_losses = pack<fresh_loss>;\n");
  CHECK(missing(folder.path(), losses).size() == 2);
  write(folder.path() / "docs/losses/fresh_loss.md", "# fresh_loss\n");
  CHECK(missing(folder.path(), losses) == std::vector<std::string>{"fresh_loss has no test in tests/cases"});
  write(folder.path() / "tests/cases/fresh_loss.cpp", "const objective criterion{fresh_loss{}};\n");
  CHECK(missing(folder.path(), losses).empty());
}

TEST_CASE("A policy that lacks its line, its page and its test is noticed", "[laws]") {
  const scratch_folder folder;
  const fs::path headers = folder.path() / "include/mixcon/mixes";
  write(headers / "fresh_mix.hpp", "struct fresh_mix {\n  mix_plan<interpolated> plan(index_t samples) const;\n};\n");
  write(headers / "all_mixes.hpp", "using all_mixes = mix_list<>;\n");
  CHECK(missing(folder.path(), policies).size() == 4);
}
