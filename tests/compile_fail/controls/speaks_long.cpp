// SPDX-License-Identifier: BSD-3-Clause
// expect: our own words
// at most: 40 lines
static_assert(false, "our own words");
template <int N>
struct after {
  after<N - 1> before;
  static_assert(N < 0, "and many more");
};
template <>
struct after<0> {};
after<20> all;
int main() {}
