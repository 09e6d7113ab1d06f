// SPDX-License-Identifier: BSD-3-Clause
#include "report/page.hpp"

#include "files/html.hpp"
#include "run/run_identity.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace report {

namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --quiet: #5b6470; --line: #e3e6ea; --best: #e8f4ea;
  --blue: #1f77b4; --red: #d62728; --green: #2ca02c; --bar: #d9e7f3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #16181c; --quiet: #9aa2ad; --line: #30353c; --best: #1d3524;
    --blue: #4f9fd6; --red: #ef6a6a; --green: #55bd55; --bar: #23384a; }
}
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1180px;
  margin: 1.6rem auto; padding: 0 1.2rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p { color: var(--quiet); margin: .2rem 0 .8rem; max-width: 75ch; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; overflow-wrap: normal; }
th, td { padding: .35rem .8rem .35rem .3rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; white-space: nowrap; }
th { font-weight: 600; } td:first-child { white-space: normal; min-width: 6.5rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.marked { background: var(--best); font-weight: 600; }
.note { color: var(--quiet); font-weight: 400; display: block; white-space: normal; }
.note:not(:empty) { min-width: 14rem; }
.bar { background: linear-gradient(to right, var(--bar) var(--share), transparent 0); display: block; min-width: 4.5rem;
  padding: 0 .3rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 1.2rem; }
.narrow { max-width: 560px; }
figure { margin: 0; min-width: 0; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font-size: 12px; } svg .title { font-size: 13px; font-weight: 600; }
svg .axis, svg .tick { fill: var(--quiet); }
svg .grid { stroke: var(--line); } svg .zero, svg .ideal { stroke: var(--quiet); stroke-dasharray: 4 3; }
svg .accuracy { fill: var(--blue); fill-opacity: .75; } svg .gap { fill: var(--red); fill-opacity: .4; }
svg .band { fill: var(--line); fill-opacity: .6; }
svg .better { stroke: var(--green); fill: var(--green); stroke-width: 2; }
svg .worse { stroke: var(--red); fill: var(--red); stroke-width: 2; }
svg .same { stroke: var(--blue); fill: var(--blue); stroke-width: 2; }
svg .open { stroke: var(--quiet); fill: var(--quiet); stroke-width: 2; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; font-size: .85rem; color: var(--quiet); margin-top: .2rem; }
.legend span { min-width: 0; } .legend i { display: inline-block; width: .7em; height: .7em; border-radius: 2px;
  margin-right: .4em; }
.legend .accuracy { background: var(--blue); } .legend .gap { background: var(--red); opacity: .5; }
.scroll img { min-width: 560px; max-width: 100%; image-rendering: pixelated; border: 1px solid var(--line);
  display: block; }
summary { cursor: pointer; color: var(--quiet); margin-bottom: .5rem; }
.facts { columns: 2 26rem; } .facts div { break-inside: avoid; border-bottom: 1px solid var(--line); padding: .15rem 0;
  display: flex; gap: 1rem; } .facts span:first-child { color: var(--quiet); flex: 0 0 38%; max-width: 11rem; }
.facts span:last-child { min-width: 0; }
@media (max-width: 600px) {
  body { padding: 0 .8rem; } th, td { padding: .3rem .45rem .3rem .1rem; font-size: .85rem; }
  td:first-child { min-width: 3.2rem; } .bar { min-width: 3.4rem; }
  svg text { font-size: 14px; } svg .title { font-size: 14.5px; }
}
)";

}  // namespace

std::string html_page(const std::string& title, const std::string& run, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">" +
         (run.empty() ? std::string() : identity_in_page + escaped(run) + after_identity_in_page) + "\n<title>" +
         escaped(title) + "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>" +
         style + "</style></head><body>\n<h1>" + escaped(title) + "</h1>\n" + body + "</body></html>\n";
}

std::string html_table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows,
                       const std::vector<std::size_t>& marked) {
  const auto kind = [&](std::size_t column) {
    return columns[column].starts_with('#') ? std::string(" class=\"number\"") : std::string();
  };
  std::string html = "<div class=\"scroll\"><table><tr>";
  for (std::size_t c = 0; c < columns.size(); ++c)
    html += "<th" + kind(c) + ">" + columns[c].substr(columns[c].starts_with('#') ? 1 : 0) + "</th>";
  html += "</tr>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    html += std::find(marked.begin(), marked.end(), r) == marked.end() ? "<tr>" : "<tr class=\"marked\">";
    for (std::size_t c = 0; c < rows[r].size(); ++c) html += "<td" + kind(c) + ">" + rows[r][c] + "</td>";
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string html = "<div class=\"facts\">";
  for (const auto& [name, value] : facts)
    html += "<div><span>" + escaped(name) + "</span><span>" + escaped(value) + "</span></div>\n";
  return html + "</div>\n";
}

}  // namespace report
}  // namespace mixcon_train
