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
  const std::vector<std::string> tables = all_between(html, "<table>", "</table>");
  REQUIRE(tables.size() == 2);
  for (const std::string& cell : all_between(tables[0], "<td", "</td>"))
    cells.push_back(cell.substr(cell.find('>') + 1));
  std::vector<double> epochs;
  for (const auto& record : read_metrics(run + "/metrics.jsonl")) {
    if (record.contains("effective_rank")) epochs.push_back(record["epoch"].get<double>());
    if (!record.contains("encoder")) continue;
    expected.push_back(escaped(record["encoder"].get<std::string>()));
    for (const char* judge : {"linear", "neighbours", "ridge", "classifier", "calibration"})
      expected.push_back(record.contains(judge) ? written(100 * record[judge].get<double>(), 1) : "");
    expected.push_back("<span class=\"note\">" + record.value("note", "") + "</span>");
  }
  CHECK(cells == expected);
  CHECK(cells.size() == 3 * 7);  // the network, raw pixels, the untrained one
  CHECK(cells[0] == "mixup, backbone");
  CHECK(std::stod(cells[1]) > 50);
  CHECK(std::stod(cells[5]) >= 0);  // the expected calibration error, which the page says below too
  CHECK(html.find("Expected calibration error: " + cells[5]) != std::string::npos);
  CHECK(all_between(tables[1], "<tr>", "</tr>").size() == 11);  // a line of names, and ten digits
  CHECK(html.find("What the classifier says of the test samples") != std::string::npos);
  CHECK(html.find("Expected calibration error: ") != std::string::npos);
  CHECK(all_between(html, "<circle ", "/>").size() == 2 * 360);  // each test image by principal directions and by t-SNE
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

TEST_CASE("a report shows each class, the calibration and two pictures of where samples lie, and escapes what data say",
          "[examples]") {
  const std::string attack = "<script>alert('x')</script>";
  features said{.width = 3}, lie{.width = 4};
  for (int i = 0; i < 90; ++i) {
    const int label = i % 3, guess = i % 5 == 0 ? (label + 1) % 3 : label;
    for (int c = 0; c < 3; ++c) said.rows.push_back(c == guess ? 0.8F : 0.1F);
    for (int d = 0; d < 4; ++d)
      lie.rows.push_back(static_cast<float>(d == label ? 5 : 0) + static_cast<float>(i * d % 7));
    said.labels.push_back(label), lie.labels.push_back(label);
  }
  report_content content{.title = "<img src=x onerror=alert(1)>", .run = "\"><script>", .parent = "<b>"};
  const std::vector<std::string> names{attack, "b & c", "\" onmouseover=\""};
  add_predictions(said, "<i>", names, content);
  add_embeddings(lie, names, content);
  CHECK(content.classes[0].count == 30);
  CHECK(content.measured.accuracy == Approx(72.0 / 90));
  CHECK(content.measured.error == Approx(0).margin(1e-6));  // says 0.8, and is right as often
  const std::string html = report_html(content);
  CHECK(faults_of(html).empty());
  for (const char* tag : {"<script", "<img", "<i>", "<b>", "\" onmouseover"})
    CHECK(html.find(tag) == std::string::npos);
  CHECK(html.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") != std::string::npos);
  const auto tables = all_between(html, "<table>", "</table>");
  REQUIRE(tables.size() == 1);
  const auto cells = all_between(tables[0], "<td", "</td>");
  REQUIRE(cells.size() == 15);
  CHECK(cells[6].find(">30") != std::string::npos);
  CHECK(cells[7].find("--share:80.0%\">80.0<") != std::string::npos);
  CHECK(html.find("Forked from run &lt;b&gt;") != std::string::npos);
  CHECK(all_between(html, "<circle ", "/>").size() == 180);

  for (const std::string& table : all_between(html, "<table", ">"))  // what is wide scrolls in its own box
    CHECK(html.find("<div class=\"scroll\"><table" + table + ">") != std::string::npos);
  for (const std::string& picture : all_between(html, "<svg ", ">"))
    CHECK(picture.find(" width=") == std::string::npos);
  CHECK(html.find("content=\"width=device-width, initial-scale=1\"") != std::string::npos);

  std::vector<std::string> many(100, "class");
  features wide{.width = 100, .rows = std::vector<float>(100, 0.01F), .labels = {7}};
  add_predictions(wide, "linear probe", many, content);
  CHECK(faults_of(report_html(content)).empty());
  CHECK(report_html(content).find("<summary>All 100 classes</summary>") != std::string::npos);
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
  content.neighbourhoods = {{"&", {{nothing, 0}}}};
  content.classes = {{.name = "</tr>", .recall = nothing, .taken_for = "</td>"}};
  content.measured.bins = {{.from = 0, .to = 1, .count = 1, .confidence = nothing, .accuracy = much}};
  const std::string html = report_html(content);
  CHECK(faults_of(html).empty());
  CHECK(html.find("<script>") == std::string::npos);
  for (const char* number : {"nan\"", "nan,", "nan ", "inf\"", "inf,", "inf "})
    CHECK(html.find(number) == std::string::npos);
}
