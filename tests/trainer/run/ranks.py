#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: ranks.py MPIRUN PROGRAM

Trains small runs over processes of MPI: recipes have the losses and weights of one process with the same batch, also
where each rank normalises by its own statistics; a run goes on with any number of ranks; what cannot be trained is
refused in one sentence; and a rank that is killed ends the others. Files are read here by their format alone.
"""
import array
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

MOST_SECONDS = 10  # in which the others end
STEPS = 12
# Ranks add in another order. A rectifier's input within that of 0 may then pass on another side, which moves a gradient
# by a part in a hundred: it happens in few runs, and only the first loss is before all gradients.
TOLERANCE, AFTER_A_FLIP = 1e-5, 2e-2
PAIRS = ["--data", "digits", "--width", "4", "--first-stride", "2", "--batch", "32", "--steps", str(STEPS),
         "--lr", "0.01", "--precision", "fp32", "--threads", "1"]
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_hwloc_base_binding_policy="none",
                   OMPI_MCA_btl_vader_single_copy_mechanism="none")
QUEUE = ["--queue", "72"]  # it turns more than once, and a batch lies across its end
TEACHER, MIXER = "teacher", "mixer"
CONTRAST = ["--negatives", "4", "--embedding", "16"]
# Each with what it mixes by, or how it compares.
RECIPES = [["--recipe", "supcon"], ["--recipe", "simclr"], ["--recipe", "simclr", "--loss", "vicreg"],
           ["--recipe", "unicon"], ["--recipe", "unicon-negatives"], ["--recipe", "npair"],
           ["--recipe", "imix-npair", "--mix", "cutmix"], ["--recipe", "imix-npair", "--input-mix", "2"],
           ["--recipe", "ce"], ["--recipe", "mixup"], ["--recipe", "cutmix"], ["--recipe", "regmixup"],
           ["--recipe", "remix", "--policy", "puzzlemix"],
           ["--recipe", "manifold-mixup"], ["--recipe", "regmixup", "--policy", "manifold-mixup"],
           ["--recipe", "imix-npair", "--mix-at", "hidden"], ["--recipe", "byol"], ["--recipe", "simsiam"],
           ["--recipe", "imix-byol"], ["--recipe", "moco", *QUEUE], ["--recipe", "moco-n", *QUEUE],
           ["--recipe", "imix-moco", *QUEUE], ["--recipe", "kd", "--teacher", TEACHER],
           ["--recipe", "supmix"], ["--recipe", "infinite-class-mixup"],
           ["--recipe", "ic-regmixup", "--policy", "cutmix"], ["--recipe", "mixup", "--policy", MIXER],
           ["--recipe", "scns-class", *CONTRAST], ["--recipe", "latent-mixup", "--pool", "bank", *CONTRAST],
           ["--recipe", "scns-sample", "--teacher", TEACHER, *CONTRAST],
           ["--recipe", "crd", "--teacher", TEACHER, *CONTRAST]]
LOSSES = ["debiased", "multi_similarity", "batch_hard_triplet"]  # one of each source that compiles them

wrong = []


def require(is_right, *what):
    if not is_right:
        wrong.append(what)
        print("wrong:", *what, sep="\n  ", flush=True)


class Trainer:
    """The program, alone or over ranks, in a folder of its own."""

    def __init__(self, mpirun, program, folder):
        self.mpirun, self.program, self.folder = mpirun, program, pathlib.Path(folder)

    def command(self, ranks, *words):
        return (self.launcher(ranks) if ranks > 1 else []) + [self.program, *words]

    def launcher(self, ranks):
        return [self.mpirun, "-np", str(ranks)]

    def run(self, ranks, *words):
        """Status and words."""
        return self.call(self.command(ranks, *words))

    def call(self, command):
        done = subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, timeout=120, text=True, capture_output=True,
                              check=False)
        return done.returncode, done.stdout + done.stderr

    def trained(self, name, ranks, *words):
        """The losses of the steps and the tensors at the end."""
        status, said = self.run(ranks, "train", *with_words(words), "--out", name)
        require(status == 0, name, status, said)
        return self.losses(name), self.tensors(name)

    def losses(self, name):
        with open(self.folder / name / "metrics.jsonl", encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        return [record["loss"] for record in records if "loss" in record]

    def tensors(self, name, file="checkpoint.safetensors"):
        data = (self.folder / name / file).read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + size])
        found = {}
        for tensor, entry in header.items():
            if tensor == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            found[tensor] = array.array({"F32": "f", "I64": "q", "F64": "d"}[entry["dtype"]],
                                        data[8 + size + begin:8 + size + end])
        return found


def with_words(words):
    """What all runs have in common, but for what `words` say otherwise."""
    kept = [each for k in range(0, len(PAIRS), 2) if PAIRS[k] not in words for each in PAIRS[k:k + 2]]
    return [*kept, "--no-evaluation", *words]


def apart(a, b):
    """How far two lists of losses are apart, as a share of the larger one: the first ones, and all."""
    assert len(a) == len(b) == STEPS, (len(a), len(b))
    each = [abs(x - y) / max(abs(x), abs(y), 1e-3) for x, y in zip(a, b)]
    return each[0], max(each)


def distance(a, b):
    """The length of the difference of weights, as a share of their length."""
    assert a.keys() == b.keys() and all(len(a[name]) == len(b[name]) for name in a)
    names = [name for name in a if not name.startswith("optimiser.") and a[name].typecode == "f"]
    assert names
    off = sum((x - y) ** 2 for name in names for x, y in zip(a[name], b[name]))
    return (off / sum(x * x for name in names for x in a[name])) ** 0.5


def check_recipes(trainer):
    """As one process with the same batch, by the statistics of all and of each rank's part."""
    cases = [(each, 2, 1) for each in RECIPES]
    cases += [(["--recipe", "supcon", "--loss", loss], 2, 1) for loss in LOSSES]
    cases += [(["--recipe", "unicon"], 4, 1), (["--recipe", "supcon"], 2, 2), (["--recipe", "regmixup"], 2, 4),
              (["--recipe", "moco", *QUEUE], 2, 2),
              (["--recipe", "scns-sample", "--pool", "bank", *CONTRAST], 2, 2)]
    trainer.trained(TEACHER, 1, "--recipe", "ce")
    trainer.trained(MIXER, 1, "--recipe", "samix")
    close = 0
    for k, (recipe, ranks, groups) in enumerate(cases):
        words = [*recipe, "--norm-groups", str(groups)]
        alone, weights = trainer.trained(f"alone-{k}", 1, *words)
        losses, found = trainer.trained(f"ranks-{k}", ranks, *words)
        (first, off), far = apart(alone, losses), distance(weights, found)
        print(f"{' '.join(words)}, {ranks} ranks: losses {first:.1e}, {off:.1e}, weights {far:.1e} apart", flush=True)
        require(first <= TOLERANCE and off <= AFTER_A_FLIP and far <= AFTER_A_FLIP, words, ranks, alone, losses)
        close += off <= TOLERANCE and far <= 1e-4
        if groups == 1 and "imix-moco" in recipe:
            check_going_on(trainer, words, f"ranks-{k}", losses, found)
        if recipe == ["--recipe", "supcon"] and groups == 1:
            others, _ = trainer.trained("control", 1, *recipe, "--norm-groups", "2")
            require(apart(alone, others)[0] > 100 * TOLERANCE, "other statistics give the same losses")
    require(close >= 0.75 * len(cases), "of", len(cases), "cases so few are the same to the end:", close)


