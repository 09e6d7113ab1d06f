# SPDX-License-Identifier: BSD-3-Clause
"""Sentences of the C++ library in Python's words: its anchors and candidates are arguments of a call here."""

from __future__ import annotations

import re
from typing import Sequence

_CALLS = r"value_and_grad|forward|backward|objective|other_rows|\w+_targets"
_BARE = r"(?<![\w.'\"])%s(?![\w('])"  # a word that is not a part of a name or of a call


def _of_rows(sentence: str, word: str, argument: str) -> str:
    """`6 anchors` are rows of the argument, `anchor 2` is one of them, `the anchors` are the argument."""
    if argument == f"{word}s":
        return sentence
    sentence = re.sub(rf"(?<![\w.])(\d+) {word}s(?![\w('])", rf"\1 rows of {argument}", sentence)
    sentence = re.sub(rf"(?<![\w.])(?:the )?{word} (\d+)(?!\w)", rf"row \1 of {argument}", sentence)
    sentence = re.sub(rf"(?<![\w.'])(?:the )?{word}s are (?=[\[({{\d])", f"{argument} is ", sentence)
    return re.sub(rf"(?<![\w.'\"])(?:the )?{word}s(?![\w('])", argument, sentence)


def in_python(sentence: str, name: str, arrays: Sequence[str]) -> str:
    """What C++ said of a call of the loss `name`, whose first array has the anchors, and the others the candidates, if
    there are others."""
    said = re.sub(rf"^(?:mixcon: )?(?:{_CALLS}): ", f"{name}: ", sentence)
    said = re.sub(rf"^{name}: {name} of ", f"{name}: ", said)
    said = re.sub(r"^per_anchor: (\d+) numbers (.*), as in .*", rf"{name}: kappa has \1 numbers \2", said)
    kind = "Classes" if sentence.startswith(("class_targets", "member_targets")) else "Labels"
    said = re.sub(r"say \.ignored = (\S+)", rf"say targets.{kind}(labels, ignored=\1)", said)
    if not arrays:
        return said
    said = re.sub(r"\bgiven_logits are\b", f"{arrays[0]} is", said)
    if len(arrays) > 1:  # the first of which has the anchors' own
        said = re.sub(r"\bown candidates are (?=\()", f"{arrays[1]} is ", said)
    said = _of_rows(said, "anchor", arrays[0])
    said = _of_rows(said, "candidate", " and ".join(arrays[1:]) or arrays[0])
    said = re.sub(r"(?<![\w:])(\w+)::(\w+) or ::(\w+)", r'\1="\2" or "\3"', said)
    said = re.sub(r"(?<![\w:])(?!mixcon)(\w+)::(\w+)", r'\1="\2"', said)
    said = re.sub(r"(?<!\w)\.(\w+) = (?=\S)", r"\1=", said)
    return re.sub(_BARE % "lambda", "lam", said)


def of_sides(sentence: str, sides: tuple[str, str]) -> str:
    """A sentence about x and y, of a loss that calls its two sides otherwise."""
    for letter, side in zip("xy", sides):
        sentence = re.sub(rf"(?<![\w.]){letter}(?![\w.(])", side, sentence)
    return sentence
