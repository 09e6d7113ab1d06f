// SPDX-License-Identifier: BSD-3-Clause
// expect: our own words
static_assert(false, "other words");
int main() {}