def check_going_on(trainer, words, name, losses, weights):
    """From the checkpoint in the middle, by as many ranks to the same bits, by others to the same weights."""
    again, same = trainer.trained("again", 2, *words, "--checkpoint-every", "5")
    require(again == losses and same == weights, "two equal runs differ", name)
    for ranks in (2, 1, 4):
        folder = f"going-on-{ranks}"
        subprocess.run(["cp", "-r", trainer.folder / "again", trainer.folder / folder], check=True)
        (trainer.folder / folder / "checkpoint.safetensors").unlink()  # the one before is of step 10
        status, said = trainer.run(ranks, "train", "--resume", folder, "--no-evaluation")
        require(status == 0, "resume", ranks, status, said)
        found = trainer.tensors(folder)
        require(found == weights if ranks == 2 else distance(found, weights) <= AFTER_A_FLIP, "resumed", ranks)


def check_refusals(trainer):
    """One sentence, status 2, and no folder."""
    def refused(words, what, ranks=2):
        status, said = trainer.run(ranks, *words)
        lines = [line for line in said.splitlines() if line.startswith("mixcon-train:")]
        require(status == 2 and len(lines) == 1 and what in lines[0], words, status, said)

    def refused_to_train(words, what, ranks=2):
        refused(["train", *with_words(words), "--out", "refused"], what, ranks)
        require(not (trainer.folder / "refused").exists(), words, "wrote a folder")

    refused_to_train(["--recipe", "samix"], "does not train on 2 ranks")
    refused_to_train(["--recipe", "supcon", "--batch", "33"], "--batch: 33")
    refused_to_train(["--recipe", "supcon", "--norm-groups", "2"], "--norm-groups: 2 for 4 ranks", 4)
    refused_to_train(["--recipe", "supcn"], "Did you mean supcon?")
    refused(["eval", "again"], "eval: it runs in one process")
    refused(["train", *with_words(["--recipe", "supcon"]), "--out", "again"], "it holds a run")
    words = [trainer.program, "train", *with_words(["--recipe", "supcon"]), "--out", "refused"]
    command = [*trainer.launcher(1), *words, ":", "-np", "1", *words, "--seed", "1"]
    status, said = trainer.call(command)
    require(status == 2 and said.count("rank 1 of 2 has settings") == 1 and not (trainer.folder / "refused").exists(),
            "other settings on one rank", status, said)


