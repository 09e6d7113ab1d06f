// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/losses/mixed_classes.cuh"

template void mixcon_train::add_mixed_class_loss<float>(mixcon_train::loss_table&, mixcon_train::cuda_queue&);
