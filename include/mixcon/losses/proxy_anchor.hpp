// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Proxy-anchor loss: a learned proxy per class is the anchor, the batch's embeddings are its candidates.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Proxy-anchor: a learned proxy a class is the anchor, the batch's embeddings are its candidates.
///
///   loss = sum_{classes c in the batch} log(1 + sum_{i of class c}     e^(-alpha (s_ic - margin))) / number of them
///        + sum_{all classes c}          log(1 + sum_{i of other class} e^( alpha (s_ic + margin))) / number of classes
///
/// Proxies (C, D) are the anchors, embeddings (N, D) the candidates, with `member_targets` and `cosine`. Source: Kim et
/// al. 2020, arXiv:2003.13911, eq. 4.
struct proxy_anchor {
  double alpha = 32;    // per unit of similarity, > 0
  double margin = 0.1;  // in units of similarity, the paper's delta

  void(check)() const {
    MIXCON_REQUIRE(alpha > 0 && alpha - alpha == 0, "proxy_anchor: alpha is ", alpha,
                   "; expected a finite number > 0, as 32");
    MIXCON_REQUIRE(margin - margin == 0, "proxy_anchor: margin is ", margin, "; expected a finite number, as 0.1");
  }
  auto statistics() const {
    return pack{log_sum_exp{over::positives, -alpha}, log_sum_exp{over::negatives, alpha}, count_of{over::positives}};
  }
  template <class T>
  MIXCON_HD auto value(T positives, T negatives, T members) const {
    using number = plain_t<T>;
    const number present = choose(plain(members) > number(0), number(1), number(0));
    return terms{term{softplus(positives + alpha * margin), present},
                 term{softplus(negatives + alpha * margin), number(1)}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