def ranks_of(launcher):
    """The processes of the program that a launcher started."""
    found, ahead = [], [launcher]
    while ahead:
        process = ahead.pop()
        try:
            children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
            if pathlib.Path(f"/proc/{process}/comm").read_text(encoding="utf-8").startswith("mixcon-train"):
                found.append(process)
        except OSError:
            continue
        ahead += [int(child) for child in children]
    return sorted(found)


def is_running(process):
    """Not ended, whether or not someone has asked for its status."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def check_killed(trainer):
    """One rank of a long run is killed; then one of a run that is asked to stop."""
    words = ["--recipe", "supcon", "--steps", "1000000", "--checkpoint-every", "10", "--out", "killed"]
    command = trainer.command(2, "train", *with_words(words))
    for number in (signal.SIGKILL, signal.SIGTERM):
        running = subprocess.Popen(command if number == signal.SIGKILL else [*command, "--overwrite"],
                                   cwd=trainer.folder, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        try:
            previous, begin = trainer.folder / "killed/checkpoint.previous.safetensors", time.time()
            while (not previous.exists() or previous.stat().st_mtime < begin) and running.poll() is None:
                time.sleep(0.02)  # two checkpoints were written: it trains
            ranks = ranks_of(running.pid)
            require(len(ranks) == 2, "two ranks are expected", ranks)
            begin = time.monotonic()
            os.kill(ranks[-1], number)
            said = running.communicate(timeout=60)[0]
            seconds = time.monotonic() - begin
            require(seconds < MOST_SECONDS and running.returncode != 0, number, seconds, running.returncode, said)
            if number == signal.SIGTERM:  # all stop after the same step, and it is saved
                require("stopped after step" in said, said)
            while any(is_running(rank) for rank in ranks) and time.monotonic() - begin < MOST_SECONDS:
                time.sleep(0.05)
            require(not any(is_running(rank) for rank in ranks), "ranks are left", ranks)
        finally:
            running.kill()
    trainer.tensors("killed")


def main(mpirun, program):
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(mpirun, os.path.abspath(program), folder)
        for check in (check_recipes, check_refusals, check_killed):
            begin = time.monotonic()
            check(trainer)
            print(f"{check.__name__}: {time.monotonic() - begin:.1f} s", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
