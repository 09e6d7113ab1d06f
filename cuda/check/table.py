# SPDX-License-Identifier: BSD-3-Clause
"""The results of cuda/check.sh as text: what was run, what failed, and what was measured relative to what."""
import math

FUSED = ("triton", "liger", "cce", "siglip-kernel")
WORKED = ("ok", "skipped", "unavailable", "unfinished")


def columns(rows, head, numbers=()):
    """Rows of texts under a head, each column as wide as it must be; columns of numbers to the right."""
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if k in numbers else cell.ljust(width) for k, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def number(x, digits=3):
    """Three significant digits, or a dash."""
    if x is None or not math.isfinite(x) or x <= 0:
        return "-"
    if x >= 10 ** digits:
        return f"{x:.0f}"
    return f"{x:.{digits}g}"


def milliseconds(seconds):
    return "-" if not seconds else number(seconds * 1e3, 4)


def stages(results):
    rows = [[stage["name"], stage["status"], f"{stage['seconds']:.0f} s", stage["note"]] for stage in results["stages"]]
    return columns(rows, ["stage", "result", "time", "note"], {2})


def ceilings(results):
    found = results.get("ceilings")
    if not found:
        return "not measured"
    library = f"cuBLAS {number(found['library_flops'] * 1e-12)} TFLOP/s"
    if found["library_missing"]:
        library = f"no cuBLAS ({found['library_missing']})"
    return (f"{found['card']}: copy {number(found['bytes_per_second'] * 1e-9)} GB/s, "
            f"2^x {number(found['exponentials_per_second'] * 1e-12)} T/s, "
            f"mma.sync {number(found['mma_flops'] * 1e-12)} TFLOP/s, {library}")


def agreement(results):
    found = results.get("agree", [])
    if not found:
        return "nothing was compared"
    failed = [f"FAILED {check['name']}: {check['wrong']}" for check in found if check["wrong"]]
    value = max((check["value_error"] or 0 for check in found if not check["wrong"]), default=0)
    gradient = max((check["gradient_error"] or 0 for check in found if not check["wrong"]), default=0)
    lines = [f"{len(found) - len(failed)} of {len(found)} agree; of these the largest relative errors are {value:.2g} "
             f"(values) and {gradient:.2g} (gradients)"]
    return "\n".join(lines + failed)


def place_of(case):
    return case["loss"], case["element"], case["rows"], case["width"], case["pass"]


def ratio(ours, other):
    """How many times the other's time ours is contained in it: above 1, ours is shorter."""
    return "-" if not other or not ours else f"{other / ours:.2f}"


def measured(results):
    """A line for each of our cases, with ratios to what others took for the same loss, type, size and pass."""
    others = {}
    for peer in results.get("peers", []):
        if peer.get("median_s"):
            others.setdefault(place_of(peer), {})[peer["name"]] = peer["median_s"]
    rows = []
    for case in sorted(results.get("cases", []), key=lambda c: (c["loss"], c["pass"], c["rows"], c["width"])):
        taken, ours = others.get(place_of(case), {}), case["median_s"]
        fused = [taken[name] for name in FUSED if name in taken]
        graph = f"{milliseconds(case['graph_s'])} ({int(case['graph_nodes'])})" if case["graph_nodes"] else "-"
        floor = f"{case['floor_s'] / ours:.3f}" if case["floor_s"] and ours else "-"
        rows.append([f"{case['loss']} {int(case['rows'])} x {int(case['width'])} {case['pass']}", case["tier"],
                     case["element"], milliseconds(ours), graph, number(case["flops"] / ours * 1e-12) if ours else "-",
                     floor, number(case["workspace_bytes"] / 2**20), ratio(ours, taken.get("eager")),
                     ratio(ours, taken.get("torch.compile")), ratio(ours, min(fused) if fused else None)])
    head = ["case", "tier", "rows", "ms", "graph ms (nodes)", "TFLOP/s", "of floor", "workspace MB", "x eager",
            "x compile", "x fused"]
    return columns(rows, head, set(range(3, len(head)))) if rows else "nothing was measured"


def peers(results):
    rows = []
    for peer in results.get("peers", []):
        place = f"{peer['loss']} {int(peer['rows'])} x {int(peer['width'])} {peer['pass']}" if peer.get("loss") else ""
        memory = number(peer["memory_bytes"] / 2**20) if peer.get("memory_bytes") else "-"
        rows.append([peer["name"], place, milliseconds(peer.get("median_s")), memory, peer.get("note", "")])
    return columns(rows, ["peer", "case", "ms", "memory MB", "note"], {2, 3}) if rows else "none was measured"


def ladders(results):
    rows = [[f"{rung['ladder']}: {rung['name']}", milliseconds(rung["median_s"]),
             number(rung["flops"] / rung["median_s"] * 1e-12) if rung["median_s"] else "-", number(rung["bytes"] * 1e-9),
             "FAILED" if rung["wrong"] else "ok"] for rung in results.get("lab", [])]
    return columns(rows, ["rung", "ms", "TFLOP/s", "GB asked for", ""], {1, 2, 3}) if rows else "nothing was measured"


def failed(results):
    """The names of the stages that count as failures."""
    return [stage["name"] for stage in results["stages"] if stage["status"] not in WORKED]


def text_of(results):
    about = [f"{name}: {results[name]}" for name in ("date", "card", "driver", "nvcc", "commit") if results.get(name)]
    parts = [("Checked", "\n".join(about)), ("Agreement with double", agreement(results)),
             ("What the card can do", ceilings(results)), ("Other implementations", peers(results)),
             ("The ladders of cuda/lab", ladders(results)), ("Measured", measured(results)), ("Stages", stages(results))]
    text = "\n\n".join(f"== {title}\n{body}" for title, body in parts)
    lost = failed(results)
    return text + "\n\n" + (f"FAILED: {', '.join(lost)}" if lost else "all agree") + "\n"
