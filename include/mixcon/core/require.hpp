// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// MIXCON_REQUIRE: refuses bad arguments with one sentence, by an exception or, under -fno-exceptions, by abort.

#include <mixcon/core/number_text.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <initializer_list>
#include <string>
#include <type_traits>

#if !defined(__cpp_exceptions)
#include <cstdio>
#include <cstdlib>
#else
#include <stdexcept>
#endif

MIXCON_STRICT_FLOATS_BEGIN

/// Checks an argument at the public door. When `condition` is false, throws `std::invalid_argument` whose text is the
/// rest of the arguments written one after another (text, numbers, axes); under -fno-exceptions, prints the text to
/// stderr and aborts. The sentence names the function, what came, what was expected, and a likely fix.
#define MIXCON_REQUIRE(condition, ...)                                \
  do {                                                                \
    if (!(condition)) ::mixcon::detail::refuse_in_words(__VA_ARGS__); \
  } while (false)

namespace mixcon::detail {

[[noreturn]] inline void refuse(const std::string& why) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument(why);
#else
  std::fprintf(stderr, "mixcon: %s\n", why.c_str());
  std::abort();
#endif
}

/// A part of a sentence: text, a number, or axes. One type for all, so that a check costs a compiler little.
class sentence_part {
 public:
  sentence_part(const char* text) : kind_(kind::text), text_(text) {}  // NOLINT(google-explicit-constructor)
  sentence_part(const std::string& text)                               // NOLINT(google-explicit-constructor)
      : kind_(kind::text), text_(text.c_str()) {}
  template <class N>
  requires std::is_arithmetic_v<N>
  sentence_part(N number) : kind_(kind::real), real_(0) {  // NOLINT(google-explicit-constructor)
    if constexpr (std::is_floating_point_v<N>) {
      real_ = static_cast<double>(number);
    } else {
      kind_ = kind::natural;
      if constexpr (std::is_signed_v<N>) kind_ = number < 0 ? kind::negative : kind::natural;
      natural_ = static_cast<std::uint64_t>(number);
    }
  }
  template <int Rank>
  sentence_part(const axes<Rank>& extents)  // NOLINT(google-explicit-constructor)
      : kind_(kind::axes), rank_(Rank), axes_(extents.of) {}

  void append_to(std::string& to) const {
    if (kind_ == kind::text) to += text_;
    if (kind_ == kind::natural) append_natural(to, natural_);
    if (kind_ == kind::negative) append_natural(to += '-', 0 - natural_);
    if (kind_ == kind::real) to += written(real_);
    if (kind_ != kind::axes) return;
    to += '(';  // (256, 128)
    for (int axis = 0; axis < rank_; ++axis) {
      if (axis > 0) to += ", ";
      sentence_part(axes_[axis]).append_to(to);
    }
    to += rank_ == 1 ? ",)" : ")";
  }

 private:
  [[gnu::noinline]] static void append_natural(std::string& to, std::uint64_t number) { to += std::to_string(number); }

  enum class kind { text, natural, negative, real, axes } kind_;
  int rank_ = 0;
  union {
    const char* text_;
    std::uint64_t natural_;
    double real_;
    const index_t* axes_;
  };
};

inline std::string sentence_of(std::initializer_list<sentence_part> parts) {
  std::string text;
  for (const sentence_part& part : parts) part.append_to(text);
  return text;
}
template <class... Parts>
std::string sentence(const Parts&... parts) {
  return sentence_of({sentence_part(parts)...});
}
[[noreturn, gnu::noinline, gnu::cold]] inline void refuse_list(std::initializer_list<sentence_part> parts) {
  refuse(sentence_of(parts));
}
template <class... Parts>
[[noreturn, gnu::always_inline]] inline void refuse_in_words(
    const Parts&... parts) {  // nvcc takes no braces in a macro
  refuse_list({sentence_part(parts)...});
}

/// The view itself. Refuses one that has elements but no memory.
template <class View>
constexpr const View& require_data(const char* function, const char* name, const View& view) {
  if (view.data() == nullptr)  // a view of nothing has no memory either
    MIXCON_REQUIRE(view.size() == 0, function, ": ", name, " of shape ", view.extents(),
                   " has no memory (its pointer is null). Is the tensor allocated, and on the host?");
  return view;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
