// SPDX-License-Identifier: BSD-3-Clause
// Macros that <windows.h>, AssertMacros.h of Apple, Arduino.h, curses and old C headers define must not reach into
// ours. The standard library itself need not stand them, so its headers come first.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <compare>
#include <complex>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <numbers>
#include <numeric>
#include <optional>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
#define near
#define far
#define interface struct
#define ERROR 0
#define I imaginary_unit

// Apple's AssertMacros.h
#define check(assertion) static_assert(assertion)
#define verify(assertion) static_assert(assertion)
#define require(assertion, label) goto label
#define require_action(assertion, label, action) goto label
#define ncheck(assertion) static_assert(assertion)

// Arduino.h
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? long((x) + 0.5) : long((x)-0.5))
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define radians(x) ((x)*PI / 180)
#define degrees(x) ((x)*180 / PI)
#define square(x) ((x) * (x))
#define sq(x) ((x) * (x))
#define lowByte(x) ((x)&0xff)
#define highByte(x) ((x) >> 8)
#define bit(b) (1UL << (b))
#define word(...) make_word(__VA_ARGS__)
#define interrupts() __asm__ __volatile__("sei")
#define F(text) (text)
#define PI 3.14159265358979
#define B0 0
#define HIGH 1
#define LOW 0
#define INPUT 0
#define OUTPUT 1

// curses
#define addch(character) waddch(stdscr, character)
#define border(ls, rs, ts, bs, tl, tr, bl, br) wborder(stdscr, ls, rs, ts, bs, tl, tr, bl, br)
#define box(window, vertical, horizontal) wborder(window, vertical, vertical, horizontal, horizontal, 0, 0, 0, 0)
#define clear() wclear(stdscr)
#define delay(milliseconds) napms(milliseconds)
#define echo() echo_on(stdscr)
#define erase() werase(stdscr)
#define filter() filter_on(stdscr)
#define getch() wgetch(stdscr)
#define move(y, x) wmove(stdscr, y, x)
#define raw() raw_on(stdscr)
#define refresh() wrefresh(stdscr)
#define scroll(window) wscrl(window, 1)
#define timeout(milliseconds) wtimeout(stdscr, milliseconds)

// C and BSD
#define assert(condition) static_cast<void>(0)
#define index(text, character) strchr(text, character)
#define major(device) (device >> 8)
#define swap(a, b) exchange_of(&(a), &(b))
#define DOMAIN 1
#define OVERFLOW 3
#define EMPTY 0
#include <mixcon/mixcon.hpp>
#include <mixcon/ranks/aligned.hpp>
#include <mixcon/ranks/estimate.hpp>
#include <mixcon/ranks/ranks.hpp>
#include <mixcon/ranks/thread_ranks.hpp>
