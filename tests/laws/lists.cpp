// SPDX-License-Identifier: BSD-3-Clause
// Adding a loss or a policy is one header, one line in its list, one test and one page; this notices what is missing.
#include "laws/sources.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/all_losses.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#include <cstdlib>
#include <regex>
#include <set>

using namespace mixcon_test;

namespace {

using sentences = std::vector<std::string>;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// One kind of thing that stands in a list.
struct listed_kind {
  std::string folder;               // of headers in include/mixcon
  std::string list;                 // the header that includes them all
  std::string pages;                // their folder in docs
  std::string catalogue;            // the page that names them all
  std::vector<std::string> tests;   // their folders in tests, or that of their case table
  std::set<std::string> helpers{};  // headers of the folder that define none
};
const listed_kind losses{"losses",  "all_losses.hpp",
                         "losses",  "losses/README.md",
                         {"cases"}, {"all_losses", "listed_loss", "mixed_class_logits", "mixed_classifiers"}};
const listed_kind mixes{"mixes", "all_mixes.hpp", "mixes", "mixes/README.md", {"mixes", "mix"}, {"all_mixes"}};
const listed_kind negatives{"negatives", "all_negatives.hpp", "negatives", "negatives/README.md", {"negatives"}};

/// An entry: its name, and the header and page in which it stands.
struct entry {
  std::string name, header;
};

std::vector<entry> listed_losses() {
  std::vector<entry> all;
  mixcon::all_losses::for_each([&](const auto& loss) {
    all.push_back({std::string(loss.name), std::string(loss.header)});
  });
  return all;
}
std::vector<entry> listed_mixes() {
  std::vector<entry> all;
  mixcon::all_mixes::for_each([&](const auto& mix) { all.push_back({std::string(mix.name), std::string(mix.name)}); });
  return all;
}
/// Ways to choose negatives are no types of one shape; their headers stand for them.
std::vector<entry> listed_negatives(const fs::path& root) {
  const std::regex defines(
      R"(\n  ((negative_list|auto) operator\(\)\(|mixture_list mixtures\(|\w+ (push|enqueue|update)\(const))");
  std::vector<entry> all;
  for (const fs::path& header : files_below(root / "include/mixcon/negatives", ".hpp"))
    if (std::regex_search(text_of(header), defines)) all.push_back({header.stem().string(), header.stem().string()});
  return all;
}

bool has_word(const std::string& text, const std::string& word) {
  return std::regex_search(text, std::regex("\\b" + word + "\\b"));
}
bool a_test_names(const fs::path& folder, const std::string& name) {
  const auto files = files_below(folder, ".cpp");
  return std::any_of(files.begin(), files.end(), [&](const fs::path& file) { return has_word(text_of(file), name); });
}
bool stands_in(const std::vector<entry>& entries, const std::string& header) {
  return std::any_of(entries.begin(), entries.end(), [&](const entry& each) { return each.header == header; });
}

/// A sentence for each thing that an entry lacks, and for each header and page without an entry.
sentences missing(const fs::path& root, const listed_kind& kind, const std::vector<entry>& entries) {
  sentences found;
  const fs::path pages = root / "docs" / kind.pages, catalogue = root / "docs" / kind.catalogue;
  const std::string list = text_of(root / "include/mixcon" / kind.folder / kind.list), rows = text_of(catalogue);
  for (const entry& each : entries) {
    if (list.find('/' + each.header + ".hpp>") == std::string::npos)
      found.push_back(each.header + ".hpp is not included in " + kind.list);
    const fs::path page = pages / (each.header + ".md");
    if (!fs::exists(page)) found.push_back(each.name + " has no page docs/" + kind.pages + '/' + each.header + ".md");
    if (fs::exists(page) && !has_word(text_of(page), each.name))
      found.push_back("docs/" + kind.pages + '/' + each.header + ".md does not name " + each.name);
    if (rows.find('/' + each.header + ".md)") == std::string::npos &&
        rows.find('(' + each.header + ".md)") == std::string::npos)
      found.push_back(each.header + " has no row in docs/" + kind.catalogue);
    if (std::none_of(kind.tests.begin(), kind.tests.end(),
                     [&](const std::string& folder) { return a_test_names(root / "tests" / folder, each.header); }))
      found.push_back(each.header + " has no test in tests/" + kind.tests.front());
  }
  if (kind.helpers.empty()) return found;  // every header is asked what it defines
  for (const fs::path& header : files_below(root / "include/mixcon" / kind.folder, ".hpp"))
    if (kind.helpers.count(header.stem().string()) == 0 && !stands_in(entries, header.stem().string()))
      found.push_back(header.stem().string() + " does not stand in the list of " + kind.list);
  for (const fs::path& page : files_below(pages, ".md"))
    if (page.stem() != "README" && !stands_in(entries, page.stem().string()))
      found.push_back("docs/" + kind.pages + '/' + page.filename().string() + " is of nothing that " + kind.list +
                      " lists");
  return found;
}

fs::path repository() { return "."; }  // tests are run from there

void check_nothing_is_missing(const listed_kind& kind, const std::vector<entry>& entries) {
  CHECK(entries.size() >= 10);
  for (const std::string& sentence : missing(repository(), kind, entries)) FAIL_CHECK(sentence);
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

TEST_CASE("every public loss stands in its list and has a header, a page, a row and a test", "[laws]") {
  check_nothing_is_missing(losses, listed_losses());
}

TEST_CASE("every public mixing policy stands in its list and has a header, a page, a row and a test", "[laws]") {
  check_nothing_is_missing(mixes, listed_mixes());
}

TEST_CASE("every public way to choose negatives stands in its list and has a page, a row and a test", "[laws]") {
  check_nothing_is_missing(negatives, listed_negatives(repository()));
}

TEST_CASE("the losses of the list are of the shape that their pages tell", "[laws]") {
  using mixcon::loss_shape;
  std::set<std::string> of[4];
  mixcon::all_losses::for_each([&](const auto& loss) { of[static_cast<std::size_t>(loss.shape)].emplace(loss.name); });
  const auto& formulas = of[static_cast<std::size_t>(loss_shape::formula)];
  const auto& objectives = of[static_cast<std::size_t>(loss_shape::objective)];
  CHECK((formulas.count("info_nce") == 1 && formulas.count("debiased") == 1 && formulas.count("un_mix_loss") == 1));
  CHECK((objectives.count("nt_xent") == 1 && objectives.count("i_mix") == 1 && objectives.count("moco_v3") == 1));
  CHECK(of[static_cast<std::size_t>(loss_shape::paired)] ==
        std::set<std::string>{"alignment", "barlow_twins", "byol", "knowledge_distillation", "mmcl",
                              "relational_distillation", "simsiam", "vicreg"});
  CHECK(of[static_cast<std::size_t>(loss_shape::labelled)] ==
        std::set<std::string>{"decoupled_mixup", "infinite_class_mixup", "n_pairs", "soft_binary_cross_entropy"});
}

TEST_CASE("no two losses of the list have one name", "[laws]") {
  std::set<std::string> names;
  for (const entry& each : listed_losses()) {
    INFO(each.name);
    CHECK(names.insert(each.name).second);
  }
}

TEST_CASE("benchmarks and the trainer have a row for every entry", "[laws]") {
  const std::string of_losses = text_of("benchmarks/contrast/losses.hpp"),
                    of_mixes = text_of("benchmarks/bench_mix.cpp");
  CHECK(of_losses.find("all_losses::entries") != std::string::npos);
  CHECK(of_losses.find("formula_files = 5;") != std::string::npos);
  for (const char* file : {"0", "1", "2", "3", "4"})  // each compiles a part of the list
    CHECK(text_of("benchmarks/contrast/formulas_" + std::string(file) + ".cpp")
              .find("add_losses<bench_contrast::part::formulas, " + std::string(file) + ">()") != std::string::npos);
  CHECK(of_mixes.find("all_mixes::for_each(") != std::string::npos);
  const std::string peers = text_of("benchmarks/peers/losses.py");
  for (const entry& each : listed_losses()) {
    INFO(each.header << " has no row in benchmarks/peers/losses.py");
    CHECK(peers.find("\n    \"" + each.header + "\": ") != std::string::npos);
  }
  const std::string trainer = text_of("examples/trainer/recipes/policies.cpp");
  mixcon::all_mixes::for_each([&](const auto& mix) {
    using mixcon::mix_shape;
    if (mix.shape != mix_shape::policy && mix.shape != mix_shape::policy_of_values) return;
    INFO(mix.name << " has no row in examples/trainer/recipes/policies.cpp");
    CHECK(has_word(trainer, "entry<" + std::string(mix.name)));
  });
}

TEST_CASE("a way to choose negatives that lacks its line, its page, its row and its test is noticed", "[laws]") {
  const scratch_folder folder;
  const fs::path headers = folder.path() / "include/mixcon/negatives";
  write(headers / "fresh.hpp", "struct fresh {\n  negative_list operator()(index_t anchors) const;\n};\n");
  write(headers / "all_negatives.hpp", "");
  CHECK(missing(folder.path(), negatives, listed_negatives(folder.path())).size() == 4);
}

TEST_CASE("a loss that lacks its line, its page, its row or its test is noticed", "[laws]") {
  const scratch_folder folder;
  const fs::path headers = folder.path() / "include/mixcon/losses";
  write(headers / "fresh.hpp", "struct fresh {};\n");
  write(headers / "all_losses.hpp", "");
  CHECK(missing(folder.path(), losses, {}) == sentences{"fresh does not stand in the list of all_losses.hpp"});
  const std::vector<entry> entries{{"fresh", "fresh"}, {"fresher", "fresh"}};
  CHECK(missing(folder.path(), losses, entries).size() == 8);

  write(headers / "all_losses.hpp", "#include <mixcon/losses/fresh.hpp>\n");
  write(folder.path() / "docs/losses/README.md", "| [`fresh`](fresh.md) | A loss. |\n");
  CHECK(missing(folder.path(), losses, entries).size() == 4);
  write(folder.path() / "docs/losses/fresh.md", "# fresh\n");
  write(folder.path() / "tests/cases/fresh.cpp", "const auto criterion = fresh{};\n");
  CHECK(missing(folder.path(), losses, entries) == sentences{"docs/losses/fresh.md does not name fresher"});
  write(folder.path() / "docs/losses/fresh.md", "# fresh and fresher\n");
  CHECK(missing(folder.path(), losses, entries).empty());
  write(folder.path() / "docs/losses/stale.md", "# stale\n");
  CHECK(missing(folder.path(), losses, entries) ==
        sentences{"docs/losses/stale.md is of nothing that all_losses.hpp lists"});
}
