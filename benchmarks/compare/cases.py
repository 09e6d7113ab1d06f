# SPDX-License-Identifier: BSD-3-Clause
"""What is measured: losses, sizes, arguments, and the least work of each."""
from dataclasses import dataclass, field
from types import SimpleNamespace


@dataclass(frozen=True)
class Size:
    """Rows of the first matrix, their width, and what else a loss has: classes, rows of a queue, each row's own negatives."""

    rows: int
    width: int = 128
    classes: int = 0
    queue: int = 0
    own: int = 0

    def __str__(self):
        named = [f"N {self.rows}", f"D {self.width}"]
        more = (("K", self.classes), ("queue", self.queue), ("own", self.own))
        return ", ".join(named + [f"{word} {n}" for word, n in more if n])


@dataclass(frozen=True)
class Work:
    """The least that has to be done: flop of products, exponentials, bytes read or written (a copy of b bytes is 2 b)."""

    flop: float = 0
    exponentials: float = 0
    bytes: float = 0

    def seconds(self, roofs):
        """At the speeds of `roofs`, one after the other; memory instead, where that takes longer."""
        if not roofs["multiply"] or not roofs["exponential"]:
            return float("nan")
        compute = self.flop / roofs["multiply"] + self.exponentials / roofs["exponential"]
        return max(compute, self.bytes / 2 / roofs["copy"])


# ---- least work, of the value, and of the value with its gradients (products are formed again) ----


def of_symmetric_pairs(size, gradients):
    n, d = size.rows, size.width
    return Work((4 if gradients else 1) * n * n * d, (2 if gradients else 1) * n * n / 2)


def of_pairs(size, gradients):
    n, m, d = size.rows, size.queue or size.rows, size.width
    products = 2 * n * m * d
    return Work(products * ((3 if size.queue else 4) if gradients else 1), (2 if gradients else 1) * n * m)


def of_extremes(size, gradients):
    return Work(size.rows**2 * size.width)


def of_features(size, gradients):
    n, d = size.rows, size.width
    return Work(2 * n * d * min(n, d) * (3 if gradients else 1))  # by the products of rows, where these are fewer


def of_mixed_classes(size, gradients):
    n, k = size.rows, min(size.classes, size.rows)
    return Work(2 * n * k * size.width * (3 if gradients else 1), (2 if gradients else 1) * n * n)


def of_logits(size, gradients):
    entries = size.rows * size.classes
    return Work(0, (2 if gradients else 1) * entries, 4 * entries * (3 if gradients else 2))


def of_aligned(size, gradients):
    return Work(bytes=4 * size.rows * size.width * (3 if gradients else 2))


def of_aligned_pairs(size, gradients):
    return Work(bytes=4 * size.rows * size.width * (4 if gradients else 2))


def of_proxies(size, gradients):
    pairs = size.rows * size.classes
    return Work(2 * pairs * size.width * (3 if gradients else 1), pairs)


def of_own(size, gradients):
    pairs = size.rows * (1 + size.own)
    return Work(2 * pairs * size.width * (2 if gradients else 1), pairs, 4 * pairs * size.width)


def of_angles(size, gradients):
    return Work(size.rows**3 * size.width * (4 if gradients else 2))


def of_images(size, gradients):
    return Work(bytes=2 * 4 * size.rows * 3 * size.width**2)


# ---- arguments ----


def labels_of(torch, count, classes):
    """Every class at least twice, in no order."""
    return (torch.arange(count) % classes)[torch.randperm(count)]


def given(torch, rows, wanted, numbers=(), labels=None, partner=None, classes=0, constants=None):
    """The arguments of a call; `wanted` is how many of the rows' gradients, `numbers` and `constants` the constants."""
    constants = torch.tensor(numbers, dtype=torch.float64) if constants is None else constants
    return SimpleNamespace(rows=rows, wanted=wanted, numbers=numbers, labels=labels, partner=partner, classes=classes,
                           constants=constants, room=None)


