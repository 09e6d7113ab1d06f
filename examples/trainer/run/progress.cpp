// SPDX-License-Identifier: BSD-3-Clause
#include "run/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdlib>

namespace mixcon_train {
inline namespace run {

namespace {

template <class... Numbers>
std::string printed(const char* format, Numbers... numbers) {
  char text[200];
  std::snprintf(text, sizeof text, format, numbers...);
  return text;
}

}  // namespace

std::string written_duration(double seconds) {
  const long s = std::lround(seconds);
  if (s >= 3600) return printed("%ld h %02ld min", s / 3600, s % 3600 / 60);
  if (s >= 60) return printed("%ld min %02ld s", s / 60, s % 60);
  return printed("%ld s", s);
}

progress::progress(std::FILE* to, index_t steps, index_t images_per_step, index_t done, const char* kind)
    : to_(to), steps_(steps), images_per_step_(images_per_step), shown_step_(done), kind_(kind) {
  speed_.at(0, done);
  if (to_ == nullptr) return;
  terminal_ = isatty(fileno(to_)) != 0;
  const char* no_colour = std::getenv("NO_COLOR");
  colour_ = terminal_ && (no_colour == nullptr || *no_colour == '\0');
  shown_ = start_;
}

double progress::seconds() const { return std::chrono::duration<double>(clock::now() - start_).count(); }

void progress::step(index_t done, double loss) {
  loss_.add(loss);
  const auto now = clock::now();
  const double since = std::chrono::duration<double>(now - shown_).count();
  const bool last = done == steps_;
  if (since < (terminal_ ? 0.25 : 10.0) && !last) return;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  if (done > shown_step_ && since > 0)
    images_per_second_ = static_cast<double>((done - shown_step_) * images_per_step_) / since;
  speed_.at(elapsed, done);
  const double left = speed_.seconds_for(steps_ - done);
  shown_ = now, shown_step_ = done;
  std::string text = printed("step %lld/%lld  loss %.4f  %.0f %ss/s", static_cast<long long>(done),
                             static_cast<long long>(steps_), loss_.take(), images_per_second_, kind_);
  if (score_) text += printed("  5-NN %.1f %%", 100 * *score_);
  text += last ? "  done in " + written_duration(elapsed) : "  " + written_duration(left) + " left";
  show(text);
  if (last) line("");
}

void progress::show(const std::string& text) {
  if (to_ == nullptr) return;
  if (terminal_)
    std::fprintf(to_, colour_ ? "\r\033[2K\033[36m%s\033[0m" : "\r%-78s", text.c_str());
  else
    std::fprintf(to_, "%s\n", text.c_str());
  open_line_ = terminal_;
  std::fflush(to_);
}

void progress::line(const std::string& text) {
  if (to_ == nullptr) return;
  if (open_line_) std::fputc('\n', to_);
  open_line_ = false;
  if (!text.empty()) std::fprintf(to_, "%s\n", text.c_str());
  std::fflush(to_);
}

}  // namespace run
}  // namespace mixcon_train
