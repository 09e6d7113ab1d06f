// SPDX-License-Identifier: BSD-3-Clause
#include "commands/asked_samples.hpp"
#include "commands/commands.hpp"
#include "commands/free_file.hpp"
#include "evaluation/class_predictions.hpp"
#include "evaluation/prediction_table.hpp"
#include "files/atomic_file.hpp"
#include "files/npy.hpp"
#include "files/text_width.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cstdint>

namespace mixcon_train {
inline namespace commands {

namespace {

/// The classes of the first and the second largest probability of a row.
struct two_best {
  std::size_t first = 0, second = 0;
};
two_best best_of(const features& of, index_t row) {
  const float* const p = of.row(row);
  two_best found{.second = 1};
  for (std::size_t c = 1; c < static_cast<std::size_t>(of.width); ++c)
    if (p[c] > p[found.first])
      found.second = found.first, found.first = c;
    else if (c == 1 || p[c] > p[found.second])
      found.second = c;
  return found;
}

std::string written_share(float share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", static_cast<double>(share));
  return text;
}

/// A field of a CSV file, in quotation marks where it needs them: RFC 4180.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted.append(letter == '"' ? 2 : 1, letter);
  return quoted.append("\"");
}

std::string csv_of(const loose_samples& asked, const features& found, const std::vector<std::string>& classes,
                   bool has_classes) {
  std::string text = has_classes ? "sample,class,predicted" : "sample,predicted";
  for (const std::string& name : classes) text.append(",").append(field(name));
  text += "\n";
  for (index_t i = 0; i < found.samples(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    text.append(field(asked.names[at])).append(",");
    if (has_classes) text.append(field(asked.classes[at])).append(",");
    text += field(classes[best_of(found, i).first]);
    for (index_t c = 0; c < found.width; ++c) {
      char number[32];
      std::snprintf(number, sizeof number, ",%.6g", static_cast<double>(found.row(i)[c]));
      text += number;
    }
    text += "\n";
  }
  return text;
}

/// Columns of text, each as wide as its widest entry.
std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], width_of(row[k]));
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) line.append(padded(row[k], widths[k] + 2));
    text.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
  }
  return text;
}

std::string table_of(const loose_samples& asked, const features& found, const std::vector<std::string>& classes,
                     bool has_classes) {
  std::vector<std::vector<std::string>> rows{{"sample", "predicted", "probability", "second", "probability"}};
  for (index_t i = 0; i < found.samples(); ++i) {
    const two_best best = best_of(found, i);
    rows.push_back({asked.names[static_cast<std::size_t>(i)], classes[best.first],
                    written_share(found.row(i)[best.first]), classes[best.second],
                    written_share(found.row(i)[best.second])});
  }
  for (std::size_t i = 0; i < rows.size() && has_classes; ++i)
    rows[i].insert(rows[i].begin() + 1, i == 0 ? "class" : asked.classes[i - 1]);
  return table_of(rows);
}

void write_numpy(const std::string& path, const features& found) {
  std::vector<std::int64_t> classes;
  for (index_t i = 0; i < found.samples(); ++i) classes.push_back(static_cast<std::int64_t>(best_of(found, i).first));
  write_atomically(beside(path, "classes"), npy_bytes(classes, {found.samples()}));
  write_atomically(path, npy_bytes(found.rows, {found.samples(), found.width}));
}

}  // namespace

int predict(const predict_request& request, std::FILE* to) {
  const bool is_npy = request.out.ends_with(".npy");
  MIXCON_REQUIRE(request.out.empty() || is_npy || request.out.ends_with(".csv"), "--out: ", request.out,
                 "; expected FILE.csv or FILE.npy, or nothing for a table.");
  if (!request.out.empty()) require_folder_of(request.out);
  if (!request.out.empty() && !request.overwrites) {
    require_free(request.out);
    if (is_npy) require_free(beside(request.out, "classes"));
  }
  run_and_samples run = load_run_and_samples(request.from, request.samples);
  const std::vector<std::string>& classes = run.own.train.class_names;
  label(run.asked, classes, false, run.where);
  const auto known = [](const std::string& name) { return !name.empty(); };
  const bool some_known = std::any_of(run.asked.classes.begin(), run.asked.classes.end(), known),
             all_known = std::all_of(run.asked.classes.begin(), run.asked.classes.end(), known);
  const class_predictions found =
      predict_classes(run.loaded.judged(), *run.loaded.device, run.own.train, run.asked.samples);
  if (is_npy)
    write_numpy(request.out, found.probabilities);
  else if (!request.out.empty())
    write_atomically(request.out, csv_of(run.asked, found.probabilities, classes, some_known));
  else
    std::fputs(table_of(run.asked, found.probabilities, classes, some_known).append("\n").c_str(), to);
  const data_set& samples = run.asked.samples;
  std::fprintf(to, "%lld %ss of %s, predicted by the %s", static_cast<long long>(samples.samples()),
               to_string(samples.kind), samples.title().c_str(), found.by.c_str());
  if (all_known) std::fprintf(to, ", accuracy %.1f %%", 100 * top_accuracy(found.probabilities, 1));
  std::fprintf(to, "%s%s\n", request.out.empty() ? "" : ": ", request.out.c_str());
  return exit_done;
}

}  // namespace commands
}  // namespace mixcon_train
