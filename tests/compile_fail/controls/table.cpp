// SPDX-License-Identifier: BSD-3-Clause
// Two calls are as expected: the first and the last.
template <class T>
void check_size(T) {
  static_assert(sizeof(T) > 1, "size matters");
}

// accepted
check_size(1);
// accepted
check_size('a');
// refused: size matters
check_size(1);
// refused: size does not matter
check_size('a');
// refused: size matters
check_size('a');