def embeddings(torch, count, size):
    return [torch.randn(size.rows, size.width) for _ in range(count)]


def classes_of(size):
    return size.classes or max(2, min(64, size.rows // 4))


def two_views(torch, size):
    return given(torch, embeddings(torch, 1, size), 1, (0.5,))


def labelled_views(torch, size):
    k = classes_of(size)
    return given(torch, embeddings(torch, 1, size), 1, (0.1,), labels_of(torch, size.rows // 2, k), classes=k)


def universum(torch, size):
    k = classes_of(size)
    return given(torch, embeddings(torch, 2, size), 2, (0.1,), labels_of(torch, size.rows // 2, k), classes=k)


def labelled(*numbers):
    def make(torch, size):
        k = classes_of(size)
        return given(torch, embeddings(torch, 1, size), 1, numbers, labels_of(torch, size.rows, k), classes=k)

    return make


def two_sides(*numbers):
    return lambda torch, size: given(torch, embeddings(torch, 2, size), 2, numbers)


def proxies(*numbers):
    def make(torch, size):
        rows = [torch.randn(size.rows, size.width), torch.randn(size.classes, size.width)]
        return given(torch, rows, 2, numbers, labels_of(torch, size.rows, size.classes), classes=size.classes)

    return make


def student_and_teacher(*numbers):
    return lambda torch, size: given(torch, embeddings(torch, 2, size), 1, numbers)


def soft_logits(torch, size):
    return given(torch, [3 * torch.randn(size.rows, size.classes) for _ in range(2)], 1, (4.0,))


def rows_of_their_own(torch, size):
    rows = [torch.randn(size.rows, size.width), torch.randn(size.rows * (1 + size.own), size.width)]
    return given(torch, rows, 1, (0.07, 50000.0, 5.0))


def with_queue(torch, size):
    rows = embeddings(torch, 2, size) + [torch.randn(size.queue, size.width)]
    return given(torch, rows, 1, (0.07,))


def mixed_classifier(torch, size):
    n, k, d = size.rows, size.classes, size.width
    rows = [torch.randn(n, d), 0.05 * torch.randn(k, d), 0.1 * torch.randn(1, k)]
    own = torch.arange(n) % k
    return given(torch, rows, 3, (), own, own[torch.randperm(n)], k, 0.1 + 0.8 * torch.rand(n, dtype=torch.float64))


def soft_labels(torch, size):
    logits = torch.randn(size.rows, size.classes)
    return given(torch, [logits, torch.softmax(2 * torch.randn(size.rows, size.classes), dim=1)], 1)


def images(*numbers):
    def make(torch, size):
        batch = torch.rand(size.rows, 3, size.width, size.width)
        found = given(torch, [batch], 0, numbers(size) if callable(numbers) else numbers, partner=torch.randperm(size.rows))
        found.room = torch.empty_like(batch)
        return found

    return make


def boxed_images(torch, size):
    w = size.width
    return images(w // 8, w // 8 + w // 2, w // 4, w // 4 + w // 2)(torch, size)


@dataclass(frozen=True)
class Loss:
    arguments: object
    work: object
    has_value: bool = False  # whether the value alone is measured too
    mixes: bool = False  # a batch of images comes out, no value and no gradient
    tolerance: float = 1e-4  # of the value, relative; ten times as much of the gradient


LOSSES = {
    "nt_xent": Loss(two_views, of_symmetric_pairs, has_value=True),
    "supcon": Loss(labelled_views, of_symmetric_pairs, has_value=True),
    "clip": Loss(two_sides(14.0), of_pairs, has_value=True),
    "siglip": Loss(two_sides(10.0, -10.0), of_pairs, has_value=True),
    "unicon": Loss(universum, of_pairs, has_value=True),
    "moco": Loss(with_queue, of_pairs),
    "batch_hard_triplet": Loss(labelled(0.2), of_extremes, has_value=True),
    "multi_similarity": Loss(labelled(), of_symmetric_pairs),
    "barlow_twins": Loss(two_sides(5e-3), of_features),
    "vicreg": Loss(two_sides(), of_features),
    "infinite_class_mixup": Loss(mixed_classifier, of_mixed_classes),
    "soft_cross_entropy": Loss(soft_labels, of_logits),
    "normface": Loss(proxies(0.05), of_proxies),
    "proxy_nca": Loss(proxies(8.0), of_proxies),
    "alignment": Loss(two_sides(), of_aligned_pairs),
    "byol": Loss(student_and_teacher(), of_aligned),
    "knowledge_distillation": Loss(soft_logits, of_logits),
    "contrastive_distillation": Loss(rows_of_their_own, of_own),
    "relational_distillation": Loss(student_and_teacher(25.0, 50.0), of_angles),
    "mixup": Loss(images(0.7), of_images, mixes=True),
    "cutmix": Loss(boxed_images, of_images, mixes=True),
}


@dataclass
class Plan:
    """Which sizes of which losses, and how long each may take."""

    sizes: dict
    budget: float  # seconds of turns, of each case
    least: int  # rounds
    threads: tuple = (1,)
    memory: dict = field(default_factory=dict)  # {loss: size}, measured in processes of their own
    with_values: bool = False  # of losses that say so, the value alone too
    of_two: dict = field(default_factory=dict)  # the sizes of two threads


LARGE = Size(4096)
QUICK = Plan(
    sizes={
        **{loss: [Size(1024)] for loss in ("nt_xent", "supcon", "clip", "siglip")},
        "soft_cross_entropy": [Size(256, 0, 1000)],
        "mixup": [Size(64, 32)],
    },
    budget=0.7,
    least=4,
)
WHOLE = Plan(
    sizes={
        **{loss: [Size(4096, d) for d in (64, 128, 256, 512)] + [Size(16), Size(128), Size(1024), Size(1000, 100)]
           for loss in ("nt_xent", "supcon")},
        **{loss: [LARGE, Size(16), Size(128), Size(1024), Size(4097)] for loss in ("clip", "siglip")},
        "unicon": [LARGE, Size(128), Size(1024)],
        "moco": [Size(256, queue=65536), Size(256, queue=4096)],
        **{loss: [LARGE, Size(128), Size(1024)] for loss in ("batch_hard_triplet", "multi_similarity")},
        **{loss: [Size(256, 2048), Size(4096, 128)] for loss in ("barlow_twins", "vicreg")},
        "infinite_class_mixup": [Size(256, 512, classes=k) for k in (10, 100, 1000)] + [Size(2048, 512, classes=1000)],
        "soft_cross_entropy": [Size(4096, 0, 10), Size(4096, 0, 100), Size(1024, 0, 1000), Size(256, 0, 10000)],
        **{loss: [Size(4096, 128, classes=64), Size(256, 512, classes=1000)] for loss in ("normface", "proxy_nca")},
        **{loss: [Size(256, 256), LARGE] for loss in ("alignment", "byol")},
        "knowledge_distillation": [Size(4096, 0, 100), Size(256, 0, 1000)],
        "contrastive_distillation": [Size(4096, own=3), Size(64, own=4096)],
        "relational_distillation": [Size(64), Size(256)],
        "mixup": [Size(256, 32), Size(256, 224)],
        "cutmix": [Size(256, 32), Size(256, 224)],
    },
    budget=3,
    least=5,
    threads=(1, 2),
    with_values=True,
    memory={"nt_xent": LARGE, "supcon": LARGE, "clip": LARGE, "siglip": LARGE, "unicon": LARGE,
            "batch_hard_triplet": LARGE, "soft_cross_entropy": Size(256, 0, 10000), "mixup": Size(256, 224)},
    of_two={**{loss: [LARGE] for loss in ("nt_xent", "supcon", "clip", "siglip", "unicon")},
            "soft_cross_entropy": [Size(1024, 0, 1000)], "mixup": [Size(256, 224)]},
)
