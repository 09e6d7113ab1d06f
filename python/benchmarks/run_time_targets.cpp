// SPDX-License-Identifier: BSD-3-Clause
// What it costs that the module's targets are chosen at run time: calls of the module's own code beside the same calls
// with the types of the library, in one process, on one thread, value and gradients in float. Prints a JSON object a
// line; measure.py reads them.
#include "losses.hpp"
#include "runners.hpp"

#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/nt_xent.hpp>
#include <mixcon/losses/supcon.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>

using namespace mixcon;
using namespace mixcon_python;

namespace {

constexpr index_t width = 128;

struct rows_of_float {
  std::vector<float> numbers;
  index_t rows;
  explicit rows_of_float(index_t count) : numbers(static_cast<std::size_t>(count * width)), rows(count) {}
  matrix_view<float> view() { return {numbers.data(), {rows, width}}; }
  any_array array() { return {numbers.data(), element::float32, 2, {rows, width, 0}, {width, 1, 0}}; }
};

double processor_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Two ways to the same numbers, and where each leaves its gradients.
struct comparison {
  const char* loss;
  index_t rows;
  std::function<double()> by_types, at_run_time;
  rows_of_float &first, &second;

  void measure(double seconds) const {
    const bool same = by_types() == at_run_time() && first.numbers == second.numbers;
    const std::function<double()>* const calls[] = {&by_types, &at_run_time, &by_types};
    std::vector<double> taken[3];
    std::vector<int> order{0, 1, 2};
    std::mt19937 draw(1);
    double spent = 0;
    while (spent < seconds || taken[0].size() < 7) {
      std::shuffle(order.begin(), order.end(), draw);
      for (const int which : order) {
        const double begin = processor_time();
        (*calls[which])();
        taken[which].push_back(processor_time() - begin);
        spent += taken[which].back();
      }
    }
    double of[3];
    for (int which = 0; which < 3; ++which) {
      std::sort(taken[which].begin(), taken[which].end());
      of[which] = taken[which][taken[which].size() / 5];  // a fifth of the samples were faster
    }
    std::printf(
        "{\"loss\": \"%s\", \"rows\": %d, \"by_types\": %.9f, \"at_run_time\": %.9f, \"by_types_again\": %.9f, "
        "\"samples\": %d, \"same_bits\": %s}\n",
        loss, static_cast<int>(rows), of[0], of[1], of[2], static_cast<int>(taken[0].size()), same ? "true" : "false");
    std::fflush(stdout);
  }
};

double as_number(const loss_result<float>& found) { return static_cast<double>(found.value); }

const loss_info& info_of(std::string_view name) {
  for (const loss_info& loss : losses())
    if (loss.name == name) return loss;
  std::fprintf(stderr, "there is no loss of that name\n");
  std::exit(2);
}

void measure_all(index_t rows, double seconds) {
  std::mt19937 draw(1);
  std::normal_distribution<float> normal;
  rows_of_float x(rows), y(rows), by_x(rows), by_y(rows), again_x(rows), again_y(rows);
  for (float& number : x.numbers) number = normal(draw);
  for (float& number : y.numbers) number = normal(draw);
  std::vector<int> labels;
  for (index_t i = 0; i < rows; ++i) labels.push_back(static_cast<int>(i % 64));
  const tiled engine{1};

  const auto run = [&](const char* name, const any_targets& targets, bool has_two) {
    const loss_info& loss = info_of(name);
    request call;
    call.settings = &loss.usual, call.targets = &targets, call.threads = 1;
    call.arrays = {x.array()}, call.gradients = {again_x.array()};
    if (has_two) call.arrays.push_back(y.array()), call.gradients.push_back(again_y.array());
    return runner_of_formula(loss.type, loss.usual.similarity)(call).value;
  };
  any_targets views, classes, diagonal;
  views.of = any_targets::kind::views, views.samples = rows / 2, views.views = 2;
  classes.of = any_targets::kind::labels, classes.labels = labels;
  diagonal.of = any_targets::kind::diagonal;

  const auto contrast = nt_xent();
  const auto pairs = clip();
  const auto by_class = supcon();
  const comparison all[] = {
      {"nt_xent", rows,
       [&] {
         return as_number(value_and_grad(engine, contrast, view_targets{.samples = rows / 2}, x.view(), by_x.view()));
       },
       [&] { return run("nt_xent", views, false); }, by_x, again_x},
      {"supcon", rows,
       [&] {
         return as_number(value_and_grad(engine, by_class, label_targets{.labels = labels}, x.view(), by_x.view()));
       },
       [&] { return run("supcon", classes, false); }, by_x, again_x},
      {"clip", rows,
       [&] {
         return as_number(value_and_grad(engine, pairs, diagonal_targets{}, x.view(), y.view(),
                                         {.anchors = by_x.view(), .candidates = {by_y.view()}}));
       },
       [&] { return run("clip", diagonal, true); }, by_x, again_x},
  };
  for (const comparison& one : all) one.measure(seconds);
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::strtod(arguments[1], nullptr) : 3;
  for (const index_t rows : {1024, 4096}) measure_all(rows, seconds);
}
