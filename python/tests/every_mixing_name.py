# SPDX-License-Identifier: BSD-3-Clause
"""Every public name of mixcon.mixing in use: for mypy --strict alone, which scripts/test runs; it is not run itself."""
from typing import Any

import numpy as np
import numpy.typing as npt

from mixcon import mixing
from mixcon.mixing import Collate, CutMix, Mixup, Plan, Policy

images: npt.NDArray[np.float32] = np.zeros((4, 3, 8, 8), np.float32)
labels = np.zeros(4, np.int64)
mixed, plan = mixing.mixup(images, labels, alpha=0.2, per="sample", seed=1, step=3)
same: npt.NDArray[np.float32] = mixed
policy: Policy = CutMix(alpha=1.0, seed=1)
both: tuple[npt.NDArray[np.float32], Plan] = policy(images, labels)
soft: Any = plan.targets(10, smoothing=0.1)
read: Plan = Plan.from_json(plan.to_json())
arc: Plan = mixing.slerp(plan, rescale=True)
batches: Collate = Collate(Mixup(), classes=10)
shares = mixing.positive_features(images[:, 0, 0], images[:, 1, 0], alpha=2.0)[1]
names: list[str] = mixing.policies()
