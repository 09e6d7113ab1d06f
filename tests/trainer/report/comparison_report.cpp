// SPDX-License-Identifier: BSD-3-Clause
// A comparison as a table and as a page: the numbers are there, and names are shown as they are.
#include "report/comparison_report.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

arm_result arm(const std::string& name, const std::vector<double>& accuracies, double seconds) {
  arm_result made{.name = name};
  for (std::size_t k = 0; k < accuracies.size(); ++k)
    made.runs.push_back({k, accuracies[k], seconds, {{seconds / 4, accuracies[k] - 0.1}, {seconds, accuracies[k]}}});
  return made;
}

comparison_content content() {
  comparison_content made{.title = "E0 <script>", .measure = "ridge & more", .early_measure = "5-NN"};
  made.arms = {arm("base", {0.80, 0.81, 0.79, 0.80}, 10), arm("caf\xC3\xA9 <b>", {0.83, 0.84, 0.81, 0.83}, 40),
               arm("worse", {0.70, 0.72, 0.69, 0.70}, 10)};
  made.facts = {{"data", "<i>"}};
  made.found = compared(made.arms, "base");
  return made;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    lines.push_back(text.substr(at, text.find('\n', at) - at));
  return lines;
}

}  // namespace

TEST_CASE("the table has a line for each arm, with its interval and its verdict", "[examples]") {
  const auto lines = lines_of(comparison_table(content().found));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] ==
        "arm       runs  accuracy  deviation  seconds  difference         interval  p (Holm)  verdict       "
        "at equal time  difference then  verdict then");
  CHECK(
      lines[1].starts_with("base         4     80.00       0.82     10.0           -                -         -  "
                           "reference"));
  CHECK(lines[2].find("+2.75   +1.95 to +3.55") != std::string::npos);
  CHECK(lines[2].find("supported") != std::string::npos);
  CHECK(lines[2].find("72.8            -7.25  refuted here") != std::string::npos);  // it takes four times as long
  CHECK(lines[3].find("refuted here") != std::string::npos);
  comparison without = content().found;
  for (arm_summary& one : without.arms) one.equal_time.reset(), one.at_equal_time.reset();
  CHECK(comparison_table(without).find("equal time") == std::string::npos);
}

TEST_CASE("the page has the same cells, a drawn interval for each arm but the reference, and escapes names",
          "[examples]") {
  const comparison_content shown = content();
  const std::string html = comparison_html(shown);
  for (const char* tag : {"<script", "<b>", "<i>", "href", "src="}) CHECK(html.find(tag) == std::string::npos);
  for (const char* part : {"caf\xC3\xA9 &lt;b&gt;", "ridge &amp; more", "+1.95 to +3.55", "E0 &lt;script&gt;",
                           "Runs with the same seed share", ">83.00<", "class=\"better\"", "class=\"worse\""})
    CHECK(html.find(part) != std::string::npos);
  const auto count = [&](const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = html.find(part); at != std::string::npos; at = html.find(part, at + 1)) ++found;
    return found;
  };
  CHECK(count("<svg ") == 2);
  CHECK(count("<svg ") == count("</svg>"));
  CHECK(html.find("Left out") == std::string::npos);
  comparison_content fewer = content();
  fewer.left_out = {"wild <b>, whose run with seed 0 failed"};
  CHECK(comparison_html(fewer).find("<h2>Left out</h2>\n<p>wild &lt;b&gt;, whose run with seed 0 failed</p>") !=
        std::string::npos);
  CHECK(count("class=\"label\"") == 4);  // two arms, at the end and at equal time
  CHECK(count("<tr") == count("</tr>"));
  CHECK(count("<tr") == 4 + 4);
  CHECK(count("<td") == 3 * 12 + 3 * 5);
  comparison_content longer = content();
  longer.found.arms[1].name = std::string(47, 'a') + "\xC3\xA9" + "bc";
  CHECK(comparison_html(longer).find(">" + std::string(47, 'a') + "\xE2\x80\xA6<") != std::string::npos);
}

TEST_CASE("a single run has no interval, and a page bears that", "[examples]") {
  comparison_content one{.title = "one"};
  one.arms = {{.name = "a", .runs = {{1, 0.5, 1, {}}}}, {.name = "b", .runs = {{1, 0.6, 1, {}}}}};
  one.found = compared(one.arms, "a");
  const auto lines = lines_of(comparison_table(one.found));
  CHECK(lines[2] == "b       1     60.00          -      1.0      +10.00         -         -  undecided");
  CHECK(comparison_html(one).find("undecided") != std::string::npos);
  one.found = compared({one.arms[0]}, "a");
  CHECK(comparison_html(one).find("<svg") == std::string::npos);
}

TEST_CASE("a table of Markdown has the same cells; calibration is a column where every run has one", "[examples]") {
  comparison_content one{.title = "one"};
  one.arms = {{.name = "a", .runs = {{1, 0.5, 1, {}, 0.1}, {2, 0.5, 1, {}, 0.2}}},
              {.name = "b", .runs = {{1, 0.6, 1}}}};
  CHECK(comparison_table(compared(one.arms, "a")).find("ECE") == std::string::npos);
  one.arms[1].runs[0].calibration = 0.05;
  const auto lines = lines_of(comparison_markdown(compared(one.arms, "a")));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] ==
        "| arm | runs | accuracy | deviation | ECE | seconds | difference | interval | p (Holm) | verdict |");
  CHECK(lines[1] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
  CHECK(lines[2] == "| a | 2 | 50.00 | 0.00 | 15.0 | 1.0 | - | - | - | reference |");
  CHECK(lines[3] == "| b | 1 | 60.00 | - | 5.0 | 1.0 | +10.00 | - | - | undecided |");
}
