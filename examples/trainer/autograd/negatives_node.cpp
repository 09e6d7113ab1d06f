// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/negatives_node.hpp"

#include "autograd/loss_inputs.hpp"
#include "devices/lent.hpp"

#include <mixcon/negatives/synthetic/own_rows.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace autograd {

namespace {

template <class T>
tensor tensor_of_rows(device& on, const mixcon::rows_of_anchors<T>& rows) {
  return tensor_of(on, {rows.anchors, rows.each, rows.width}, rows.numbers.data());
}
/// The gradient by rows of anchors, as mixcon takes it.
template <class T>
lent<mixcon::rows_of_anchors<T>> rows_of_tensor(const tensor& g) {
  lent<mixcon::rows_of_anchors<T>> rows;
  rows->anchors = g.extents()[0], rows->each = g.extents()[1], rows->width = g.extents()[2];
  rows->numbers.resize(static_cast<std::size_t>(g.extents().size()));
  copy_numbers(g, rows->numbers.data());
  return rows;
}
/// Room for a gradient that is added to, where it is wanted.
template <class T>
class gradient_sum {
 public:
  gradient_sum(device& on, const shape& extents, bool wanted) : extents_(extents) {
    if (!wanted) return;
    made_.emplace(on, extents);
    std::fill_n(made_->data(), extents.size(), T(0));
  }
  mixcon::matrix_view<T> view() {
    if (!made_) return {};
    return {made_->data(), {extents_[0], extents_[1]}};
  }
  tensor made() const { return made_ ? made_->made() : tensor(); }

 private:
  shape extents_;
  std::optional<numbers_made<T>> made_{};
};

}  // namespace

variable listed_rows(const mixcon::negative_list& list, const variable& keys, const variable& positives) {
  detail::require_rank("listed_rows", keys, 2, "keys (rows, width)");
  if (positives) detail::require_rank("listed_rows", positives, 2, "positives (anchors, width)");
  return with_numbers(keys.on(), [&](auto number) {
    using T = decltype(number);
    variable_list inputs{keys};
    const numbers_read<T> of_keys(keys.value());
    const auto key_rows = detail::rows_of(of_keys, keys.extents());
    const lent<mixcon::rows_of_anchors<T>> rows;
    if (positives) {
      inputs.push_back(positives);
      const numbers_read<T> of_positives(positives.value());
      mixcon::own_rows_again(*rows, list, key_rows, detail::rows_of(of_positives, positives.extents()));
    } else {
      mixcon::own_rows_again(*rows, list, key_rows);
    }
    const shape key_extents = keys.extents(), positive_extents = positives ? positives.extents() : shape{};
    return variable(tensor_of_rows(keys.on(), *rows), inputs,
                    [key_extents, positive_extents, kept = lent<mixcon::negative_list>(list)](
                        const tensor& g, const wanted_inputs& wanted) {
                      gradient_sum<T> by_keys(g.on(), key_extents, true),  // which mixcon always adds up
                          by_positives(g.on(), positive_extents, wanted.size() > 1 && wanted[1]);
                      mixcon::add_to_keys(*kept, *rows_of_tensor<T>(g), by_keys.view(), by_positives.view());
                      tensor_list by{wanted[0] ? by_keys.made() : tensor()};
                      if (wanted.size() > 1) by.push_back(by_positives.made());
                      return by;
                    });
  });
}

synthetic_rows synthetic_negatives(const mixcon::mixture_list& mixtures, const variable& anchors,
                                   const variable& positives, const variable& keys, mixcon::mixing_path how) {
  for (const variable& x : {anchors, positives, keys}) detail::require_rank("synthetic_negatives", x, 2, "rows (N, D)");
  return with_numbers(anchors.on(), [&](auto number) {
    using T = decltype(number);
    const variable_list inputs{anchors, positives, keys};
    const numbers_read<T> z(anchors.value()), p(positives.value()), k(keys.value());
    const auto kept = make_kept<lent<mixcon::synthetic_negatives<T>>>();
    mixcon::synthetic_negatives<T>* const mixed = &**kept;
    mixed->mix_again(mixcon::cosine{}, mixtures, detail::rows_of(z, anchors.extents()),
                     detail::rows_of(p, positives.extents()), detail::rows_of(k, keys.extents()), how,
                     detail::memory_of_losses());
    const variable rows(tensor_of_rows(anchors.on(), mixed->own_candidates), inputs,
                        [inputs, kept](const tensor& g, const wanted_inputs& wanted) {
                          gradient_sum<T> by_anchors(g.on(), inputs[0].extents(), wanted[0]),
                              by_positives(g.on(), inputs[1].extents(), wanted[1]),
                              by_keys(g.on(), inputs[2].extents(), wanted[2]);
                          (*kept)->add_to_sources(
                              *rows_of_tensor<T>(g),
                              {.anchors = by_anchors.view(), .positives = by_positives.view(), .keys = by_keys.view()},
                              detail::memory_of_losses());
                          return tensor_list{by_anchors.made(), by_positives.made(), by_keys.made()};
                        });
    return synthetic_rows{rows, {kept, &mixed->list}};
  });
}

}  // namespace autograd
}  // namespace mixcon_train
