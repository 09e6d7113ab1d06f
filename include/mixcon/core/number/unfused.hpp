// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Keeps compilers from fusing a product into a sum where the bits must be the same on every machine.

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

// A compiler that fuses a product into a sum rounds once instead of twice, and a plan's last bits would depend on it. A
// function whose sums have products for operands and that must give the same bits everywhere is declared
// MIXCON_NO_FUSED_SUMS, which g++ obeys, and multiplies by a `rounded_product`.
#if defined(__clang__)
#define MIXCON_NO_FUSED_SUMS
#else
#define MIXCON_NO_FUSED_SUMS [[gnu::optimize("fp-contract=off")]]
#endif

namespace mixcon::portable {

/// a * b, rounded before anything is added to it, where MIXCON_NO_FUSED_SUMS stands; make one before the loop. clang
/// fuses with -ffp-contract=fast whatever the code says, but does not look through an exclusive or with bits that it
/// cannot know to be zero. Loops still become vectors.
class rounded_product {
 public:
  rounded_product() { asm("" : "+r"(zero_)); }
  template <class T>
  T operator()(T a, T b) const {
#if defined(__clang__) && (defined(__FMA__) || defined(__FMA4__) || !(defined(__x86_64__) || defined(__i386__)))
    using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    static_assert(sizeof(T) == sizeof(bits));
    return __builtin_bit_cast(T, __builtin_bit_cast(bits, a * b) ^ bits{zero_});
#else
    return a * b;
#endif
  }

 private:
  std::uint32_t zero_ = 0;  // in every build, as builds with other flags are linked together
};

}  // namespace mixcon::portable

MIXCON_STRICT_FLOATS_END
