// SPDX-License-Identifier: BSD-3-Clause
// By moments: the same bits for any number of threads, the same values on each instruction set, and one shift for all
// pairs up to the sizes of logits where it may do, and a bit beyond.
#undef MIXCON_ONE_INSTRUCTION_SET  // the loops of all sets
#include "engine/moment_case.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Calls visit() with each instruction set of this processor.
template <class Visit>
void on_each_set(const Visit& visit) {
  const instruction_set first = instruction_set_in_use();
  for (const instruction_set set : {instruction_set::as_compiled, instruction_set::avx2, instruction_set::avx512}) {
    if (set > detail::instruction_set_of_processor()) continue;
    INFO("instruction set " << static_cast<int>(set));
    use_instruction_set(set);
    visit();
  }
  use_instruction_set(first);
}
template <class T>
void check_sets_and_threads() {
  std::vector<int> labels;
  for (int i = 0; i < 400; ++i) labels.push_back(i % 2 == 0 ? i % 20 : i);
  const label_targets targets{.labels = labels};
  const auto bound = targets.bind(pair_space{400, 400, 0, {400}});
  const auto turned = detail::transposed_rule_of(bound.rule());
  const auto a = moment_rows<T>(400, 37, 1, mixcon::rows::unit), c = moment_rows<T>(400, 37, 2, mixcon::rows::unit);
  const detail::packed_rows<T> own(0, 37);
  const auto triangle = moment_problem<attracting_moments>(bound.rule(), 10, 0.25, a, a, own);
  const auto rows = moment_problem<attracting_moments>(bound.rule(), 10, 0.25, a, c, own);
  const auto columns = moment_problem<attracting_moments>(turned, 10, 0.25, c, a, own);
  on_each_set([&] {
    CHECK(difference_by_moments(triangle) == "");
    CHECK(difference_by_moments(rows) == "");
    CHECK(difference_of_both(rows, columns) == "");
    auto once = triangle.fresh_states(), row = rows.fresh_states();
    auto column = columns.fresh_states();
    tiled{.threads = 1}.gather(triangle, once);
    tiled{.threads = 1}.gather_both(rows, columns, row, column);
    for (const int threads : {2, 3}) {
      auto again = triangle.fresh_states(), by_row = rows.fresh_states();
      auto by_column = columns.fresh_states();
      tiled{.threads = threads}.gather(triangle, again);
      tiled{.threads = threads}.gather_both(rows, columns, by_row, by_column);
      int different = 0;
      for (std::size_t i = 0; i < 400; ++i) {
        const auto same = [i](const auto& x, const auto& y) {
          using bytes = detail::state_bytes<std::remove_cvref_t<decltype(x[i])>>;
          unsigned char one[bytes::size], other[bytes::size];
          bytes::write(x[i], one), bytes::write(y[i], other);
          return std::memcmp(one, other, bytes::size) == 0;
        };
        different += same(once, again) && same(row, by_row) && same(column, by_column) ? 0 : 1;
      }
      CHECK(different == 0);
    }
  });
}

/// Rows of which one looks away from all others, so that its logits are near -scale.
template <class T>
detail::packed_rows<T> one_apart(index_t count) {
  detail::packed_rows<T> rows(count, 3);
  for (index_t i = 0; i < count; ++i) {
    const T row[] = {i == 1 ? T(-1) : T(1), static_cast<T>(i % 7) * T(0.01), static_cast<T>(i % 5) * T(0.01)};
    rows.pack(i, vector_view<const T>{row, {3}}, mixcon::rows::unit);
  }
  return rows;
}

}  // namespace

TEST_CASE("By moments, instruction sets agree with naive sums, and threads to the bit, in float", "[engine]") {
  check_sets_and_threads<float>();
}
TEST_CASE("By moments, instruction sets agree with naive sums, and threads to the bit, in double", "[engine]") {
  check_sets_and_threads<double>();
}

TEST_CASE("By moments, sums are right on both sides of each bound of the shift", "[engine]") {
  const auto bound = other_rows{}.bind(pair_space{200, 200, 0, {200}});
  const detail::packed_rows<float> own(0, 3);
  const auto a = one_apart<float>(200);
  moments::sum_lines<1> lines;
  lines.times[0] = 1;
  CHECK((moments::choose_shift<float>(lines, 96, 200) && lines.shift[0] == 0));
  CHECK((moments::choose_shift<float>(lines, 97, 200) && lines.shift[0] == 1));
  CHECK((moments::choose_shift<float>(lines, 96 + 64, 200) && lines.shift[0] == 64));
  CHECK_FALSE(moments::choose_shift<float>(lines, 96 + 65, 200));
  CHECK_FALSE(moments::choose_shift<float>(lines, static_cast<double>(NAN), 200));
  lines.plus[0] = HUGE_VAL;
  CHECK_FALSE(moments::choose_shift<float>(lines, 1, 200));
  on_each_set([&] {
    // in units of log 2: no shift; a shift; a shift with which row 1 is lost, which is seen; too large for any
    for (const double scale : {60.0, 66.0, 67.0, 80.0, 110.0, 112.0, 200.0}) {
      INFO("scale " << scale);
      CHECK(difference_by_moments(moment_problem<attracting_moments>(bound.rule(), scale, 0, a, a, own)) == "");
    }
  });
}

TEST_CASE("By moments, a NaN in a visible pair stays", "[engine]") {
  const auto bound = diagonal_targets{}.bind(pair_space{200, 200, 0, {200}});
  const detail::packed_rows<float> own(0, 3);
  auto a = one_apart<float>(200);
  const float odd[] = {NAN, 1, 1};
  a.pack(5, vector_view<const float>{odd, {3}}, mixcon::rows::unit);
  const auto p = moment_problem<attracting_moments>(bound.rule(), 5, 0, a, a, own);
  auto states = p.fresh_states();
  tiled{.threads = 1}.gather(p, states);
  for (std::size_t i = 0; i < 200; ++i) CHECK(std::isnan(get<0>(states[i].read(p.statistics, 0)).value));
}
