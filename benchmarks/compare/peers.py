# SPDX-License-Identifier: BSD-3-Clause
"""The other sides: each loss as its published code computes it, as one writes it in PyTorch who knows what is slow, and
as libraries have it.

`published` forms masks and matrices of all pairs. `written` has a product, its diagonal filled in place, `logsumexp`,
and positives from row products or class sums, so that no pass over all pairs can be left out. A peer takes `rows`, the
matrices whose gradients are wanted, and `given`, the other arguments.
"""
import math

import torch
from torch.nn import functional as f

INFINITY = float("inf")
# Up to how many rows a library is asked: this one forms a row of logits for each positive pair, N^3 numbers in all.
MOST_ROWS = {("nt_xent", "pytorch-metric-learning"): 128}
PUBLISHED, WRITTEN, LIBRARIES = {}, {}, {}


def published(function):
    PUBLISHED[function.__name__.removesuffix("_published")] = function
    return function


def written(function):
    WRITTEN[function.__name__.removesuffix("_written")] = function
    return function


def unit(z):
    return f.normalize(z, dim=1)


def itself(count):
    return torch.eye(count, dtype=torch.bool)


# ---- two views of a batch ----


@published
def nt_xent_published(rows, given):
    z = unit(rows[0])
    count = len(z)
    x = (z @ z.T / given.numbers[0]).masked_fill(itself(count), -INFINITY)
    return f.cross_entropy(x, (torch.arange(count) + count // 2) % count)


@written
def nt_xent_written(rows, given):
    z = unit(rows[0])
    half = len(z) // 2
    x = (z / given.numbers[0]) @ z.T
    x.fill_diagonal_(-INFINITY)
    return (x.logsumexp(1).sum() - 2 * (z[:half] * z[half:]).sum() / given.numbers[0]) / len(z)


def mean_over_positives(x, positive, visible):
    """Mean over anchors of the mean over positives of -log softmax, every pair formed."""
    x = x - x.max(dim=1, keepdim=True).values.detach()
    log_share = x - torch.log((torch.exp(x) * visible).sum(dim=1, keepdim=True))
    return -((positive * log_share).sum(dim=1) / positive.sum(dim=1)).mean()


@published
def supcon_published(rows, given):
    z = unit(rows[0])
    visible = 1 - torch.eye(len(z), dtype=z.dtype)
    positive = (given.labels[:, None] == given.labels[None]).to(z.dtype).repeat(2, 2) * visible
    return mean_over_positives(z @ z.T / given.numbers[0], positive, visible)


def class_pull(z, candidates, both, classes, temperature):
    """Mean logit of the positives of each anchor, by sums over classes; row i is no candidate of anchor i."""
    sums = torch.zeros(classes, z.shape[1], dtype=z.dtype).index_add(0, both, candidates)
    others = torch.bincount(both, minlength=classes)[both] - 1
    return (z * (sums[both] - candidates)).sum(dim=1) / (others * temperature)


@written
def supcon_written(rows, given):
    z, both = unit(rows[0]), given.labels.repeat(2)
    x = (z / given.numbers[0]) @ z.T
    x.fill_diagonal_(-INFINITY)
    return (x.logsumexp(1) - class_pull(z, z, both, given.classes, given.numbers[0])).mean()


@published
def unicon_published(rows, given):
    z, u = unit(rows[0]), unit(rows[1])
    visible = 1 - torch.eye(len(z), dtype=z.dtype)
    positive = (given.labels[:, None] == given.labels[None]).to(z.dtype).repeat(2, 2) * visible
    return mean_over_positives(z @ u.T / given.numbers[0], positive, visible)


@written
def unicon_written(rows, given):
    z, u, both = unit(rows[0]), unit(rows[1]), given.labels.repeat(2)
    x = (z / given.numbers[0]) @ u.T
    x.fill_diagonal_(-INFINITY)
    return (x.logsumexp(1) - class_pull(z, u, both, given.classes, given.numbers[0])).mean()


# ---- images and texts ----


@published
def clip_published(rows, given):
    x, own = given.numbers[0] * unit(rows[0]) @ unit(rows[1]).T, torch.arange(len(rows[0]))
    return (f.cross_entropy(x, own) + f.cross_entropy(x.T, own)) / 2


@written
def clip_written(rows, given):
    x = (given.numbers[0] * unit(rows[0])) @ unit(rows[1]).T
    return (x.logsumexp(0) + x.logsumexp(1) - 2 * x.diagonal()).mean() / 2


@published
def siglip_published(rows, given):
    x = given.numbers[0] * unit(rows[0]) @ unit(rows[1]).T + given.numbers[1]
    sign = 2 * torch.eye(len(x), dtype=x.dtype) - 1
    return -f.logsigmoid(sign * x).sum() / len(x)


@written
def siglip_written(rows, given):
    x = torch.addmm(torch.full((), given.numbers[1], dtype=rows[0].dtype), given.numbers[0] * unit(rows[0]), unit(rows[1]).T)
    return (f.softplus(x).sum() - x.diagonal().sum()) / len(x)


@published
def moco_published(rows, given):
    q, k, queue = (unit(r) for r in rows)
    x = torch.cat([(q * k).sum(dim=1, keepdim=True), q @ queue.T], dim=1) / given.numbers[0]
    return f.cross_entropy(x, torch.zeros(len(x), dtype=torch.long))


@written
def moco_written(rows, given):
    q, k, queue = (unit(r) for r in rows)
    q = q / given.numbers[0]
    own = (q * k).sum(dim=1)
    return (torch.logaddexp((q @ queue.T).logsumexp(1), own) - own).mean()


# ---- labels ----


@published
def batch_hard_triplet_published(rows, given):
    z = unit(rows[0])
    d = torch.cdist(z, z)
    same = given.labels[:, None] == given.labels[None]
    farthest = d.masked_fill(~same | itself(len(z)), -INFINITY).amax(dim=1)
    nearest = d.masked_fill(same, INFINITY).amin(dim=1)
    above = f.relu(farthest - nearest + given.numbers[0])
    return above.sum() / (above > 0).sum().clamp(min=1)


@written
def batch_hard_triplet_written(rows, given):
    z = unit(rows[0])
    with torch.no_grad():  # whom to take needs no gradient, and distances are measured for these alone
        s = z @ z.T
        same = given.labels[:, None] == given.labels[None]
        nearest = s.masked_fill(same, -INFINITY).argmax(dim=1)
        farthest = s.masked_fill_(~same, INFINITY).fill_diagonal_(INFINITY).argmin(dim=1)
    above = f.relu((z - z[farthest]).norm(dim=1) - (z - z[nearest]).norm(dim=1) + given.numbers[0])
    return above.sum() / (above > 0).sum().clamp(min=1)


@published
def multi_similarity_published(rows, given):
    z = unit(rows[0])
    s = z @ z.T - 0.5
    same = given.labels[:, None] == given.labels[None]
    positives = (torch.exp(-2 * s) * (same & ~itself(len(z)))).sum(dim=1)
    negatives = (torch.exp(50 * s) * ~same).sum(dim=1)
    return (torch.log1p(positives) / 2 + torch.log1p(negatives) / 50).mean()


@written
def multi_similarity_written(rows, given):
    z = unit(rows[0])
    s = z @ z.T
    same = given.labels[:, None] == given.labels[None]
    e = torch.exp((torch.where(same, -2.0, 50.0) * (s - 0.5)).fill_diagonal_(-INFINITY))  # a pair is one or the other
    negatives = e.masked_fill(same, 0).sum(dim=1)
    positives = e.sum(dim=1) - negatives
    return (torch.log1p(positives) / 2 + torch.log1p(negatives) / 50).mean()


# ---- features ----


@published
def barlow_twins_published(rows, given):
    x, y = (f.batch_norm(z, None, None, training=True) for z in rows)
    c = x.T @ y / len(x)
    return ((c.diagonal() - 1) ** 2).sum() + given.numbers[0] * (c[~itself(len(c))] ** 2).sum()


@written
def barlow_twins_written(rows, given):
    x, y = (f.batch_norm(z, None, None, training=True) for z in rows)
    c = x.T @ y / len(x)
    own = c.diagonal()
    return ((own - 1) ** 2).sum() + given.numbers[0] * (torch.vdot(c.reshape(-1), c.reshape(-1)) - torch.vdot(own, own))


def vicreg_by(rows, off_diagonal):
    loss = 25 * f.mse_loss(rows[0], rows[1])
    for z in rows:
        centred = z - z.mean(dim=0)
        c = centred.T @ centred / (len(z) - 1)
        loss = loss + 12.5 * f.relu(1 - torch.sqrt(centred.var(dim=0) + 1e-4)).mean() + off_diagonal(c) / len(c)
    return loss


@published
def vicreg_published(rows, given):
    return vicreg_by(rows, lambda c: (c[~itself(len(c))] ** 2).sum())


@written
def vicreg_written(rows, given):
    return vicreg_by(rows, lambda c: torch.vdot(c.reshape(-1), c.reshape(-1)) - torch.vdot(c.diagonal(), c.diagonal()))


# ---- pairs of rows; students and teachers ----


@published
def alignment_published(rows, given):
    return (rows[0] - rows[1]).norm(p=2, dim=1).pow(2).mean()


@written
def alignment_written(rows, given):
    return f.mse_loss(rows[0], rows[1], reduction="sum") / len(rows[0])


@published
def byol_published(rows, given):
    return 2 - 2 * (unit(rows[0]) * unit(rows[1])).sum(dim=1).mean()


@written
def byol_written(rows, given):
    return 2 - 2 * f.cosine_similarity(rows[0], rows[1], dim=1).mean()


@published
def knowledge_distillation_published(rows, given):
    t = given.numbers[0]
    return t * t * f.kl_div(f.log_softmax(rows[0] / t, dim=1), f.softmax(rows[1] / t, dim=1), reduction="batchmean")


@written
def knowledge_distillation_written(rows, given):
    t = given.numbers[0]
    student, teacher = (f.log_softmax(logits / t, dim=1) for logits in rows)
    return t * t * f.kl_div(student, teacher, reduction="batchmean", log_target=True)


def own_products(rows):
    """Cosines of each row with its own ones."""
    own = unit(rows[1]).view(len(rows[0]), -1, rows[1].shape[1])
    return torch.bmm(own, unit(rows[0])[:, :, None])[:, :, 0]


@published
def contrastive_distillation_published(rows, given):
    temperature, samples, normalizer = given.numbers
    x = torch.exp(own_products(rows) / temperature) / normalizer
    noise = (x.shape[1] - 1) / samples
    positive, negative = x[:, :1], x[:, 1:]
    found = torch.log(positive / (positive + noise + 1e-7)).sum() + torch.log(noise / (negative + noise + 1e-7)).sum()
    return -found / len(x)


@written
def contrastive_distillation_written(rows, given):
    temperature, samples, normalizer = given.numbers
    x = own_products(rows) / temperature
    noise = (x.shape[1] - 1) / samples
    apart = x - math.log(normalizer * (noise + 1e-7))
    terms = f.softplus(-apart[:, 0]).sum() + f.softplus(apart[:, 1:]).sum()
    return terms / len(x) + (x.shape[1] - 1) * math.log1p(1e-7 / noise)


def relations(rows, given, distances):
    def angles(z):
        directions = f.normalize(z[None] - z[:, None], dim=2)
        return torch.bmm(directions, directions.transpose(1, 2))

    def relative(z):
        d = distances(z)
        return d / d[d > 0].mean()

    student, teacher = rows[0], rows[1].detach()
    near, turned = given.numbers
    return near * f.smooth_l1_loss(relative(student), relative(teacher)) + turned * f.smooth_l1_loss(
        angles(student), angles(teacher))


@published
def relational_distillation_published(rows, given):
    def distances(z):
        square = z.pow(2).sum(dim=1)
        d = (square[:, None] + square[None] - 2 * z @ z.T).clamp(min=1e-12).sqrt()
        return d * ~itself(len(z))

    return relations(rows, given, distances)


@written
def relational_distillation_written(rows, given):
    return relations(rows, given, lambda z: torch.cdist(z, z, compute_mode="donot_use_mm_for_euclid_dist"))


# ---- classifiers and proxies ----


@published
def normface_published(rows, given):
    return f.cross_entropy(f.linear(unit(rows[0]), unit(rows[1])) / given.numbers[0], given.labels)


@written
def normface_written(rows, given):
    return f.cross_entropy((unit(rows[0]) / given.numbers[0]) @ unit(rows[1]).T, given.labels)


@published
def proxy_nca_published(rows, given):
    x, proxies = unit(rows[0]), unit(rows[1])
    square = x.pow(2).sum(dim=1)[:, None] + proxies.pow(2).sum(dim=1)[None] - 2 * x @ proxies.T
    return f.cross_entropy(-given.numbers[0] * square, given.labels)


@written
def proxy_nca_written(rows, given):
    return f.cross_entropy((2 * given.numbers[0] * unit(rows[0])) @ unit(rows[1]).T, given.labels)  # of unit rows


def share_of(given, dtype):
    return given.constants.to(dtype)


@published
def infinite_class_mixup_published(rows, given):
    x, weight, bias = rows
    share, a, b = share_of(given, x.dtype), given.labels, given.partner
    mixed = share[:, None] * weight[a] + (1 - share)[:, None] * weight[b]
    logits = x @ mixed.T + (share * bias[0, a] + (1 - share) * bias[0, b])
    own = torch.arange(len(x))
    return f.cross_entropy(logits, own) + f.cross_entropy(logits.T, own)


@written
def infinite_class_mixup_written(rows, given):
    x, weight, bias = rows
    share, a, b = share_of(given, x.dtype), given.labels, given.partner
    if 2 * len(weight) < len(x):  # the logits of the classes, mixed
        y = torch.addmm(bias, x, weight.T)
        logits = share * y[:, a] + (1 - share) * y[:, b]
    else:
        mixed = share[:, None] * weight[a] + (1 - share)[:, None] * weight[b]
        logits = torch.addmm(share * bias[0, a] + (1 - share) * bias[0, b], x, mixed.T)
    return (logits.logsumexp(0) + logits.logsumexp(1) - 2 * logits.diagonal()).mean()


@published
def soft_cross_entropy_published(rows, given):
    return f.cross_entropy(rows[0], rows[1])


@written
def soft_cross_entropy_written(rows, given):
    x, target = rows[0], rows[1]
    return (x.logsumexp(1) * target.sum(dim=1) - torch.linalg.vecdot(x, target)).mean()


# ---- mixing: these return the mixed batch ----


@published
def mixup_published(rows, given):
    return given.numbers[0] * rows[0] + (1 - given.numbers[0]) * rows[0][given.partner]


@written
def mixup_written(rows, given):
    torch.index_select(rows[0], 0, given.partner, out=given.room)
    return given.room.lerp_(rows[0], given.numbers[0])


@published
def cutmix_published(rows, given):
    top, bottom, left, right = map(int, given.numbers)
    mixed = rows[0].clone()
    mixed[:, :, top:bottom, left:right] = rows[0][given.partner][:, :, top:bottom, left:right]
    return mixed


@written
def cutmix_written(rows, given):
    top, bottom, left, right = map(int, given.numbers)
    given.room.copy_(rows[0])
    given.room[:, :, top:bottom, left:right] = rows[0][:, :, top:bottom, left:right][given.partner]
    return given.room


# ---- libraries: {loss: {library: what makes a peer of the arguments}} ----


def metric_learning(make):
    def peer(given):
        from pytorch_metric_learning import losses, miners

        loss, miner = make(losses, miners, given)
        labels = given.labels.repeat(len(given.rows[0]) // len(given.labels))
        if miner is None:
            return lambda rows, _: loss(rows[0], labels)
        return lambda rows, _: loss(rows[0], labels, miner(rows[0], labels))

    return peer


def views_of_samples(make):
    """NTXentLoss of pytorch-metric-learning, for which a sample is a class of its own."""

    def peer(given):
        from pytorch_metric_learning import losses

        loss, labels = make(losses, given), torch.arange(len(given.rows[0]) // 2).repeat(2)
        return lambda rows, _: loss(rows[0], labels)

    return peer


def lightly(make):
    def peer(given):
        from lightly import loss

        criterion = make(loss, given)
        half = len(given.rows[0]) // 2
        if len(given.rows) == 1:
            return lambda rows, _: criterion(rows[0][:half], rows[0][half:])
        return lambda rows, _: criterion(rows[0], rows[1])

    return peer


LIBRARIES.update({
    "nt_xent": {
        "pytorch-metric-learning": views_of_samples(lambda l, g: l.NTXentLoss(temperature=g.numbers[0])),
        "lightly": lightly(lambda l, g: l.NTXentLoss(temperature=g.numbers[0])),
    },
    "supcon": {"pytorch-metric-learning": metric_learning(lambda l, m, g: (l.SupConLoss(temperature=g.numbers[0]), None))},
    "batch_hard_triplet": {
        "pytorch-metric-learning": metric_learning(
            lambda l, m, g: (l.TripletMarginLoss(margin=g.numbers[0]), m.BatchHardMiner()))
    },
    "multi_similarity": {
        "pytorch-metric-learning": metric_learning(
            lambda l, m, g: (l.MultiSimilarityLoss(alpha=2, beta=50, base=0.5), None))
    },
    "barlow_twins": {"lightly": lightly(lambda l, g: l.BarlowTwinsLoss(lambda_param=g.numbers[0]))},
    "vicreg": {"lightly": lightly(lambda l, g: l.VICRegLoss(lambda_param=25, mu_param=25, nu_param=1))},
})
