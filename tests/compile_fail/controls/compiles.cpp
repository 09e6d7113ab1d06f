// SPDX-License-Identifier: BSD-3-Clause
// expect: an error
int main() {}
