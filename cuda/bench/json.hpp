// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Results as lines of JSON, one object per line, written at once, so that a run that is cut short keeps what it has.

#include <cmath>
#include <cstdio>
#include <string>

namespace mixcon_bench {

/// A file of objects {"kind": ..., "name": value, ...}; without a path, nothing is written.
class json_lines {
 public:
  explicit json_lines(const std::string& path) : file_(path.empty() ? nullptr : std::fopen(path.c_str(), "w")) {
    if (!path.empty() && file_ == nullptr) std::fprintf(stderr, "bench: cannot write %s\n", path.c_str());
  }
  json_lines(const json_lines&) = delete;
  json_lines& operator=(const json_lines&) = delete;
  ~json_lines() {
    if (file_ != nullptr) std::fclose(file_);
  }
  void begin(const char* kind) { line_ = std::string("{\"kind\": ") + quoted(kind); }
  void text(const char* name, const std::string& value) { add(name, quoted(value)); }
  /// What is not finite becomes null.
  void number(const char* name, double value) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", value);
    add(name, std::isfinite(value) ? digits : "null");
  }
  void end() {
    line_ += "}\n";
    if (file_ != nullptr) std::fputs(line_.c_str(), file_), std::fflush(file_);
  }

 private:
  void add(const char* name, const std::string& value) { line_ += ", " + quoted(name) + ": " + value; }
  static std::string quoted(const std::string& text) {
    std::string made = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') made += '\\';
      made += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return made + '"';
  }
  std::FILE* file_;
  std::string line_{};
};

}  // namespace mixcon_bench
