// SPDX-License-Identifier: BSD-3-Clause
// An engine chosen at run time: the code in front of the engines is compiled once for all of them.
#pragma once

#include <mixcon/engine/executor.hpp>

#include <string>

namespace mixcon_test {

struct any_engine {
  bool is_tiled = false;
  int threads = 1;

  /// Calls f with the engine itself.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return is_tiled ? f(mixcon::tiled{.threads = threads}) : f(mixcon::serial{});
  }
  template <class Problem, class States>
  void gather(const Problem& problem, States& states) const {
    visit([&](const auto& engine) { engine.gather(problem, states); });
  }
  template <class Problem, class Saved, class Gradients>
  void scatter(const Problem& problem, const Saved& saved, Gradients& to) const {
    visit([&](const auto& engine) { engine.scatter(problem, saved, to); });
  }
  /// Both directions: in one sweep by the engine that has it.
  template <class Rows, class Columns, class RowStates, class ColumnStates>
  void gather_both(const Rows& rows, const Columns& columns, RowStates& by_row, ColumnStates& by_column) const {
    if (is_tiled) return mixcon::tiled{.threads = threads}.gather_both(rows, columns, by_row, by_column);
    gather(rows, by_row);
    gather(columns, by_column);
  }
  template <class Rows, class SavedRows, class Columns, class SavedColumns, class Gradients>
  void scatter_both(const Rows& rows, const SavedRows& saved_rows, const Columns& columns,
                    const SavedColumns& saved_columns, Gradients& to_rows, Gradients& to_columns) const {
    if (is_tiled)
      return mixcon::tiled{.threads = threads}.scatter_both(rows, saved_rows, columns, saved_columns, to_rows,
                                                            to_columns);
    scatter(rows, saved_rows, to_rows);
    scatter(columns, saved_columns, to_columns);
  }
  template <class Row>
  void rows(mixcon::index_t number, Row&& row) const {
    visit([&](const auto& engine) { engine.rows(number, row); });
  }
  std::string name() const { return is_tiled ? "tiled, " + std::to_string(threads) + " threads" : "serial"; }
};

}  // namespace mixcon_test
