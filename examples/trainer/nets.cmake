# SPDX-License-Identifier: BSD-3-Clause
# The half of the trainer that needs no library but the standard one: autograd, networks, optimisers, and the reference
# device. Kernels of oneDNN, and the loops between them, come on top of it, in mixcon_trainer.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS autograd/*.cpp devices/*.cpp nn/*.cpp optimisers/*.cpp
  ranks/*.cpp)
list(FILTER sources EXCLUDE REGEX "/(onednn|activation|without)_")
add_library(mixcon_trainer_nets STATIC EXCLUDE_FROM_ALL ${sources})
target_link_libraries(mixcon_trainer_nets PUBLIC mixcon_trainer_options PRIVATE mixcon_warnings)
