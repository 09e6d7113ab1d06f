// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/losses/classes.cuh"

template void mixcon_train::add_class_loss<float>(mixcon_train::loss_table&, mixcon_train::cuda_queue&);
