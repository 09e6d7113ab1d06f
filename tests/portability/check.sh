#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds draws.cpp with other compilers, flags and processors, and plans.cpp with one of each: each must print the same
# hash, the frozen one.
# Prints a line a build, and one for each that cannot be made or run here. Exit status 1 when a hash differs.
#
#   tests/portability/check.sh            every build
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0 skipped=0

skip() { # what, why
  skipped=$((skipped + 1))
  echo "skipped  $1: $2"
}

source=draws

# build NAME COMPILER FLAGS...: makes $work/NAME of $source.cpp
build() {
  name=$1 compiler=$2
  shift 2
  if ! command -v "$compiler" >/dev/null; then
    skip "$compiler $*" "not installed"
    return 1
  fi
  if ! "$compiler" -std=c++20 "$@" -I "$here/../../include" "$here/$source.cpp" -o "$work/$name"; then
    failed=$((failed + 1))
    echo "FAILED   $compiler $*: does not build"
    return 1
  fi
}

# same WHAT COMMAND...: the command must print the frozen hash (the source knows it)
same() {
  what=$1
  shift
  if hash=$("$@"); then
    passed=$((passed + 1))
    echo "same     $hash  $source, $what"
  else
    failed=$((failed + 1))
    echo "FAILED   $hash  $source, $what"
  fi
}

# -Ofast but for what it links: with that, numbers below 2.2e-308 become 0
fast_math="-O3 -march=native -fassociative-math -freciprocal-math -ffinite-math-only -fno-signed-zeros -fno-trapping-math"

host=$(uname -m)
for compiler in g++ clang++-16; do
  for flags in -O0 -O2 "-O3 -march=native" "-O3 -march=native -ffp-contract=fast" "-O2 -mfma" "$fast_math"; do
    case $flags in
      *-mfma*) if [ "$host" != x86_64 ] || ! grep -qw fma /proc/cpuinfo; then
        skip "$compiler $flags" "this processor has no such instruction"
        continue
      fi ;;
    esac
    # shellcheck disable=SC2086  # flags are words
    build program "$compiler" $flags || continue
    same "$compiler $flags" "$work/program"
    # a C library that may not use fused multiply-add either
    if [ "$host" = x86_64 ] && [ "$flags" = -O2 ]; then
      same "$compiler $flags, libm without FMA and AVX2" \
        env GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-AVX2 "$work/program"
    fi
  done
done

# other processors, emulated: 64 bits with fused multiply-add by default, 32 bits with and without
emulated() { # emulator, compiler, root of its libraries, flags...
  emulator=$1 compiler=$2 root=$3
  shift 3
  if ! command -v "$emulator" >/dev/null; then
    skip "$compiler $*" "$emulator is not installed"
  elif build program "$compiler" "$@"; then
    same "$compiler $* under $emulator" "$emulator" -L "$root" "$work/program"
  fi
}
for flags in -O0 -O2 "-O3 -ffp-contract=fast"; do
  # shellcheck disable=SC2086
  emulated qemu-aarch64 aarch64-linux-gnu-g++ /usr/aarch64-linux-gnu $flags
done
emulated qemu-arm arm-linux-gnueabihf-g++ /usr/arm-linux-gnueabihf -O2
emulated qemu-arm arm-linux-gnueabihf-g++ /usr/arm-linux-gnueabihf -O2 -mfpu=neon-vfpv4 -ffp-contract=fast

# plans of every policy
source=plans
for compiler in g++ clang++-16; do
  for flags in -O1 "-O3 -march=native -ffp-contract=fast" "$fast_math"; do
    # shellcheck disable=SC2086
    build program "$compiler" $flags && same "$compiler $flags" "$work/program"
  done
done
emulated qemu-aarch64 aarch64-linux-gnu-g++ /usr/aarch64-linux-gnu -O2 -ffp-contract=fast
emulated qemu-arm arm-linux-gnueabihf-g++ /usr/arm-linux-gnueabihf -O1 -Wno-psabi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
