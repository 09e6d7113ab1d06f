#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: losses.py PROGRAM [--threads T] [--repetitions R] [--venv FOLDER] [--loss NAME] [--compiled] [--output FILE]

Time and memory of each loss, value and gradients in float, beside pytorch-metric-learning where it has the loss, else
beside the formula written out in PyTorch with all its pairs in memory. PROGRAM is `peers_losses` as built; both sides run
one after the other on as many threads, on rows of the same shapes. --compiled adds the formula under torch.compile.
Writes one table.

PyTorch and pytorch-metric-learning go into a virtual environment of their own (build/peers-venv). Where they cannot be
installed the table has our side alone, and says so. Nothing else needs them.
"""
import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "compare"))
PACKAGES = ("torch", "pytorch-metric-learning")
# Both sides keep what they have freed, as in a program that trains: else page faults are what small losses measure.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_MMAP_THRESHOLD_": str(2**25)}


# ---- the peers: each makes a function of no arguments that answers the loss, and the tensors with a gradient ----


def library(make):
    """A loss of pytorch-metric-learning of embeddings and labels."""

    def peer(torch, rows, labels):
        from pytorch_metric_learning import losses, miners

        loss, miner = make(losses, miners)
        z = rows[0]
        if miner is None:
            return (lambda: loss(z, labels)), [z]
        return (lambda: loss(z, labels, miner(z, labels))), [z]

    return "pytorch-metric-learning", peer


def proxies(make):
    """A loss of pytorch-metric-learning with a proxy a class."""

    def peer(torch, rows, labels):
        from pytorch_metric_learning import losses

        z, given = rows
        loss = make(losses, len(given), z.shape[1])
        return (lambda: loss(z, labels)), [z, *loss.parameters()]

    return "pytorch-metric-learning", peer


def written_out(formula):
    """A formula on rows and labels, with all its pairs in memory."""

    def peer(torch, rows, labels):
        return (lambda: formula(torch, rows, labels)), rows

    return "written out", peer


def cosines(torch, a, c):
    unit = torch.nn.functional.normalize
    return unit(a, dim=1) @ unit(c, dim=1).T


def stacked(torch, rows):
    """Cosines of two stacked views, which pairs are negatives, and each row's positive."""
    s = cosines(torch, rows[0], rows[0])
    count = len(s)
    index = torch.arange(count)
    other = (index + count // 2) % count
    negative = torch.ones_like(s, dtype=torch.bool)
    negative[index, index] = negative[index, other] = False
    return s, negative, s[index, other]


def labelled(torch, rows, labels):
    """Cosines, which pairs are positive, and which are another row."""
    s = cosines(torch, rows[0], rows[0])
    other = ~torch.eye(len(s), dtype=torch.bool)
    return s, (labels[:, None] == labels[None, :]) & other, other


def masked_sum(torch, x, mask):
    return x.masked_fill(~mask, float("-inf")).logsumexp(dim=1)


def decoupled(torch, rows, labels):
    s, negative, positive = stacked(torch, rows)
    return (masked_sum(torch, s / 0.5, negative) - positive / 0.5).mean()


def decoupled_weights(torch, rows, labels):
    s, negative, positive = stacked(torch, rows)
    samples = len(s) // 2
    weight = 2 - samples * torch.softmax(positive[:samples].detach() / 0.5, dim=0).repeat(2)
    return (masked_sum(torch, s / 0.5, negative) - weight * positive / 0.5).mean()


def hard_negative(torch, rows, labels):
    s, negative, positive = stacked(torch, rows)
    x, p, n = s / 0.5, torch.exp(positive / 0.5), len(s) - 2
    raised, weights = (torch.exp(masked_sum(torch, f * x, negative)) for f in (2, 1))
    estimate = ((n * raised / weights - 0.1 * n * p) / 0.9).clamp(min=n * 2.718281828 ** (-1 / 0.5))
    return torch.log1p(estimate / p).mean()


def siglip(torch, rows, labels):
    x = 10 * cosines(torch, rows[0], rows[1]) - 10
    sign = 2 * torch.eye(len(x)) - 1
    return torch.nn.functional.softplus(-sign * x).sum() / len(x)


def two_views(torch, rows, labels):
    x = cosines(torch, rows[0], rows[-1]) / 0.5
    return torch.nn.functional.cross_entropy(x, torch.arange(len(x)))


def constant(torch, count, low, high):
    """What is no row: labels, partners."""
    return torch.arange(count) * 7919 % (high - low) + low


def clip(torch, rows, labels):
    x, own = 14 * cosines(torch, *rows), torch.arange(len(rows[0]))
    f = torch.nn.functional
    return (f.cross_entropy(x, own) + f.cross_entropy(x.T, own)) / 2


def byol(torch, rows, labels):
    f, z = torch.nn.functional, rows[0].detach()
    unit = f.normalize(z, dim=1)
    target = 0.7 * unit + 0.3 * unit.flip(0)
    return 2 - 2 * (f.normalize(rows[0], dim=1) * target).sum(dim=1).mean()


def mixed(torch, x, a, b, share=0.7):
    """The cross entropy of two classes a sample."""
    f = torch.nn.functional
    return share * f.cross_entropy(x, a) + (1 - share) * f.cross_entropy(x, b)


def i_mix(torch, rows, labels):
    own = torch.arange(len(rows[0]))
    return mixed(torch, cosines(torch, *rows) / 0.5, own, own.flip(0))


def decoupled_mixup(torch, rows, labels):
    x, count = rows[0], len(rows[0])
    a, b = labels % x.shape[1], constant(torch, count, 0, x.shape[1])
    at = torch.arange(count)
    without = torch.zeros_like(x)
    without[at, b] = float("-inf")
    other = torch.zeros_like(x)
    other[at, a] = float("-inf")
    apart = (a != b).float()
    own = (x + without).logsumexp(dim=1) - x[at, a]
    partner = (x + other).logsumexp(dim=1) - x[at, b]
    return mixed(torch, x, a, b) + torch.where(apart > 0, 0.1 * own + 0.1 * partner, 0).mean()


def soft_cross_entropy(torch, rows, labels):
    return -(torch.log_softmax(rows[0], dim=1) * rows[1]).sum(dim=1).mean()


def soft_binary_cross_entropy(torch, rows, labels):
    soft = (rows[0].detach() * 0.1).clamp(0, 1)
    weight = torch.where(soft > 0, 1.0, 0.5)
    return (torch.nn.functional.binary_cross_entropy_with_logits(rows[0], soft, reduction="none") * weight).mean()


def infinite_class_mixup(torch, rows, labels):
    x, weight, bias = rows
    classes, f = len(weight), torch.nn.functional
    a, b = torch.arange(len(x)) % classes, constant(torch, len(x), 0, classes)
    logits = x @ (0.7 * weight[a] + 0.3 * weight[b]).T + (0.7 * bias[0, a] + 0.3 * bias[0, b])
    own = torch.arange(len(x))
    return f.cross_entropy(logits, own) + f.cross_entropy(logits.T, own)


def moco(torch, rows, labels):
    q, k, queue = (torch.nn.functional.normalize(r, dim=1) for r in rows)
    x = torch.cat([(q * k).sum(dim=1, keepdim=True), q @ queue.T], dim=1) / 0.5
    return torch.nn.functional.cross_entropy(x, torch.zeros(len(x), dtype=torch.long))


def mochi(torch, rows, labels):
    unit = torch.nn.functional.normalize
    q, k, queue = (unit(r, dim=1) for r in rows)
    hardest, next_one = torch.arange(len(q)) % len(queue), (torch.arange(len(q)) + 1) % len(queue)
    between = unit(0.5 * queue[hardest] + 0.5 * queue[next_one], dim=1)
    toward = unit(0.3 * q + 0.7 * queue[next_one], dim=1)
    own = torch.stack([(q * r).sum(dim=1) for r in (k, between, toward)], dim=1)
    x = torch.cat([own, q @ queue.T], dim=1) / 0.5
    return torch.nn.functional.cross_entropy(x, torch.zeros(len(x), dtype=torch.long))


def nt_xent(torch, rows, labels):
    s, negative, positive = stacked(torch, rows)
    other = ~torch.eye(len(s), dtype=torch.bool)
    return (masked_sum(torch, s / 0.5, other) - positive / 0.5).mean()


def supcon_of(torch, x, positive, other):
    """The outside form, of logits."""
    logp = x - masked_sum(torch, x, other)[:, None]
    count = positive.sum(dim=1)
    return -((logp * positive).sum(dim=1) / count.clamp(min=1))[count > 0].mean()


def supcon(torch, rows, labels):
    half = labels[: len(rows[0]) // 2]
    s, positive, other = labelled(torch, rows, torch.cat([half, half]))
    return supcon_of(torch, s / 0.5, positive, other)


def unicon(torch, rows, labels):
    half = labels[: len(rows[0]) // 2]
    both = torch.cat([half, half])
    other = ~torch.eye(len(both), dtype=torch.bool)
    return supcon_of(torch, rows[0] @ rows[1].T / 0.5, (both[:, None] == both[None]) & other, other)


def supmix(torch, rows, labels):
    s, _, other = labelled(torch, rows, labels)
    half = labels[: len(s) // 2]
    both, partner = torch.cat([half, half]), torch.cat([half, half.flip(0)])
    target = 0.7 * (both[:, None] == both[None]) + 0.3 * (partner[:, None] == both[None])
    target = target * other
    logp = s / 0.5 - masked_sum(torch, s / 0.5, other)[:, None]
    return -((logp * target).sum(dim=1) / target.sum(dim=1).clamp(min=1e-9)).mean()


def un_mix(torch, rows, labels):
    f, count = torch.nn.functional, len(rows[0]) // 2
    q = f.normalize(rows[0], dim=1)
    keys, queue = q.detach()[:count].flip(1), q.detach()[count:].flip(1)
    clean, mixtures = q[:count], q[count:]

    def nce(query, key):
        x = torch.cat([(query * key).sum(dim=1, keepdim=True), query @ queue.T], dim=1) / 0.5
        return f.cross_entropy(x, torch.zeros(count, dtype=torch.long))

    return nce(clean, keys) + 0.7 * nce(mixtures, keys) + 0.3 * nce(mixtures.flip(0), keys)


def weighted_softmax(torch, rows, labels):
    z, c = rows
    x = 3 * z @ c.T
    target, weight = torch.full_like(x, 0.1), torch.full_like(x, 0.7)
    kappa = rho = torch.ones(len(x))
    return (rho * (kappa * (x + weight.log()).logsumexp(dim=1) - (target * x).sum(dim=1))).sum()


def supcon_inside(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    inside = masked_sum(torch, s / 0.5, positive) - positive.sum(dim=1).log()
    return (masked_sum(torch, s / 0.5, other) - inside)[positive.any(dim=1)].mean()


def group_softmax(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    value = masked_sum(torch, s / 0.5, other) - masked_sum(torch, s / 0.5, positive)
    return value[positive.any(dim=1)].mean()


def contrastive_distillation(torch, rows, labels):
    v, c = (torch.nn.functional.normalize(r, dim=1) for r in rows)
    x = torch.exp(torch.einsum("nd,nkd->nk", v, c.view(len(v), -1, v.shape[1])) / 0.5) / 100
    noise = (x.shape[1] - 1) / 100
    share = x / (x + noise + 1e-7)
    return -(share[:, 0].log().sum() + (noise / (x[:, 1:] + noise + 1e-7)).log().sum()) / len(v)


def standardised(z):
    return (z - z.mean(dim=0)) / (z.var(dim=0, unbiased=False) + 1e-5).sqrt()


def barlow_twins(torch, rows, labels):
    c = standardised(rows[0]).T @ standardised(rows[1]) / len(rows[0])
    own = torch.diagonal(c)
    return ((own - 1) ** 2).sum() + 5e-3 * ((c**2).sum() - (own**2).sum())


def vicreg(torch, rows, labels):
    loss = 25 * torch.nn.functional.mse_loss(rows[0], rows[1])
    for z in rows:
        c = z - z.mean(dim=0)
        v = c.T @ c / (len(c) - 1)
        own = torch.diagonal(v)
        loss = loss + 12.5 * torch.relu(1 - (own + 1e-4).sqrt()).mean() + ((v**2).sum() - (own**2).sum()) / len(v)
    return loss


def knowledge_distillation(torch, rows, labels):
    f, teacher = torch.nn.functional, rows[0].detach().flip(0)
    return 16 * f.kl_div(f.log_softmax(rows[0] / 4, dim=1), f.softmax(teacher / 4, dim=1), reduction="batchmean")


def relational_distillation(torch, rows, labels):
    f, student = torch.nn.functional, rows[0]
    teacher = student.detach().flip(0)

    def distances(z):
        square = ((z[:, None] - z[None]) ** 2).sum(dim=2)
        d = (square + (square == 0)).sqrt() * (square != 0)
        return d / d[d > 0].mean()

    def angles(z):
        u = f.normalize(z[None] - z[:, None], dim=2)
        return torch.bmm(u, u.transpose(1, 2))

    return 25 * f.smooth_l1_loss(distances(student), distances(teacher)) + 50 * f.smooth_l1_loss(
        angles(student), angles(teacher)
    )


def mmcl(torch, rows, labels):
    x, y = rows
    own, cross = (torch.exp((2 * x @ z.T - 2) / 1.0) for z in (x, y))
    with torch.no_grad():
        count = len(x)
        coefficients = torch.zeros(count, count)
        for t in range(count):  # as the published code: a system an anchor
            rest = torch.arange(count) != t
            k = own[rest, t]
            system = 1 + 0.1 * torch.eye(count - 1) + own[rest][:, rest] - k[:, None] - k[None]
            coefficients[t, rest] = torch.linalg.solve(system, torch.full((count - 1,), 2.0)).clamp(0, 1)
    return ((coefficients * cross.T).sum() - (coefficients.sum(dim=1) * torch.diagonal(cross)).sum()) / count


def alignment(torch, rows, labels):
    return ((rows[0] - rows[1]) ** 2).sum(dim=1).mean()


def uniformity(torch, rows, labels):
    return torch.pdist(torch.nn.functional.normalize(rows[0], dim=1)).pow(2).mul(-2).exp().mean().log()

# ---- the losses that pytorch-metric-learning has, written out, for torch.compile ----


def distances(torch, s):
    """Of unit rows, from their cosines."""
    return (2 - 2 * s).clamp(min=1e-12).sqrt()


def mean_of_nonzero(x):
    return x.sum() / (x > 0).sum().clamp(min=1)


def contrastive_margin(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    d = distances(torch, s)
    return mean_of_nonzero(d * positive) + mean_of_nonzero(torch.relu(1 - d) * (other & ~positive))


def circle(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    pull = -16 * torch.relu(1.4 - s.detach()) * (s - 0.6)
    push = 16 * torch.relu(s.detach() + 0.4) * (s - 0.4)
    value = masked_sum(torch, pull, positive) + masked_sum(torch, push, other & ~positive)
    return torch.nn.functional.softplus(value)[positive.any(dim=1)].mean()


def lifted_structure(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    d = distances(torch, s)
    negatives = masked_sum(torch, 1 - d, other & ~positive)
    value = torch.relu(torch.logaddexp(negatives[:, None], negatives[None]) + d) ** 2 / 2
    return (value * positive).sum() / positive.sum()


def multi_similarity(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    pull = masked_sum(torch, -2 * (s - 0.5), positive)
    push = masked_sum(torch, 50 * (s - 0.5), other & ~positive)
    softplus = torch.nn.functional.softplus
    return (softplus(pull) / 2 + softplus(push) / 50).mean()


def n_pairs(torch, rows, labels):
    x = cosines(torch, rows[0][::2], rows[0][1::2])
    return torch.nn.functional.cross_entropy(x, torch.arange(len(x)))


def nca(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    x = 2 * s - 2
    return (masked_sum(torch, x, other) - masked_sum(torch, x, positive))[positive.any(dim=1)].mean()


def nt_xent_per_pair(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    x = s / 0.5
    negatives = masked_sum(torch, x, other & ~positive)
    return (torch.nn.functional.softplus(negatives[:, None] - x) * positive).sum() / positive.sum()


def batch_hard_triplet(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    farthest = s.masked_fill(~positive, float("inf")).amin(dim=1)
    nearest = s.masked_fill(~(other & ~positive), float("-inf")).amax(dim=1)
    gap = distances(torch, farthest) - distances(torch, nearest) + 0.2
    return mean_of_nonzero(torch.relu(gap) * positive.any(dim=1))


def triplet_margin(torch, rows, labels):
    s, positive, other = labelled(torch, rows, labels)
    d = distances(torch, s)
    counts = positive[:, :, None] & (other & ~positive)[:, None, :]
    return mean_of_nonzero(torch.relu(d[:, :, None] - d[:, None, :] + 0.2) * counts)


def normface(torch, rows, labels):
    return torch.nn.functional.cross_entropy(cosines(torch, *rows) / 0.05, labels)


def arcface(torch, rows, labels):
    s = cosines(torch, *rows)
    own = s.gather(1, labels[:, None])
    moved = torch.cos(torch.acos(own.clamp(-1 + 1e-7, 1 - 1e-7)) + 0.5)
    return torch.nn.functional.cross_entropy(16 * s.scatter(1, labels[:, None], moved), labels)


def proxy_anchor(torch, rows, labels):
    s = cosines(torch, *rows)
    own = torch.nn.functional.one_hot(labels, s.shape[1]).bool()
    softplus = torch.nn.functional.softplus
    pull, push = (masked_sum(torch, (f * 32 * (s - m)).T, k.T) for f, m, k in ((-1, 0.1, own), (1, -0.1, ~own)))
    return softplus(pull).sum() / own.any(dim=0).sum() + softplus(push).mean()


def proxy_nca(torch, rows, labels):
    x = 2 * cosines(torch, *rows) - 2
    return torch.nn.functional.cross_entropy(x, labels)


PEERS = {
    "alignment": written_out(alignment),
    "arcface": proxies(lambda l, c, d: l.ArcFaceLoss(c, d, margin=28.6, scale=16)),
    "barlow_twins": written_out(barlow_twins),
    "batch_hard_triplet": library(lambda l, m: (l.TripletMarginLoss(margin=0.2), m.BatchHardMiner())),
    "byol": written_out(byol),
    "circle": library(lambda l, m: (l.CircleLoss(m=0.4, gamma=16), None)),
    "clip": written_out(clip),
    "contrastive_distillation": written_out(contrastive_distillation),
    "contrastive_margin": library(lambda l, m: (l.ContrastiveLoss(pos_margin=0, neg_margin=1), None)),
    "decoupled": written_out(decoupled),
    "decoupled_mixup": written_out(decoupled_mixup),
    "group_softmax": written_out(group_softmax),
    "hard_negative": written_out(hard_negative),
    "i_mix": written_out(i_mix),
    "infinite_class_mixup": written_out(infinite_class_mixup),
    "info_nce": written_out(two_views),
    "knowledge_distillation": written_out(knowledge_distillation),
    "lifted_structure": library(lambda l, m: (l.LiftedStructureLoss(neg_margin=1, pos_margin=0), None)),
    "mmcl": written_out(mmcl),
    "mochi": written_out(mochi),
    "moco": written_out(moco),
    "multi_similarity": library(lambda l, m: (l.MultiSimilarityLoss(alpha=2, beta=50, base=0.5), None)),
    "n_pairs": library(lambda l, m: (l.NPairsLoss(), None)),
    "nca": library(lambda l, m: (l.NCALoss(softmax_scale=1), None)),
    "normface": proxies(lambda l, c, d: l.NormalizedSoftmaxLoss(c, d, temperature=0.05)),
    "nt_xent": written_out(nt_xent),
    "nt_xent_per_pair": library(lambda l, m: (l.NTXentLoss(temperature=0.5), None)),
    "proxy_anchor": proxies(lambda l, c, d: l.ProxyAnchorLoss(c, d, margin=0.1, alpha=32)),
    "proxy_nca": proxies(lambda l, c, d: l.ProxyNCALoss(c, d, softmax_scale=1)),
    "relational_distillation": written_out(relational_distillation),
    "siglip": written_out(siglip),
    "soft_binary_cross_entropy": written_out(soft_binary_cross_entropy),
    "soft_cross_entropy": written_out(soft_cross_entropy),
    "supcon": written_out(supcon),
    "supcon_inside": written_out(supcon_inside),
    "supmix": written_out(supmix),
    "triplet_margin": library(lambda l, m: (l.TripletMarginLoss(margin=0.2), None)),
    "un_mix_loss": written_out(un_mix),
    "unicon": written_out(unicon),
    "uniformity": written_out(uniformity),
    "vicreg": written_out(vicreg),
    "weighted_decoupled": written_out(decoupled_weights),
    "weighted_softmax": written_out(weighted_softmax),
}


# For torch.compile, the losses whose peer above is a library.
WRITTEN_OUT = {
    f.__name__: written_out(f)[1]
    for f in (arcface, batch_hard_triplet, circle, contrastive_margin, lifted_structure, multi_similarity, n_pairs, nca)
    + (normface, nt_xent_per_pair, proxy_anchor, proxy_nca, triplet_margin)
}


def measure_peer(name, shapes, classes, threads, repetitions, is_compiled):
    """In a process of its own: prints milliseconds and the bytes that the process grew by."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    rows = [torch.randn(*shape).requires_grad_() for shape in shapes]
    if name == "mmcl":
        rows = [torch.nn.functional.normalize(r.detach(), dim=1).requires_grad_() for r in rows]
    count = shapes[0][0]
    labels = torch.arange(count) // 2 if name == "n_pairs" else torch.randint(0, classes, (count,))
    make = WRITTEN_OUT.get(name, PEERS[name][1]) if is_compiled else PEERS[name][1]
    loss, wanted = make(torch, rows, labels)
    if is_compiled:
        from inductor import compiled

        loss = compiled(loss)
        torch.autograd.grad(loss(), wanted)
    before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        torch.autograd.grad(loss(), wanted)
        times.append((time.perf_counter() - start) * 1e3)
        if times[-1] > 5000:
            break
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    print(statistics.median(times[1:] or times), grown)


def run_peer(python, name, shapes, classes, threads, repetitions, is_compiled=False):
    """(milliseconds, bytes), or a word that says why there are none."""
    text = ",".join("x".join(map(str, shape)) for shape in shapes)
    command = [python, __file__, "--peer", name, text, str(classes), str(threads), str(repetitions), str(int(is_compiled))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return "more than 10 minutes"
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["killed"])[-1]
        return "out of memory" if done.returncode < 0 or "memory" in last.lower() else f"failed: {last[:80]}"
    milliseconds, grown = done.stdout.split()
    return float(milliseconds), float(grown)


def prepared(venv):
    """The python of a virtual environment that has the peers, or None."""
    python = Path(venv) / "bin/python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        asked = [str(python), "-c", "import torch, pytorch_metric_learning"]
        if subprocess.run(asked, capture_output=True, check=False).returncode != 0:
            subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True)
        subprocess.run(asked, capture_output=True, check=True)
    except (subprocess.CalledProcessError, OSError) as why:
        print(f"no peers: {' and '.join(PACKAGES)} could not be installed from the package index ({why})", file=sys.stderr)
        return None
    return str(python)


def versions(python):
    asked = "import torch, pytorch_metric_learning as p; print('PyTorch', torch.__version__ + ',', 'pytorch-metric-learning', p.__version__)"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False).stdout.strip()


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def mebibytes(count):
    return f"{count / 2**20:.1f}"


def joined(cells):
    return f"| {' | '.join(cells)} |"


def table_row(python, line, asked):
    name, text, classes, milliseconds, held = line.split("\t")
    shapes = [tuple(map(int, shape.split("x"))) for shape in text.split(",")]
    cells = [f"`{name}`", " ".join(text.split(",")), f"{float(milliseconds):.2f}", mebibytes(int(held))]
    if python is None or name not in PEERS:
        return cells + ["-"] * (6 if asked.compiled else 4)
    for is_compiled in (False, True)[: 1 + asked.compiled]:
        found = run_peer(python, name, shapes, int(classes), asked.threads, asked.repetitions, is_compiled)
        cells += [] if is_compiled else [PEERS[name][0]]
        if isinstance(found, str):
            cells += [found, "-"] if is_compiled else [found, "-", "-"]
        else:
            factor = f"{found[0] / float(milliseconds):.1f}"
            cells += [f"{found[0]:.2f}", factor] if is_compiled else [f"{found[0]:.2f}", mebibytes(found[1]), factor]
    return cells


def main():
    if sys.argv[1:2] == ["--peer"]:
        name, text, classes, *numbers = sys.argv[2:]
        shapes = [tuple(map(int, shape.split("x"))) for shape in text.split(",")]
        return measure_peer(name, shapes, int(classes), *map(int, numbers))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--venv", default="build/peers-venv")
    parser.add_argument("--loss", default="")
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--output", default="")
    asked = parser.parse_args()
    python = prepared(asked.venv)
    command = [asked.program, "--threads", str(asked.threads), "--repetitions", str(asked.repetitions)]
    os.environ.update(MALLOC, TORCHINDUCTOR_CACHE_DIR=str(Path(asked.venv).absolute() / "compiled"))
    ours = subprocess.run(command + (["--loss", asked.loss] if asked.loss else []), capture_output=True, text=True, check=True)
    titles = ["loss", "rows", "ms", "MiB", "peer", "ms", "MiB", "times faster"]
    titles += ["torch.compile, ms", "times faster"] if asked.compiled else []
    lines = [
        f"{processor()}, {asked.threads} thread(s) each, {versions(python) if python else 'no peers could be installed'}; float, "
        "value and all gradients, medians. Memory beyond the arguments: ours what was allocated at most, the peer's what "
        "its process grew by.",
        "",
        joined(titles),
        joined(["---"] * len(titles)),
    ]
    for line in ours.stdout.splitlines():
        lines.append(joined(table_row(python, line, asked)))
        print(lines[-1], file=sys.stderr)
    text = "\n".join(lines) + "\n"
    Path(asked.output).write_text(text, encoding="utf-8") if asked.output else print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
