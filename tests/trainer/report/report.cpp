// SPDX-License-Identifier: BSD-3-Clause
// The page of a run: one well-formed file that needs no other, and says what metrics.jsonl says.
#include "report/report.hpp"
#include "commands/commands.hpp"
#include "files/atomic_file.hpp"
#include "files/file_error.hpp"
#include "files/html.hpp"
#include "run/metrics_log.hpp"
#include "support/catch.hpp"
#include "trainer/scratch_folder.hpp"

#include <png.h>
#include <sys/resource.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace mixcon_train;
using mixcon_test::scratch_folder;

namespace {

/// What is wrong with the tags of a page; empty: every one is closed, in its turn.
std::string faults_of(const std::string& html) {
  const std::set<std::string> without_end{"meta", "img", "!DOCTYPE"};
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at)) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return "a tag without an end";
    const std::string tag = html.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string::npos || tag.empty()) return "a stray < in " + tag;
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '/') {
      if (open.empty() || "/" + open.back() != tag) return "unexpected </" + tag;
      open.pop_back();
    } else if (tag.back() != '/' && without_end.count(name) == 0) {
      open.push_back(name);
    }
    at = end;
  }
  return open.empty() ? "" : "open: " + open.back();
}

std::vector<png_byte> from_base64(const std::string& text) {
  static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<png_byte> bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const std::size_t value = letters.find(c);
    REQUIRE(value != std::string::npos);
    bits = bits << 6U | static_cast<unsigned>(value), count += 6;
    if (count >= 8) count -= 8, bytes.push_back(static_cast<png_byte>(bits >> count & 255U));
  }
  return bytes;
}

/// What stands between `begin` and the next `end`, each time.
std::vector<std::string> all_between(const std::string& text, const std::string& begin, const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    found.push_back(text.substr(at, text.find(end, at) - at));
  }
  return found;
}

train_request digits_run(const std::string& out) {
  train_request asked;
  const std::vector<std::pair<std::string, std::string>> values{
      {"recipe", "mixup"}, {"data", "digits"},    {"width", "4"},   {"batch", "64"},
      {"steps", "27"},     {"precision", "fp32"}, {"threads", "1"}, {"out", out}};
  for (const auto& [name, text] : values) asked.given.push_back({name, text, "--" + name});
  asked.quiet = true;
  return asked;
}

struct silent {
  std::FILE* file = std::fopen("/dev/null", "w");
  ~silent() { std::fclose(file); }
};

}  // namespace

TEST_CASE("a report is one well-formed page whose table is that of metrics.jsonl", "[examples]") {
  const scratch_folder folder;
  const silent nowhere;
  REQUIRE(train(digits_run(folder / "a <run> & \"more\""), nowhere.file) == exit_done);
  const std::string run = folder / "a <run> & \"more\"", html = read_whole_file(run + "/report.html");

  CHECK(faults_of(html).empty());
  CHECK(faults_of("<p><b></p></b>") == "unexpected <//p");
  for (const char* link : {"http:", "https:", "href", "url(", "@import", "<script", "<link"})
    CHECK(html.find(link) == std::string::npos);
  CHECK(html.find("a &lt;run&gt; &amp; &quot;more&quot;") != std::string::npos);

  const std::vector<std::string> sources = all_between(html, " src=\"", "\"");
  REQUIRE(sources.size() == 1);
  const std::string kind = "data:image/png;base64,";
  REQUIRE(sources[0].starts_with(kind));
  const std::vector<png_byte> picture = from_base64(sources[0].substr(kind.size()));
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, picture.data(), picture.size()) != 0);
  image.format = PNG_FORMAT_RGB;
  std::vector<png_byte> pixels(std::size_t{image.width} * image.height * 3);
  CHECK(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);

  std::vector<std::string> cells, expected;
  for (const std::string& cell : all_between(html, "<td", "</td>")) cells.push_back(cell.substr(cell.find('>') + 1));
  std::vector<double> epochs;
  for (const auto& record : read_metrics(run + "/metrics.jsonl")) {
    if (record.contains("effective_rank")) epochs.push_back(record["epoch"].get<double>());
    if (!record.contains("encoder")) continue;
    expected.push_back(escaped(record["encoder"].get<std::string>()));
    for (const char* judge : {"linear", "neighbours", "ridge", "classifier"})
      expected.push_back(record.contains(judge) ? written(100 * record[judge].get<double>(), 1) : "");
    expected.push_back(record.value("note", ""));
  }
  CHECK(cells == expected);
  CHECK(cells.size() == 3 * 6);  // the network, raw pixels, the untrained one
  CHECK(cells[0] == "mixup, backbone");
  CHECK(std::stod(cells[1]) > 50);
  for (std::size_t k = 1; k < epochs.size(); ++k) CHECK(epochs[k] > epochs[k - 1] + 0.09);  // no point twice
  CHECK(epochs.size() >= 1);

  train_request again;  // a run that is done is judged again, and says the same
  again.resume = run, again.quiet = true;
  REQUIRE(train(again, nowhere.file) == exit_done);
  CHECK(read_whole_file(run + "/report.html") == html);
}

