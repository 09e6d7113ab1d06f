// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/loss_table.hpp"

namespace mixcon_train {
inline namespace devices {

class cuda_queue;

/// The losses that run on the GPU; T is the device's number. Each header of this folder defines one of these, and a
/// source of its own compiles it. Other losses copy their rows to the host, and gradients back.
template <class T>
void add_label_loss(loss_table& to, cuda_queue& queue);  // InfoNCE over label_targets: SupCon, SupMix, UniCon
template <class T>
void add_class_loss(loss_table& to, cuda_queue& queue);  // cross entropy, with mixed labels too
template <class T>
void add_mixed_class_loss(loss_table& to, cuda_queue& queue);  // InfoNCE over a numbered diagonal: Infinite Class Mixup
template <class T>
void add_view_loss(loss_table& to, cuda_queue& queue);  // InfoNCE over view_targets: SimCLR
template <class T>
void add_pair_loss(loss_table& to, cuda_queue& queue);  // the batch's own keys, also mixed: N-pair, i-Mix
template <class T>
void add_universum_loss(loss_table& to, cuda_queue& queue);  // label_targets beside negatives: UniCon
template <class T>
void add_queue_loss(loss_table& to, cuda_queue& queue);  // own keys and a queue: SAMix-I
template <class T>
void add_own_key_loss(loss_table& to, cuda_queue& queue);  // own keys, of a partner too, and a queue: MoCo
template <class T>
void add_batch_key_loss(loss_table& to, cuda_queue& queue);  // keys of a batch, also mixed, and a queue: MoCo-n, i-Mix
template <class T>
void add_listed_loss(loss_table& to, cuda_queue& queue);  // InfoNCE over listed rows: O'Neill & Bollegala's negatives
template <class T>
void add_bank_loss(loss_table& to, cuda_queue& queue);  // CRD's loss over listed rows

template <class T>
void add_all_losses(loss_table& to, cuda_queue& queue) {
  add_label_loss<T>(to, queue);
  add_class_loss<T>(to, queue);
  add_mixed_class_loss<T>(to, queue);
  add_view_loss<T>(to, queue);
  add_pair_loss<T>(to, queue);
  add_universum_loss<T>(to, queue);
  add_queue_loss<T>(to, queue);
  add_own_key_loss<T>(to, queue);
  add_batch_key_loss<T>(to, queue);
  add_listed_loss<T>(to, queue);
  add_bank_loss<T>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
