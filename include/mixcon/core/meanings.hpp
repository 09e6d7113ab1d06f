// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What is said beside types and their fields, for reflection.hpp: made by scripts/meanings, as a test checks.

#include <mixcon/core/config.hpp>

#include <string_view>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// A text a type: its name, then lines of a field (or nothing, for the type itself), a tab and the meaning. Few long
// texts cost compilers less than a table.
// clang-format off
inline constexpr const char* meanings[] = {
    "accept_area\n"
    "\t`centred_box`, drawn again until the share outside it is in [low, high]\n"
    "high\t0 <= low <= high <= 1\n"
    "low\t0 <= low <= high <= 1\n"
    "max_tries\tafter which `otherwise` happens too\n",
    "admissible_keys\n"
    "\tWhich keys may be negatives of which anchors: every key, but for those that share the anchor's id (the same sample, or another view of it) or its label, unless that is the `ignored` one, and those said to be no keys at all\n"
    "anchor_ids\tsamples\n"
    "anchor_labels\tclasses\n"
    "ignored\tas -100: rows without a label, which share none\n"
    "key_ids\tsamples\n"
    "key_labels\tclasses\n"
    "valid\t0: not a key, an unfilled slot of a queue\n",
    "admissible_targets\n"
    "\tTargets that hide every pair which is not admissible, among candidates that are negatives: a queue or a bank whose rows may be the anchor's sample or of its class\n"
    "keys\twhich are negatives; the others are hidden\n",
    "alias_table\n"
    "\tDraws position i with probability weights[i] / sum in constant time: two numbers decide\n",
    "alignment\n"
    "\tHow near positive pairs lie: the mean distance of aligned rows, to a power\n"
    "check_finite\trefuse NaN and infinities, and rows of `unit_as_given` of a length outside [0.99, 1.01]\n"
    "power\tthe paper's alpha, > 0\n",
    "alignmix\n"
    "\tAlignMixup: feature maps are mixed after their tokens were matched by optimal transport, so that what is blended shows the same part of both objects\n",
    "alone\n"
    "\tThe only rank: `ranks{alone{}, tiled{}}` computes what `tiled{}` does\n",
    "approximate_list\n"
    "\tA `ranked_list` that may lack keys though there are some: `shortfall` (N), how many slots of an anchor are empty\n",
    "approximate_top_k\n"
    "\tThe k admissible keys most similar to each anchor by cosine, as far as an index finds them, best first; of equal scores the lower position\n"
    "doublings\t0 to 30\n"
    "spare\t>= 0; looked at beyond k where some keys may be inadmissible\n",
    "arcface\n"
    "\tArcFace: the softmax over class proxies, with the angle to the own class enlarged by a margin\n"
    "margin\tradians, in [0, pi]; 0.5 is 28.6 degrees\n"
    "scale\tper unit of cosine, > 0\n",
    "attentivemix\n"
    "\tAttentive CutMix: each image keeps the cells of a grid that its features attend to most, and shows its partner in the others\n"
    "top_k\tcells kept, 1 .. a b; 0: clip(trunc(a b lambda), 1, a b) of a drawn lambda (\"AttentiveMix+\")\n",
    "augmix\n"
    "\tAugMix, the combination of a sample with k augmented copies of itself: (1 - m) * own + m * sum over k of w_k * copy k, w ~ Dirichlet(alpha, ..., alpha), m ~ Beta(alpha, alpha), drawn for each sample; labels stay\n"
    "alpha\t> 0\n"
    "chains\tk >= 1\n"
    "max_depth\toperations a chain, 1 .. max_depth\n",
    "axes\n"
    "\tRank numbers, one an axis: extents or strides\n",
    "band_choice\n"
    "\tWhich negative of the band is taken: the one closest to the anchor, or one at random\n",
    "band_fallback\n"
    "\tWhat an anchor without a negative in its band gets: the farthest negative, or an empty slot\n",
    "barlow_twins\n"
    "\tBarlow Twins: the cross-correlation of two views' features is to be the identity\n"
    "epsilon\t> 0, in units of variance, as batch normalisation has it\n"
    "redundancy\t>= 0, the paper's lambda\n"
    "scale\t> 0; solo-learn multiplies by 0.025\n",
    "batch_hard_triplet\n"
    "\tThe triplet loss of each anchor's farthest positive and nearest negative\n"
    "margin\tin units of distance\n"
    "soft\tsoftplus in the place of relu, as the paper prefers (then with margin 0)\n",
    "beta_lambda\n"
    "\tBeta(alpha, beta); both alpha unless said. alpha = 0 switches mixing off: every sample keeps itself\n"
    "alpha\t>= 0; 0: off\n"
    "beta\t> 0\n",
    "bfloat16\n"
    "\tA number stored in two bytes: the upper half of a float (8 bits of exponent, 8 of significand, one of them hidden)\n",
    "block_energy\n"
    "\tThe cost of giving each of B x B blocks one of L labels 0 .. L - 1: a cost per block and label, and for each pair of neighbours its strength times the squared difference of the labels' fractions l / (L - 1)\n"
    "across\t(B, B - 1): between a block and the one to its right\n"
    "blocks\tB, a side\n"
    "down\t(B - 1, B): between a block and the one below\n"
    "labels\tL >= 2\n"
    "unary\t(B, B, L)\n",
    "box\n"
    "\tA rectangle of pixels, half open: rows [top, bottom), columns [left, right)\n",
    "byol\n"
    "\tBYOL: predictions p find the targets z of another view, without negatives\n"
    "factor\tfinite; 2 and 2 for BYOL, 1/2 and 0 for SimSiam\n"
    "lambda\t(N) or one number, in [0, 1]; empty: nothing is mixed\n"
    "offset\tfinite; 2 and 2 for BYOL, 1/2 and 0 for SimSiam\n"
    "partner\t(N), in [0, N), beside lambda; both must outlive the calls\n",
    "candidate_bias\n"
    "\tOne offset per candidate, (M): class biases, log-frequencies, log-weights; -infinity hides a negative\n"
    "bias\t(M)\n",
    "centred_box\n"
    "\tThe rule of CutMix: a centre anywhere in the image, sides trunc(sqrt(1 - lambda) * extent) of which the half, rounded down, goes to either side, so a side is even before it is cut off\n",
    "circle\n"
    "\tCircle loss: each similarity is weighted by how far it is from its optimum, which makes the boundary a circle\n"
    "gamma\tper unit of similarity squared, > 0: 256 for faces, 80 for retrieval\n"
    "margin\tin units of similarity, the paper's m: 0.25 for faces, 0.4 for retrieval\n",
    "class_balanced\n"
    "\tPartners drawn so that every class is met equally often, for long-tailed data: sample j with a probability proportional to 1 / class_counts[label_j], or to its effective-number weight (1 - b) / (1 - b^count), of which that is the limit b = 1\n"
    "class_counts\t(K), > 0: of the whole data set; labels are in [0, K)\n"
    "effective\tb in [0, 1]: 1 inverse counts, 0 every sample equally likely\n",
    "class_conditioned\n"
    "\tNegatives from the classes nearest to the anchor's class: a class is drawn by the table of `class_neighbours`, then one of its members uniformly, with replacement. mixcon's reading of O'Neill & Bollegala 2021, arXiv:2102.06603 (semantically conditioned negatives), which states no distribution\n"
    "correction\t`inverse_probability`: a drawn key weighs 1 / (m p(key)), so that the sum estimates that over the near classes\n"
    "draws_of_each\tm\n",
    "class_neighbourhood\n"
    "\tWhich classes count as near, and how they are drawn\n"
    "nearest\tk, in [1, C - 1]\n"
    "temperature\tof `softmax`, > 0\n",
    "class_neighbours\n"
    "\tFor each of C classes the classes nearest to it, and how likely each is to be drawn\n"
    "neighbour\t(C, k), nearest first; of equal similarity the lower class\n"
    "probability\t(C, k)\n"
    "tables\t(C)\n",
    "class_pair_targets\n"
    "\tThe labels of a mixed batch as targets over classes: candidate c is class c (a column of given logits, a proxy), and anchor a has mass lambda_a at its own class and 1 - lambda_a at its partner's; the two add where they meet\n"
    "pair_targets\tof N samples\n",
    "class_targets\n"
    "\tCandidate c stands for class c (a proxy, a row of a classifier): the anchor's own class is its positive, the others are negatives\n"
    "ignored\tas -100 or 255, among the classes or not: anchors without a label\n"
    "labels\t(N), classes in [0, M)\n",
    "classifier_gradients\n"
    "\tWhich gradients of a classifier's loss are wanted: by the features (N, D), the weights (K, D) and the bias (K)\n",
    "clip\n"
    "\tCLIP: images find their texts and texts their images, half of each\n",
    "continuous_box\n"
    "\tCentre and sides are real numbers; each end is cut off at the border and then truncated, so sides may be odd\n",
    "contrastive_distillation\n"
    "\tContrastive representation distillation (CRD), one direction: the student's row is to tell the teacher's row of the same sample from K rows drawn from a memory\n"
    "epsilon\t> 0\n"
    "negatives\tK, drawn for each anchor: > 0, at most `samples`\n"
    "normalizer\t> 0, an estimate of the sum of e^x over the memory\n"
    "samples\tof the data set, the memory's rows\n"
    "temperature\tin units of similarity, > 0\n",
    "contrastive_margin\n"
    "\tThe contrastive loss with margins: pulls positives nearer than one distance, pushes negatives beyond another\n"
    "negative_margin\tin units of distance: negatives beyond it are left alone\n"
    "positive_margin\tin units of distance: positives nearer than that are left alone\n",
    "cosine\n"
    "\t<a, c> / (|a| |c|), in [-1, 1]\n",
    "cross_batch_memory\n"
    "\tCross-batch memory: embeddings of the last batches with their labels, as constants, that give an anchor positives and negatives beyond its batch\n"
    "last_\tslots of the batch pushed last\n",
    "cutmix\n"
    "\tCutMix: paste a random box of each sample's partner over it; labels follow the share of the box, which the border may have cut off, not the lambda that was drawn\n"
    "per\tone box for the batch (the paper), one a pair, or one a sample\n"
    "place\tthe rule that turns a lambda into a box: box_rules.hpp, accept_area.hpp\n",
    "cutout\n"
    "\tCutout: a random box of each image is overwritten with a constant; labels stay\n"
    "value\tin units of the samples: the mean, after normalisation\n",
    "dated_index\n"
    "\tAn index of embeddings, with the steps of training at which it was built anew: as the network moves on, its rows are no longer what the network would make of the samples\n",
    "debiased\n"
    "\tDebiased contrastive learning: `hard_negative` with all negatives alike\n",
    "decoupled\n"
    "\tDecoupled contrastive learning (DCL): the positive is left out of the partition, so that an easy positive does not weaken the push on the negatives\n"
    "temperature\tin units of similarity, > 0; smaller is sharper\n",
    "decoupled_mixup\n"
    "\tDecoupled mixup: the cross entropy of a mixed batch, and for each of the two classes a term that does not let the other one compete, so that both can be recognised with confidence\n"
    "own_weight\teta, finite\n"
    "partner_weight\teta, finite\n",
    "derangement\n"
    "\tA permutation in which nobody mixes with himself, all equally likely: drawn until one has no fixed point (e times on average)\n"
    "max_tries\tall fail about once in 10^13 batches\n",
    "diagonal_targets\n"
    "\tCandidate i is the positive of anchor i, all others are negatives, nothing is hidden: N-pair, CLIP, InfoNCE with the keys of the batch\n",
    "different_class\n"
    "\tA random sample of any other class, candidate floor(u * count) in ascending order\n",
    "directions\n"
    "\tWhich softmax: rows, columns, or a weighted sum of both (CLIP 0.5 and 0.5; Infinite Class Mixup's dual axis 1 and 1)\n"
    "columns\tweights, finite, not both 0\n"
    "rows\tweights, finite, not both 0\n",
    "dirichlet_weights\n"
    "\tWeights of a sample and its A partners, (A + 1) that sum to 1: Dirichlet with that concentration, in which the own sample keeps at least `floor`\n"
    "concentration\t> 0, the same for all\n"
    "floor\tin [0, 1]\n",
    "distance_weighted\n"
    "\tm negatives for each anchor, drawn so that distances are covered evenly: a negative at distance d has weight 1 / q(d), log q(d) = (D - 2) log d + (D - 3) / 2 log(1 - d^2 / 4), how often random points of the unit sphere are that far apart\n"
    "draws_of_each\tm, without replacement\n",
    "dot_product\n"
    "\t<a, c> of the rows; each side as given unless asked to be made unit rows\n"
    "anchors\thow each side enters\n"
    "candidates\thow each side enters\n",
    "drawn_as\n"
    "\tUnder which number entry i is drawn\n",
    "each\n"
    "\tWhat a loss's formula is evaluated for; said by `static constexpr auto scope = each::positive;`, else each anchor\n",
    "every_negative\n"
    "\tEvery candidate is a negative: a queue, the universum\n",
    "every_positive\n"
    "\tEvery candidate is a positive and has an equal share: the own key of MoCo\n",
    "failed_derangement\n"
    "\tWhat a derangement does after `max_tries` permutations with a fixed point\n",
    "false_negative\n"
    "\tWhat becomes of keys that are taken for false negatives: they leave the denominator, or become positives too\n",
    "false_negative_targets\n"
    "\tTargets of anchors against keys where some are false negatives: the anchor's positive is its own candidate (`candidates(own(positives), keys)`), the keys named by `suspected` are hidden or attract, all others are negatives\n"
    "negative_list\tof N anchors\n",
    "false_negatives\n"
    "\tKeys that are probably of the anchor's class: the `most` keys nearest to its support views that score at least `threshold`\n"
    "least_negatives\trefuse an anchor that would keep fewer\n"
    "threshold\tof the score\n",
    "field\n"
    "\tThe name under which a policy asks for random numbers: \"lambda\", \"partner\", \"box_row\"\n",
    "field_of\n"
    "\tWhat a field is called, what it holds, and what that means, with unit and range: the comment beside it\n",
    "filled_boxes\n"
    "\tThe kind of plan that overwrites a box of each sample with a constant; nobody has a partner, so everybody is his own\n"
    "boxes\tone for the batch, or one a sample\n"
    "value\tin units of the samples: the mean, after normalisation\n",
    "first_of_two\n"
    "\tOf an anchor's own two keys the first; both are positives, and the loss tells them apart by that\n",
    "first_own_targets\n"
    "\tThe first of an anchor's own candidates is its positive; its other ones, and all shared candidates, are negatives: a positive and drawn negatives a sample, `candidates(own(rows))` of (N, 1 + K, D), as CRD has them\n",
    "fixed_lambda\n"
    "\tThe same lambda always\n"
    "value\tin [0, 1]\n",
    "fmix\n"
    "\tFMix: the partner shows through blobs of any form, where a random image of low frequencies is dark\n"
    "decay\tamplitudes fall with frequency^-decay; larger: smoother blobs\n"
    "max_soft\tshare of the pixels to either side of the edge over which the mask fades, in [0, 0.5]\n",
    "fmix_spectrum\n"
    "\tWhich frequencies FMix draws\n",
    "fold_max\n"
    "\tmax(lambda, 1 - lambda): the own sample keeps the larger share, so that a virtual label stays meaningful. lambda in [0, 1] -> [1/2, 1]\n",
    "folded\n"
    "\tThe larger of lambda and 1 - lambda: see `fold_max`\n"
    "drawn\tthe lambda that this is made of\n",
    "from_bank\n"
    "\tA random member of a bank or queue of that size for every sample\n"
    "size\t>= 1\n",
    "function_targets\n"
    "\tTargets from a function `role<double> of(anchor, candidate)`: positive_pair(share), negative_pair() or hidden_pair()\n"
    "of\t(anchor, candidate) -> role<double>\n",
    "gated\n"
    "\tA policy that mixes a batch with that probability and leaves it alone otherwise; the gate is drawn first\n"
    "probability\tin [0, 1]\n",
    "granularity\n"
    "\tHow often a policy draws: once for the batch; once a pair, for both of its members; or once a sample\n",
    "gridmix\n"
    "\tGridMix: the partner shows through the holes of a grid that lies over a random part of each image\n"
    "cut_area\tof the part, as a share of the image\n"
    "cut_aspect\theight / width of the part\n"
    "hole_aspect\theight / width of a cell\n"
    "least_holes\tacross the part, drawn uniformly among those that fit\n"
    "most_holes\tacross the part, drawn uniformly among those that fit\n",
    "group_softmax\n"
    "\tThe softmax's probability of the anchor's positives, all taken together\n"
    "temperature\tin units of similarity, > 0; smaller is sharper\n",
    "guidedmixup\n"
    "\tGuidedMixup: at each pixel the two images share by their saliency, m = s_own / (s_own + s_partner), 1/2 where both are 0; labels follow the mean of m\n",
    "half\n"
    "\tA number stored in two bytes: IEEE 754 binary16 (5 bits of exponent, 11 of significand, one of them hidden; the largest is 65504)\n",
    "hard_negative\n"
    "\tContrastive learning with hard negatives (HCL): negatives count by how alike they are to the anchor, and the share of them that are of the anchor's class unseen is subtracted\n"
    "concentration\t>= 0, the paper's beta: how much harder negatives count; 0: all alike, see `debiased`\n"
    "positive_prior\tin [0, 1), the paper's tau+: share of the negatives that are of the anchor's class\n"
    "temperature\tin units of similarity, > 0\n",
    "hconcat\n"
    "\tThe left round(lambda * W) columns of each image stay (ties to even), the right ones come from its partner; labels follow the columns\n"
    "vertical\tupper and lower rows in the place of left and right columns\n",
    "i_mix\n"
    "\ti-Mix, the N-pair form: every sample is its own class, and a mixture is of two of them by their shares\n",
    "ignored_anchor\n"
    "\tWhat becomes of an anchor whose label is the ignored one\n",
    "ignored_label\n"
    "\tThe label that means \"no label\": `.ignored = -100` as in PyTorch's ignore_index, 255 as in segmentation masks\n",
    "image_shape\n"
    "\tThe extents of a batch of images (N, C, H, W), whatever the order of its elements in memory\n"
    "narrow\twhether as few as 1, 3 or 4 columns are meant\n",
    "in_workspace\n"
    "\tThe last argument of calls that take a workspace\n",
    "infinite_class_mixup\n"
    "\tInfinite Class Mixup: every mixed image is a class of its own, whose classifier is mixed as the image is\n"
    "same_classifiers\twhether samples of the same classifier compete\n"
    "softmax_over\twhich softmax, or the sum of both\n",
    "info_nce\n"
    "\tThe softmax cross-entropy of an anchor's logits against its targets\n"
    "base_temperature\t> 0: the value is multiplied by temperature / base_temperature, as SupContrast does; 0: not\n"
    "temperature\tin units of similarity, > 0; smaller is sharper\n",
    "inputmix\n"
    "\tInputMix: each sample is mixed with a few others, as noise on the input; labels stay\n"
    "alpha\tof Beta(alpha, alpha) or of the Dirichlet; 0 means off: everybody stays as they are\n"
    "floor\tleast own weight with more than one partner, in [0, 1]\n"
    "partners\t>= 1\n",
    "instance_bank\n"
    "\tA row for every sample of the data set, as a moving average of its embeddings: v = unit(momentum v + (1 - momentum) z)\n"
    "momentum\tin [0, 1)\n"
    "rows\t(samples, width)\n",
    "integer_value\n"
    "\tAn integer of any type, compared by value: 2^64 - 1 is not -1\n"
    "is_beyond\tabove 2^63 - 1, as only std::uint64_t can be; `bits` is then less by 2^64\n",
    "integer_view\n"
    "\tA view of integers of any type (labels, partners, class ids)\n"
    "may_be_beyond_\tthe elements are std::uint64_t\n",
    "interpolated\n"
    "\tThe kind of plan that mixes every value alike: lambda * own + (1 - lambda) * partner\n",
    "interpolation\n"
    "\tHow an image of another size is read at a pixel\n",
    "interval\n"
    "\tA stretch of time steps, half open\n",
    "knowledge_distillation\n"
    "\tHinton's knowledge distillation: the student's softened class probabilities are to be the teacher's\n"
    "temperature\t> 0; larger is softer\n",
    "label_targets\n"
    "\tRows of the same class are the positives, in equal shares: SupCon (Khosla et al. 2020, arXiv:2004.11362)\n"
    "candidate_labels\t(M), or empty: candidates are the rows of the anchors\n"
    "ignored\tas -100: rows without a label\n"
    "labels\t(N)\n"
    "others\thidden: rows of other classes are no candidates either\n"
    "views\tof each sample, >= 1\n",
    "latent_mixup\n"
    "\tLatent mixup: pseudo-negatives between embeddings, negative_negative: unit(l a + (1 - l) b), two negatives of the anchor;   l ~ Beta(alpha, alpha) anchor_negative:   unit(l z + (1 - l) a), the anchor and a negative;     l ~ lambda_most Beta(alpha, alpha) positive_negative: unit(l p + (1 - l) a), its positive and a negative;   the same With a lambda of at most 1/2 the pseudo-negative stays nearer to the true negative. mixcon's reading of O'Neill & Bollegala 2021, arXiv:2102.06603, which says \"interpolated between contrastive latent representations\" and no more\n"
    "alpha\tof the Beta distribution, >= 0; 0: lambda is an end of its range, plain negatives\n"
    "fold\tnegative_negative: the larger share to the first\n"
    "lambda_most\tin [0, 1/2]; for the two kinds with an anchor or positive\n",
    "latent_pair\n"
    "\tWhich two rows a pseudo-negative lies between\n",
    "lifted_structure\n"
    "\tLifted structured embedding: a positive pair against the negatives of both its rows, softly the nearest\n"
    "negative_margin\tin units of distance\n"
    "positive_margin\tin units of distance: a positive pair nearer than that has no pull of its own\n",
    "likeness\n"
    "\tHow alike two rows of features are\n",
    "list_draw\n"
    "\tHow m of the nearest samples are drawn: the m nearest, all alike, by max(score, 0), or by e^(score / temperature)\n",
    "listed_loss\n"
    "\tA loss of the list\n",
    "listed_mix\n"
    "\tAn entry of the list\n",
    "listed_targets\n"
    "\tTargets where each anchor's own candidates are `positives` positives in equal shares and then the slots of a list, as `own_rows` lays them out; shared candidates, if any, are negatives\n"
    "negative_list\tof N anchors\n"
    "positives\tof each anchor, before its negatives\n",
    "logit_pair\n"
    "\tOne pair as a statistic sees it: its logit `x` and its role\n"
    "candidate\tof the first lane; an anchor's own candidates come before the shared ones\n",
    "loss_result\n"
    "\tThe value of a loss, and how many anchors had the positives (and negatives) that it needs\n",
    "loss_shape\n"
    "\tWhat a loss is, and so how it is called\n",
    "loss_traits\n"
    "\tWhat an engine asks about a loss\n",
    "manifold_mixup\n"
    "\tManifold mixup: Mixup of the hidden features in front of a random layer\n"
    "end_layer\tone of [first, end)\n"
    "first_layer\tone of [first, end)\n",
    "margin_box\n"
    "\tAs `centred_box`, but the centre keeps trunc(margin * side) away from the border. margin >= 0; refuses a margin that leaves no centre\n"
    "margin\ta share of the box's side, in [0, 1]\n",
    "mask\n"
    "\tShares by place, (1 or N, 1 or C, 1 or H, 1 or W) in row-major order: an axis of extent 1 is shared by all its places\n",
    "mask_targets\n"
    "\tSupCon with a mask over samples, (N, N): entry (i, j) >= 0 says how much sample j is a positive of sample i; it may be asymmetric\n"
    "mask\t(N, N), entries >= 0\n"
    "views\tof each sample, >= 1\n",
    "masked\n"
    "\tThe kind of plan that mixes by place: m * own + (1 - m) * partner\n"
    "shares\tm, of the own sample\n",
    "matrix_targets\n"
    "\tTargets and weights written out, (N, M) each: entry (a, c) of `target` is the positive mass of that pair (positive where it is not 0), of `weight` how often it counts as a candidate (0 hides it; all 1 when no weights are given)\n"
    "target\t(N, M) each; without weights all are 1\n"
    "weight\t(N, M) each; without weights all are 1\n",
    "max_distance_cycle\n"
    "\tOne cycle through the whole batch that keeps partners far apart, greedily: from the largest distance on, each sample mixes with the farthest one that has not mixed yet; the last closes the cycle\n",
    "member_targets\n"
    "\tAnchor c stands for class c (a proxy): candidates of its class are its positives, in equal shares, the others are negatives\n"
    "ignored\tas -100 or 255, among the classes or not: candidates without a label\n"
    "labels\t(M), classes in [0, N)\n",
    "memory_queue\n"
    "\tThe queue of MoCo: keys of the last batches as negatives\n"
    "normalised\tkeys must come as unit rows; others are refused\n",
    "memory_targets\n"
    "\tTargets of anchors against a cross-batch memory: rows of the anchor's label are positives in equal shares, other rows negatives, and the slot of the anchor itself is hidden\n"
    "ignored\tas -100\n"
    "labels\t(N)\n"
    "memory_labels\t(M)\n"
    "own_slot\t(N), or empty\n",
    "minmax_box\n"
    "\tA box that lies inside whole: height in [trunc(H * low), trunc(H * high)), width likewise, then its corner; lambda is not used. 0 <= low < high <= 1\n"
    "high\tof the image's sides, 0 <= low < high <= 1\n"
    "low\tof the image's sides, 0 <= low < high <= 1\n",
    "mix_plan\n"
    "\tWhat a mixing policy decided for one batch: plain data, to compare, print, store, replay, or send to a device\n"
    "lambda\t(1) or (N), in [0, 1]: the share of its own label that a sample keeps\n"
    "partner\t(N): sample i mixes with sample partner[i]; repeats are allowed\n",
    "mix_shape\n"
    "\tWhat an entry of the list is, and so how it is used\n",
    "mixed_targets\n"
    "\tTargets of mixed anchors: anchor a shares those of sample a and of its partner, by lambda\n"
    "lambda\t(N) or one number, in [0, 1]\n"
    "partner\t(N), in [0, N)\n",
    "mixing_path\n"
    "\tHow two rows are mixed: along the chord and made a unit row again, or, where both are unit rows, along the arc\n",
    "mixture\n"
    "\tTwo rows and the share of the first: share * first + (1 - share) * second\n",
    "mixture_list\n"
    "\tMixtures for each of N anchors, S each\n"
    "of\t(N, S)\n",
    "mixup\n"
    "\tMixup: every sample becomes lambda * own + (1 - lambda) * partner, its label likewise\n",
    "mixup_or_cutmix\n"
    "\tMixup or CutMix, drawn anew each time: for the batch, for each mutual pair, or for each sample\n"
    "cutmix\talpha = 0: never\n"
    "mixup\talpha = 0: never\n"
    "probability\tof mixing at all, in [0, 1]\n"
    "switch_probability\tof CutMix instead of Mixup, where both are on\n",
    "mmcl\n"
    "\tMax-margin contrastive learning (MMCL), the form with a matrix inverse: negatives are weighted by how much they support the margin of a classifier that separates the anchor from them\n"
    "cap\t> 0, the largest coefficient (the paper's C); -1: none\n"
    "check_finite\trefuse NaN, infinities and rows of a length outside [0.99, 1.01]\n"
    "ridge\t> 0, added to the diagonal\n"
    "sigma\t> 0, in units of squared distance: the kernel's width\n",
    "mochi\n"
    "\tHard negative mixing: of each query's `hardest` keys, `mixed` negatives between two of them and `query_mixed` between the query and one, h = unit(alpha n_i + (1 - alpha) n_j), alpha in (0, 1);   h' = unit(beta q + (1 - beta) n_j), beta in (0, beta_most) that join the queue in the denominator\n"
    "beta_most\tin [0, 1/2]: a mixture stays nearer to the key than to the query\n",
    "mochi_plan\n"
    "\tWhere MoCHi's mixtures come from, for each of N queries: positions in its list of hardest keys, and shares\n"
    "alpha\t(N, s1) share of `first`\n"
    "beta\t(N, s2) share of the query\n"
    "first\t(N, s1) pairs of keys\n"
    "key\t(N, s2) keys mixed with the query\n"
    "second\t(N, s1) pairs of keys\n",
    "moco\n"
    "\tMoCo: a query's own key against a queue; other keys of the batch are no negatives\n",
    "moco_n\n"
    "\tMoCo-n, of i-Mix: the batch's keys and the queue are candidates, so that the partner's key is one too\n",
    "moco_v3\n"
    "\tMoCo v3: the batch's keys are the candidates, both sides are made unit rows, and the value is multiplied by 2 temperature\n",
    "multi_lerp\n"
    "\tThe kind of plan that mixes a sample with A partners: w_0 * own + sum over a of w_a * partner a\n"
    "more_partners\t(A - 1) lists of N\n"
    "weights\t(1, A + 1) or (N, A + 1), in [0, 1]; rows sum to 1\n",
    "multi_mask\n"
    "\tThe kind of plan that mixes a sample with A partners by place: the sum over a of mask a times source a, where source 0 is the own sample\n"
    "masks\tA + 1, of the own sample first\n"
    "more_partners\t(A - 1) lists of N\n",
    "multi_similarity\n"
    "\tMulti-similarity: pulls positives above a similarity of `base` and pushes negatives below it, the worst ones most\n"
    "attract\tper unit of similarity, > 0, the paper's alpha and beta; larger: the worst alone\n"
    "base\tin units of similarity, the paper's lambda\n"
    "repel\tper unit of similarity, > 0, the paper's alpha and beta; larger: the worst alone\n",
    "n_pairs\n"
    "\tN-pairs: one pair of rows a class, each first row against the second rows of all classes\n"
    "form\tas pytorch-metric-learning; as_given in the paper\n",
    "nca\n"
    "\tNeighbourhood components analysis: how improbable it is that an anchor picks a neighbour of its own class\n",
    "nearest\n"
    "\tOne of the `top_k` samples with the most similar features, each equally likely: most alike first, number floor(u * top_k)\n"
    "top_k\t>= 1\n",
    "nearest_class\n"
    "\tA random member, number floor(u * count) in ascending order, of the other class whose mean feature is most similar to the mean of the sample's own class\n",
    "negative_distance\n"
    "\t-|a - c|; slope 0 where the rows coincide\n"
    "anchors\thow each side enters\n"
    "candidates\thow each side enters\n",
    "negative_list\n"
    "\tChosen negatives: for each of N anchors m slots, each a key's position and its weight in the denominator\n"
    "key\t(N, m)\n"
    "weight\t(N, m)\n",
    "negative_squared_distance\n"
    "\t-|a - c|^2\n"
    "anchors\thow each side enters\n"
    "candidates\thow each side enters\n",
    "neighbour_draw\n"
    "\tHow classes on the list are drawn: all alike, by max(similarity, 0), or by e^(similarity / temperature)\n",
    "no_accepted_box\n"
    "\tWhat `accept_area` does where no centre gives an accepted box, as on images of 8 x 8 with [0.45, 0.55]\n",
    "no_positive\n"
    "\tWhat becomes of an anchor that has no positive\n",
    "noise_mixup\n"
    "\tNoise mixup: lambda * own + (1 - lambda) * noise\n",
    "normface\n"
    "\tNormFace, the normalised softmax: cross-entropy over class proxies of unit length\n",
    "nt_xent\n"
    "\tNT-Xent, the loss of SimCLR: each row is to find the other view of its sample among all other rows\n",
    "nt_xent_per_pair\n"
    "\tNT-Xent with a denominator for every positive pair: the pair itself and the negatives of its anchor, but not the anchor's other positives\n"
    "temperature\tin units of similarity, > 0; pytorch-metric-learning's default is 0.07\n",
    "objective\n"
    "\tA contrastive objective: a loss over logits made from a similarity, with the policies that the caller chooses by name\n"
    "check_finite\trefuse NaN and infinities in the embeddings, naming row and column; and rows of a length outside [0.99, 1.01] where unit rows are assumed (rows::unit_as_given)\n"
    "scale\tmultiplies the similarities besides 1 / temperature: CLIP's learned scale\n"
    "weights\t(N), for reduction::weighted; must outlive the calls\n",
    "one_class_batch\n"
    "\tWhat `different_class` does with a batch of one class\n",
    "other_rows\n"
    "\tEvery candidate but the anchor's own row is a negative; candidate i is the row of anchor i\n",
    "own_targets\n"
    "\tTargets where every anchor has candidates of its own (`own(keys)` in `candidates`) besides shared ones\n"
    "mine\tof the own candidates\n"
    "shared\tof those that all anchors see\n",
    "pack\n"
    "\tA fixed list of values of different types: what std::tuple is, but callable in kernels (nvcc's std::tuple is not) and cheap to compile\n",
    "pair_logits\n"
    "\tA factor and an offset per pair, (N, M) each: the dense softmax family, or a mask of biases 0 and -infinity, which hides negatives\n"
    "bias\t(N, M) each\n"
    "scale\t(N, M) each\n",
    "pair_space\n"
    "\tThe pairs that targets are asked about: anchors against shared candidates, which may come in segments, and against `own` candidates of each anchor\n"
    "memory\twhere owners may keep what they prepare: scratch<T>(space.memory)\n"
    "segments\tsizes of the shared segments; their sum is `candidates`\n"
    "width\tnumbers of a row; 0 where rows are not known\n",
    "pair_targets\n"
    "\tThe labels of a mixed batch: sample i counts lambda[i] as own[i] and 1 - lambda[i] as partner[i]\n"
    "ignored\tas -100: the label of samples without one\n"
    "lambda\t(N), in [0, 1]\n"
    "own\t(N)\n"
    "partner\t(N)\n",
    "pasted_boxes\n"
    "\tThe kind of plan that shows the partner inside a box and the own sample outside; with `own_inside` the other way round\n"
    "boxes\tone for the batch, or one a sample\n",
    "pasted_intervals\n"
    "\tThe kind of plan that shows the partner during a stretch of time and the own sample before and after; with `own_inside` the other way round\n"
    "intervals\tone for the batch, or one a sample\n",
    "patchup\n"
    "\tPatchUp: hidden maps (N, C, H, W) are mixed in random square holes, other ones in each channel, the same for the whole batch\n"
    "block_size\tside of a hole, odd, at most the map's\n"
    "gamma\tabout the share of the map that changes, >= 0\n",
    "patchup_mode\n"
    "\tWhat PatchUp shows in its holes\n",
    "phase\n"
    "\tWhat an engine does in turn\n",
    "phases\n"
    "\tTime of all threads in each phase since the program began, or since `phases::reset`; printed to stderr when the program ends\n",
    "philox_draws\n"
    "\tDraws from the counter-based generator, keyed with (seed, step, policy, field, try, sample): the same seed and step give the same plan with every compiler and on every platform\n"
    "policy\tset by `within`\n",
    "plain_logits\n"
    "\tThe usual logits: factor 1, one offset for all pairs (SigLIP's bias)\n"
    "bias\tfinite, added to every logit\n",
    "plan_entries\n"
    "\tHow many entries a plan then has: 1 or N\n",
    "pool_ref\n"
    "\tSome pool, while it lives; made from its address\n",
    "position\n"
    "\tA position known at compile time, as an argument: `for_each_position` hands one to each call\n",
    "positive_features\n"
    "\tMixing the two features of a positive pair, number by number, so that the pair becomes harder (extrapolation) or more diverse: q' = t q + (1 - t) k, k' = t k + (1 - t) q, then both to unit length; t ~ Beta(alpha, alpha), plus 1 to extrapolate\n"
    "alpha\t> 0\n"
    "extrapolate\tt in [1, 2] instead of [0, 1]\n"
    "normalize\tboth sides to unit length\n",
    "proxy_anchor\n"
    "\tProxy-anchor: a learned proxy a class is the anchor, the batch's embeddings are its candidates\n"
    "alpha\tper unit of similarity, > 0\n"
    "margin\tin units of similarity, the paper's delta\n",
    "proxy_nca\n"
    "\tProxyNCA: neighbourhood components analysis with a learned proxy a class in the place of the other samples\n",
    "puzzlemix\n"
    "\tPuzzle Mix: which image a block shows is chosen to keep what is salient in both and to cut where they agree, by a minimum cut; then salient blocks are moved to where their image is shown\n"
    "data_smoothness\tgamma, >= 0, beside beta\n"
    "distance_weight\tof moving a block, beside its saliency\n"
    "exponent_end\t2^e blocks a side, e in [least, end)\n"
    "label_smoothness\tbeta, >= 0\n"
    "labels\tshares that a block can take: 0, 1 / (labels - 1), ..., 1\n"
    "lambda\tthe expected own share\n"
    "least_exponent\t2^e blocks a side, e in [least, end)\n"
    "moves_blocks\tsalient blocks, to where the mask shows their image\n"
    "neighbourhood\tpixels that are averaged before neighbours are compared\n"
    "prior\teta, >= 0: pull towards the expected share\n",
    "raise_own_weight\n"
    "\tLeaves the own sample at least the share `floor` of (A + 1) weights that sum to 1: w <- (1 - floor) w, then w_0 += floor\n",
    "random_erasing\n"
    "\tRandom erasing: with a probability, a box of random area and form, wholly inside, is overwritten; labels stay\n"
    "aspect\tin (0, 1]\n"
    "high\tshare of the image: 0 < low <= high <= 1\n"
    "low\tshare of the image: 0 < low <= high <= 1\n"
    "max_tries\tboxes drawn, until one fits into the image\n"
    "probability\tof erasing, for each sample\n"
    "value\tin units of the samples\n",
    "random_interval\n"
    "\tThe 1-D form: trunc(T * (1 - lambda)) steps, anywhere inside; nothing is cut off\n",
    "random_permutation\n"
    "\tEvery permutation equally likely\n",
    "rank_failure\n"
    "\tAnother rank left in the middle of a call, or died: this call has no answer, and the ranks cannot be used again\n",
    "ranked_list\n"
    "\tKeys with the scores they were chosen by, best first: `score` (N, m); 0 in empty slots\n",
    "recorded_draws\n"
    "\tAnswers from stored numbers: what another program drew, or what a test wants to have been drawn\n",
    "reduction\n"
    "\tHow the anchors' values become one number, for losses whose formula returns one number\n",
    "regmixup\n"
    "\tRegMixup: Mixup with lambda near 1/2 as a regulariser beside the clean batch\n"
    "eta\tweight of the mixed half in the loss, >= 0\n",
    "relational_distillation\n"
    "\tRelational knowledge distillation (RKD): distances between the student's rows, and angles at each of them, are to be the teacher's\n"
    "angle\tweights, >= 0\n"
    "distance\tweights, >= 0\n",
    "remix\n"
    "\tRemix: where one of the two classes is much rarer and its sample visible enough, the label is that class alone\n"
    "kappa\t>= 1\n"
    "tau\tin [0, 1]\n",
    "replacement\n"
    "\tWhether a drawn key may be drawn again\n",
    "rescale_poly\n"
    "\tPulls lambda toward 1/2 and keeps 0, 1/2 and 1 exactly: (4/3 lambda^3 - 2 lambda^2 + k' lambda) / (k' - 2/3),  k' = k + 1 computed as lambda + 4 / (3 k + 1) * lambda (lambda - 1/2) (lambda - 1). k = 0 is flattest near 1/2, a large k changes nothing, k < 0 means off\n",
    "rescaled\n"
    "\tPulled toward 1/2: see `rescale_poly`\n"
    "drawn\tthe lambda that this is made of\n"
    "k\t< 0: off\n",
    "resized_boxes\n"
    "\tThe kind of plan that resizes a part of the partner to a box and pastes it there: the whole partner, or its `sources`\n"
    "boxes\tone for the batch, or one a sample\n"
    "sources\tof the partner: none for all of it, else one for the batch, or one a sample\n",
    "resizemix\n"
    "\tResizeMix: the whole partner, made small, is pasted over a part of each image\n"
    "tau\tof a side; asked for as \"lambda\"\n",
    "reverse\n"
    "\tN - 1 - i: pairs that are mutual\n",
    "ring\n"
    "\tA ring of the last `capacity` rows pushed, with an id, a label and a step each: the storage of queues and of cross-batch memories\n"
    "id\t(capacity)\n"
    "label\t(capacity)\n"
    "pushed\trows in all\n"
    "rows\t(capacity, width)\n"
    "step\t(capacity)\n",
    "role\n"
    "\tWhat a candidate is to an anchor\n"
    "positive\tsaid by the targets: a positive's target may be <= 0\n"
    "target\tshare of the anchor's positive mass; 0 unless positive\n"
    "weight\thow often the pair counts as a candidate: 0 hidden, 1 usual\n",
    "roll\n"
    "\t(i - by) mod N, for any integer `by`: the batch rolled along its first axis\n"
    "by\tany integer\n",
    "rows\n"
    "\tHow rows enter a similarity\n",
    "rows_of_anchors\n"
    "\tRows that belong to each of N anchors alone, (N, k, D): explicit vectors for `candidates(own(rows.view()))`\n",
    "saliencymix\n"
    "\tSaliencyMix: the box of CutMix around the partner's most salient pixel, at the same place of the own image\n"
    "levels\tsaliency in [0, 1] is truncated to so many levels first, as in the released code; 0: exact, for saliency in any unit\n",
    "same_class\n"
    "\tA random other sample of the same class, candidate floor(u * count) in ascending order; a sample without any keeps to itself\n",
    "sample_conditioned\n"
    "\tNegatives from the samples nearest to the anchor: m of a list of about 8 m, drawn without replacement. mixcon's reading of O'Neill & Bollegala 2021, arXiv:2102.06603\n"
    "draws_of_each\tm\n"
    "temperature\tof `softmax`, > 0\n",
    "sampling_correction\n"
    "\tWhat a drawn negative counts in the denominator: 1, or the inverse of how often it is expected among the m draws, so that the sampled sum estimates the full one without bias\n",
    "scaled_targets\n"
    "\tThe targets of `base`, each times a number of its anchor: `by` (N), of any sign\n"
    "by\t(N), finite\n",
    "scratch\n"
    "\tAn array of plain numbers or structs that lives in a workspace, or, without one, in memory of its own\n",
    "segment_targets\n"
    "\tTargets for candidates that come in segments, one each, in the order of `candidates(...)`: `segments(label_targets{...}, every_negative{})` for SupCon against its batch and the universum\n"
    "each\tone targets a segment\n",
    "semi_hard\n"
    "\tOne semi-hard negative for each pair of an anchor and its positive: farther than the positive, by less than the margin, d(a, p) < d(a, n) < d(a, p) + margin, both strict\n"
    "margin\t>= 0, in units of distance\n",
    "share\n"
    "\tThe share of the image that the box covers, in [0, 1]\n",
    "shift\n"
    "\t(i + by) mod N, for any integer `by`\n"
    "by\tany integer\n",
    "short_list\n"
    "\tAny number of plain values in order; up to four lie in the list itself\n"
    "many_\tall of them, where they are more\n",
    "siglip\n"
    "\tSigLIP: each pair of an image and a text is a binary question of its own, does it match?\n",
    "signal_shape\n"
    "\tThe extents of a batch of signals: audio, other series\n",
    "similarity_slopes\n"
    "\tSlopes of a similarity s(a, c): d s / d a = other * c + own * a, and the same with a and c exchanged\n",
    "simsiam\n"
    "\tOne direction of SimSiam: -1/2 mean_i <unit p_i, unit z_i>\n",
    "sinkhorn\n"
    "\tSinkhorn's iteration for every sample's cost matrix, `cost` (N, p, p) row-major, in the log domain from potentials of 0\n",
    "sinkhorn_plan\n"
    "\tOptimal transport between the tokens of pairs of samples, with the same mass on every token\n"
    "assignment\t(N, p, p): p times the transport plan; columns sum to 1, rows about\n"
    "iterations\thow many it took, for all samples together\n",
    "sinkhorn_rule\n"
    "\tWhen the Sinkhorn iteration of a batch stops\n"
    "max_iterations\t>= 1\n"
    "regularisation\t> 0, the weight of the plan's entropy, in units of the cost\n"
    "threshold\t>= 0: stops when the row potentials moved less, summed over tokens, samples' mean\n",
    "slerp\n"
    "\tThe kind of plan that mixes rows (N, D) along the great circle between their directions: (sin(lambda w) own / |own| + sin((1 - lambda) w) partner / |partner|) / sin w,  w the angle between them of unit length\n"
    "rescale\tto the length lambda |own| + (1 - lambda) |partner|\n",
    "smoothmix\n"
    "\tSmoothMix: the partner shows through a soft round spot, exp(-distance^2 / (2 sigma^2)) around a random centre, sigma uniform in [H / 4, H / 2); labels follow the mean of the mask\n",
    "snapmix\n"
    "\tSnapMix: a box of the partner, resized, covers a box of another size; labels follow how much of either object's class activation the boxes hold, so both or neither may be wholly seen\n",
    "soft_binary_cross_entropy\n"
    "\tEvery class is a yes-or-no question of its own, answered by soft labels t in [0, 1]:\n"
    "absent_weight\t>= 0\n"
    "skips_unlabelled\trows whose soft labels are all 0 (of samples without a label) leave the mean\n",
    "soft_cross_entropy\n"
    "\tThe softmax cross entropy of classifier outputs (N, K) against soft labels:\n",
    "stackmix\n"
    "\tStackMix: each image and its partner side by side in one image of twice the width, the label half of each\n",
    "supcon\n"
    "\tSupCon, the form with the sum outside the logarithm: each row is to find all rows of its class among the others\n",
    "supcon_inside\n"
    "\tSupCon, the form with the sum inside the logarithm: how improbable the anchor's positives are, taken together\n"
    "temperature\tin units of similarity, > 0; smaller is sharper\n",
    "supmix\n"
    "\tSupMix: `supcon` with UniCon's temperatures, called with `supmix_targets{.labels, .lambda}` on the stacked rows [z; z_mix] (2N, D). t: `temperature` > 0, t0: `base_temperature` > 0, or 0 for no factor; both in units of cosine\n",
    "supmix_targets\n"
    "\tSupMix: SupCon of images and their mixtures, where a mixture counts for the class of either image by its share\n"
    "ignored\tas -100: images without a label\n"
    "labels\t(N)\n"
    "lambda\tthe share of image i in mixture i, in [0, 1]\n",
    "switched\n"
    "\tThe kind of plan in which each sample is mixed either as `interpolated`, by its lambda, or as `pasted_boxes`: its partner inside a box\n"
    "boxes\tone for the batch, or one a sample; not read where nothing is pasted\n"
    "pastes\tas many: 1 for a box, 0 for a lerp\n",
    "synthetic_negatives\n"
    "\tSynthetic negatives as explicit rows\n",
    "target_signs\n"
    "\tWhich targets are accepted: usually a negative one is a mistake, and a loss may mean it (DCLW's weights)\n",
    "tensor_traits\n"
    "\tHow a tensor type becomes a view\n",
    "tensor_view\n"
    "\tA view of a strided tensor: pointer, extents, strides (in elements; they may be negative or zero)\n",
    "term\n"
    "\tA share of a mean: the loss is the sum over its terms of (sum of values) / (sum of divisors), each over the anchors\n",
    "terms\n"
    "\tWhat a formula returns when one mean over anchors is not enough: `return terms{term{a, n}, term{b, m}};`\n",
    "thread_pool\n"
    "\tA few threads that stay, and share out numbered tasks\n",
    "timed_phase\n"
    "\tThe thread is in a phase as long as this lives; then again in the one before\n",
    "tokenmix\n"
    "\tTokenMix: the partner covers several blocks of tokens of a vision transformer instead of one box; labels follow how much of either image's attention its visible part has\n"
    "grid\ttokens along a side\n"
    "lambda\tthe partner gets trunc((1 - lambda) * tokens) + least_block tokens at most\n"
    "least_aspect\tof a block's height to its width, in (0, 1]; the largest is its inverse\n"
    "least_block\tthe smallest block that is tried, in tokens\n",
    "top_k\n"
    "\tThe k admissible keys most similar to each anchor, exactly, best first; of equal scores the lower position\n",
    "torchvision_box\n"
    "\tAs `centred_box` up to the rounding of one product: half sides are trunc(0.5 * sqrt(1 - lambda) * extent)\n",
    "transmix\n"
    "\tTransMix: labels follow what the network attends to in the mixed image, not the area alone: lambda' = area_share * lambda + (1 - area_share) * (attention on the own part / attention on both)\n"
    "area_share\tin [0, 1]\n",
    "transported_blocks\n"
    "\tThe kind of plan that mixes square images block by block, each block by its own share, after the blocks of either image were moved: block j of the mixed image is m_j * own[own_source_j] + (1 - m_j) * partner[partner_source_j]\n"
    "blocks\tB, a side\n"
    "mask\t(N, B * B), in [0, 1]: the own share of a block; empty: 1\n"
    "own_source\t(N, B * B): which block is shown there; empty: its own\n"
    "partner_source\tthe same for the partner\n",
    "transported_tokens\n"
    "\tThe kind of plan that first moves one sample's features onto the tokens of the other, then mixes them:\n"
    "assignment\t(N, p, p): share of token j of the partner that belongs to own token i\n"
    "moves_own\tonto the partner's tokens, instead of the partner onto the own ones\n"
    "tokens\tp = H * W\n",
    "triplet_margin\n"
    "\tThe triplet loss: a positive shall be nearer than a negative by a margin\n"
    "margin\tin units of distance; FaceNet's value\n"
    "mining_margin\tupper end of the gap for semi_hard, in units of distance, >= 0\n"
    "soft\tsoftplus in the place of relu: every triplet that counts has a loss above 0\n",
    "triplets\n"
    "\tWhich triplets (anchor a, positive p, negative n) count, by gap = D_an - D_ap\n",
    "truncated\n"
    "\tDrawn again until inside [low, high], at most `max_tries` times; then the last one is clipped\n"
    "drawn\tthe lambda that this is made of\n"
    "high\t0 <= low <= high <= 1\n"
    "low\t0 <= low <= high <= 1\n"
    "max_tries\t>= 1\n",
    "two_hot\n"
    "\tLabels for multi-label losses: each of the two is shown as `two_hot_adjust` says of its share, times `scale`, at most 1; the two may sum to 2\n"
    "index\tof the curve\n"
    "scale\tin [0, 1]\n"
    "threshold\tshare from which a label counts fully, in (0, 1]\n",
    "two_hot_adjust\n"
    "\tHow much of a label a multi-label target shows at that lambda: 1 from `threshold` on, and below it power:        (lambda / threshold)^|index| exponential:  (s^(2 lambda - 2 threshold) - b) / (1 - b),  s = |index|, b = s^(-2 threshold) lambda in [0, 1] -> [0, 1]; threshold in (0, 1]\n",
    "un_mix_batch\n"
    "\tWhat Un-Mix needs beside its queries [q; q_mix], made of the keys (N, D) of the images\n"
    "keys\t(2N, 2, D)\n"
    "lambda\t(2N)\n"
    "weights\t(2N), for reduction::weighted\n",
    "un_mix_loss\n"
    "\tUn-Mix on MoCo: the query of a mixture meets the keys of both images, by their shares, each against the queue\n"
    "lambda\t(2N): the share of an anchor's first key; must outlive the calls\n"
    "temperature\tin units of similarity, > 0\n",
    "un_mix_policy\n"
    "\tUn-Mix: the batch mixed with itself in reverse order, whole (Mixup) or in a box (CutMix), by one lambda\n"
    "global_probability\tof Mixup instead of CutMix, in [0, 1]\n",
    "unblend_part\n"
    "\tWhich part of the adjoint `unblend` adds to a gradient: what samples keep of themselves, what they give as partners, or both, where samples and partners are one batch\n",
    "unchanged_share\n"
    "\tThe share of values that a PatchUp plan leaves alone: those outside the holes\n",
    "unicon\n"
    "\tUniCon: universum rows attract, or repel, the rows of the classes they were mixed from, as the targets say\n",
    "unicon_targets\n"
    "\tThe role in the published code: universum rows are the only candidates, `unicon_targets(labels)` of `z` against `u`\n",
    "uniform_lambda\n"
    "\tUniform in [low, high), 0 <= low <= high <= 1\n"
    "high\t0 <= low <= high <= 1\n"
    "low\t0 <= low <= high <= 1\n",
    "uniform_negatives\n"
    "\tm admissible keys for each anchor, drawn uniformly\n"
    "draws_of_each\tm\n",
    "uniform_range\n"
    "\tThe ends of a range that is drawn from uniformly; equal ends draw nothing\n"
    "high\t> 0, low <= high\n"
    "low\t> 0, low <= high\n",
    "uniformity\n"
    "\tHow evenly rows cover the sphere: the logarithm of the mean Gaussian potential of all pairs\n"
    "sharpness\tthe paper's t, per unit of squared distance, > 0\n",
    "universum\n"
    "\tUniversum samples: each sample mixed with one of another class until it belongs to neither\n"
    "partner_share\tin [0, 1]; the lambda of the released code\n"
    "place\tthe partner's share that is accepted, [0.45, 0.55]\n",
    "vicreg\n"
    "\tVICReg: views are to agree, each feature to vary, different features to vary apart\n"
    "covariance\t>= 0; the paper's lambda, mu, nu\n"
    "epsilon\t> 0, in units of variance\n"
    "halves_variance\tas lightly and the authors' code; false: as the paper and solo-learn\n"
    "invariance\t>= 0; the paper's lambda, mu, nu\n"
    "variance\t>= 0; the paper's lambda, mu, nu\n",
    "view_order\n"
    "\tHow V views of N samples are stacked into V * N rows\n",
    "view_targets\n"
    "\tThe other views of the same sample are the positives, in equal shares; a row does not see itself: NT-Xent (Chen et al. 2020, arXiv:2002.05709)\n"
    "samples\tN, >= 1\n"
    "views\tof each sample, >= 2\n",
    "visibility\n"
    "\tWhether rows that are no positives are seen at all\n",
    "weighted_decoupled\n"
    "\tThe weighted decoupled loss (DCLW): `decoupled` where the attraction of a pair counts less the more alike it is already\n",
    "weighted_labels\n"
    "\tThe labels of a mixed batch where the weights of a sample's two labels need not sum to 1: how much of either object is seen, not how the picture is divided\n"
    "ignored\tas -100: the label of samples without one\n"
    "own\t(N)\n"
    "own_weight\t(N), >= 0\n"
    "partner\t(N)\n"
    "partner_weight\t(N), >= 0\n",
    "weighted_softmax\n"
    "\tThe general dense softmax: partition and targets need not balance\n"
    "kappa\tmust outlive the calls\n"
    "temperature\tin units of similarity, > 0\n",
    "weighted_view_targets\n"
    "\tTwo views of N samples, stacked (2N, D, view-major), where the positive of sample i attracts `weights[i]` times, in both views; a weight may be negative, then it repels\n"
    "weights\t(N), of any sign\n",
    "workspace\n"
    "\tKeeps the memory of a call for the next one\n"
    "free_\tby kind\n"
};
// clang-format on

/// What is said of a type, where `field` is empty, or of one of its fields; empty where nothing is.
inline std::string_view said_of(std::string_view type, std::string_view field) {
  for (const std::string_view text : meanings) {
    std::size_t at = text.find('\n');
    if (text.substr(0, at) != type) continue;
    while (++at < text.size()) {
      const std::string_view line = text.substr(at, text.find('\n', at) - at);
      const std::size_t tab = line.find('\t');
      if (line.substr(0, tab) == field) return line.substr(tab + 1);
      at += line.size();
    }
  }
  return {};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