TEST_CASE("a disk that is full when metrics or the report are written is one sentence, and checkpoints stay",
          "[examples]") {
  const scratch_folder folder;
  const silent nowhere;
  train_request asked = digits_run(folder / "run");
  asked.given.push_back({"steps", "4", "--steps"}), asked.given.push_back({"checkpoint-every", "2", ""});
  asked.evaluates = false;
  REQUIRE(train(asked, nowhere.file) == exit_done);
  const std::string run = folder / "run", checkpoint = read_whole_file(run + "/checkpoint.safetensors");
  const rlim_t metrics = read_whole_file(run + "/metrics.jsonl").size();

  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto refusal = [&](rlim_t room, const std::string& from) {
    train_request next;
    next.resume = from, next.quiet = true;
    rlimit limit = before;
    limit.rlim_cur = room;
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string why;
    try {
      train(next, nowhere.file);
    } catch (const file_error& error) {
      why = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    return why;
  };
  CHECK(refusal(metrics / 2, run).find("metrics.jsonl: cannot be written (File too large)") != std::string::npos);
  CHECK(refusal(metrics - 40, run + "/checkpoint.previous.safetensors")
            .find("metrics.jsonl: cannot be written (File too large)") != std::string::npos);
  CHECK(refusal(metrics + 4000, run).find("report.html: cannot be written (File too large)") != std::string::npos);
  CHECK(read_whole_file(run + "/checkpoint.safetensors") == checkpoint);
  CHECK(faults_of(read_whole_file(run + "/metrics.jsonl")).empty());
  asked.resume = run, asked.evaluates = true;
  REQUIRE(train(asked, nowhere.file) == exit_done);  // with room again it ends well
}

TEST_CASE("charts and pages bear what is not finite, not UTF-8, or not there", "[examples]") {
  const double nothing = std::numeric_limits<double>::quiet_NaN(), much = std::numeric_limits<double>::infinity();
  report_content content{.title = "<script>\xFF\x01 & 'more'"};
  CHECK(faults_of(report_html(content)).empty());
  content.loss = {{0, nothing}, {1, much}, {2, -much}, {nothing, 3}};
  content.rate = {{5, 1}};
  content.chance = nothing;
  content.epochs = {{1, {nothing, much, 0}}, {2, {1e300, -1e300, 1e-300}}};
  content.scores = {{.name = "<b>", .linear = nothing, .note = "</td>"}};
  content.embeddings = {{"&", {{0, 0}}}, {"none", {}}};
  const std::string html = report_html(content);
  CHECK(faults_of(html).empty());
  CHECK(html.find("<script>") == std::string::npos);
  for (const char* number : {"nan\"", "nan,", "nan ", "inf\"", "inf,", "inf "})
    CHECK(html.find(number) == std::string::npos);
}
