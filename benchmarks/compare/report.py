# SPDX-License-Identifier: BSD-3-Clause
"""The page of a run, in Markdown, from its JSON alone."""
import math

from plot import ratios_of, size_of

PLAIN, NATIVE = "mixcon -O2", "mixcon native"
MOST_CONTROL = 0.03
SHORT = {"PyTorch, published": "published", "PyTorch, written well": "written well", "torch.compile": "compiled",
         "pytorch-metric-learning": "metric-learning", "lightly": "lightly"}


def number(x, digits=2):
    """With so many digits that count, and no exponent."""
    if x is None or math.isnan(x):
        return "-"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(x)))) if x else 0
    return f"{round(x, decimals):.{decimals}f}"


def is_void(record):
    return record.get("control", math.inf) > MOST_CONTROL


def seconds(record, side):
    found = record["sides"].get(side)
    return found["seconds"] if found else math.nan


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def times_table(records):
    """A row per case: our time, over the floor, and how many times as long the others took."""
    others = [side for side in SHORT if any(side in r["sides"] for r in records)]
    head = ["loss", "size", "pass", "-O2, ms", "native / -O2", "over floor", *(SHORT[s] for s in others), "A/A"]
    rows = []
    for r in records:
        ours = seconds(r, PLAIN)
        control = f"{100 * r['control']:.1f} %" if "control" in r else "-"
        rows.append([f"`{r['loss']}`", size_of(r["size"]), r["pass"], number(1e3 * ours, 3),
                     number(seconds(r, NATIVE) / ours, 3), number(ours / r["floor"], 3) if r["floor"] else "-",
                     *(number(seconds(r, side) / ours) for side in others), control + (" **void**" if is_void(r) else "")])
    return table(head, rows)


def refusals(records):
    """Sides that were not timed, and why."""
    found = {}
    for r in records:
        for side, why in r["refused"].items():
            found.setdefault((r["loss"], side, why), []).append(f"{size_of(r['size'])}, {r['pass']}")
    return [f"- `{loss}`, {side}: {why} ({'; '.join(at)})" for (loss, side, why), at in found.items()]


def errors_table(records):
    """The largest errors of each side over all cases."""
    worst = {}
    for r in records:
        for side, found in r["sides"].items():
            value, gradient = worst.get(side, (0, 0))
            worst[side] = (max(value, found["value_error"]), max(gradient, found["gradient_error"]))
    return table(["side", "value", "gradients"], [[s, f"{v:.0e}", f"{g:.0e}"] for s, (v, g) in worst.items()])


def memory_table(memory):
    sides = [side for side in (PLAIN, *SHORT) if any(side in row["bytes"] for row in memory)]
    rows = [[f"`{row['loss']}`", size_of(row["size"]), *(number(row["bytes"][s] / 2**20, 3) if s in row["bytes"] else "-"
                                                         for s in sides)] for row in memory]
    return table(["loss", "size", *(SHORT.get(s, s) for s in sides)], rows)


def roofs_line(run):
    roofs, after = run["roofs"], run["roofs_after"]
    tiles = f"{roofs['tiles'] / 1e9:.0f} GF/s bfloat16 in AMX tiles" if roofs["tiles"] else "no AMX"
    drift = max(abs(after[k] / roofs[k] - 1) for k in ("multiply", "exponential", "copy") if roofs[k])
    scaling = f"; {run['threads']} threads multiply {roofs['scales']:.2f} times as fast as one" if run["threads"] > 1 else ""
    compiled = f" `torch.compile` made loops for {run['compiled_for']}." if run.get("compiled_for") else ""
    return (f"Roofs of a core, in this run: {roofs['multiply'] / 1e9:.0f} GF/s multiplying and adding, "
            f"{roofs['exponential'] / 1e9:.1f} G exponentials/s, {tiles}, {roofs['copy'] / 1e9:.1f} GB/s copied{scaling}. "
            f"At the end of the run they were up to {100 * drift:.0f} % different.{compiled}")


def threads_section(run, drawing):
    records = [record for record in run["records"] if record["sides"]]
    void = sum(map(is_void, records))
    measured = "processor time" if run["threads"] == 1 else "wall time"
    lines = ["", f"## {'One thread' if run['threads'] == 1 else str(run['threads']) + ' threads'}", "", roofs_line(run), ""]
    if run["threads"] > 1 and run["roofs"]["scales"] < 1.9:
        lines += ["**Void: even the multiplying loop did not become 1.9 times as fast; the machine was not free.**", ""]
    if void:
        lines += [f"**{void} of {len(records)} rows are void: the same call, measured as two sides, differed by more than "
                  f"{100 * MOST_CONTROL:.0f} % (column A/A).** Read their first digit only.", ""]
    lines += [f"{measured.capitalize()}, 20th percentile. Columns of peers: how many times as long as our `-O2` build.", ""]
    if ratios_of(run):
        lines += [f"![Ratios, {run['threads']} thread(s)]({drawing})", ""]
    lines += times_table(records)
    missing = refusals(run["records"])
    return lines + (["", "Not timed:", "", *missing] if missing else [])


def page(found, drawings):
    """The whole page; `drawings` are the names of the plots, one for each number of threads."""
    about = found["about"]
    lines = [f"# mixcon side by side with its peers, {about['date']}", "",
             f"Written by `scripts/benchmark {about['arguments']}`".rstrip() + " from the JSON of the same name.", "",
             f"{about['processor']}, {about['cores']} cores; load {about['load']} when the run began; {about['took']} minutes. "
             f"{about['compiler']}: `{about['flags']['plain']}` and `{about['flags']['native']}`; mixcon {about['commit']}, "
             f"loops for {about['instruction_set']}. {about['versions']}.", "",
             "All sides run in one process on the same float rows, in an order that changes every round; a side whose value "
             "or gradients differ from the same formula in double is not timed. `published` forms masks and matrices of all "
             "pairs, `written well` has one product, its diagonal in place, `logsumexp`, and positives from class sums; "
             "`compiled` is the latter under `torch.compile`. Calls of ours include the way through ctypes, those of peers "
             "PyTorch's dispatch. N counts rows of the first matrix; images are N x 3 x D x D. The floor is the least work "
             "at the speeds of the roofs (`cases.py`); of mixing and given logits, a copy of as much memory or the exponentials."]
    for run, drawing in zip(found["runs"], drawings):
        lines += threads_section(run, drawing)
    lines += ["", "## Errors", "", "Largest relative errors over all cases of one thread, from the formula in double.", ""]
    lines += errors_table(found["runs"][0]["records"])
    if found.get("memory"):
        lines += ["", "## Memory", "",
                  "MiB by which a fresh process grew at most in one call of value and gradients, or one mixing, on one thread. "
                  "The arguments existed before, and the memory of our gradients; PyTorch makes its own.", "", *memory_table(found["memory"])]
    return "\n".join(lines) + "\n"
