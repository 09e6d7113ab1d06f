// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/module.hpp"

namespace mixcon_train {
inline namespace nn {

/// A module that makes one variable of another.
class layer : public module {
 public:
  virtual variable forward(const variable& x) = 0;
};

}  // namespace nn
}  // namespace mixcon_train
