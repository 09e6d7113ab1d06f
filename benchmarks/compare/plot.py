# SPDX-License-Identifier: BSD-3-Clause
"""A plot of ratios as plain SVG: a row per case, a dot per peer, on a logarithmic scale."""
import math

PLAIN = "mixcon -O2"
COLOURS = {"PyTorch, published": "#999999", "PyTorch, written well": "#0072b2", "torch.compile": "#d55e00",
           "pytorch-metric-learning": "#009e73", "lightly": "#cc79a7", "mixcon native": "#000000"}
LEFT, WIDTH, ROW, TOP = 330, 560, 18, 62


def size_of(size):
    """In words, of what the size has: a record says only what its loss knew of."""
    words = (("N", "rows"), ("D", "width"), ("K", "classes"), ("queue", "queue"), ("own", "own"))
    return ", ".join(f"{word} {size[key]}" for word, key in words if size.get(key))


def ratios_of(run):
    """[(name of a case, {side: how many times as long as ours})] of the cases that have a gradient, or mix."""
    found = []
    for record in run["records"]:
        ours = record["sides"].get(PLAIN)
        if ours is None or record["pass"] == "value":
            continue
        ratios = {side: one["seconds"] / ours["seconds"] for side, one in record["sides"].items() if side in COLOURS}
        if ratios:
            found.append((f"{record['loss']}, {size_of(record['size'])}", ratios))
    return found


def ticks(low, high):
    """1, 2, 5, 10, ... from below `low` to above `high`."""
    steps = [m * 10.0**e for e in range(-3, 6) for m in (1, 2, 5)]
    first = max(k for k, s in enumerate(steps) if s <= low)
    last = min(k for k, s in enumerate(steps) if s >= high)
    return steps[first : last + 1]


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def drawing(run, title):
    """The SVG."""
    rows = ratios_of(run)
    every = [ratio for _, ratios in rows for ratio in ratios.values()] + [1]
    marks = ticks(min(every), max(every))
    if len(marks) == 1:
        marks = [marks[0], 2 * marks[0]]
    low, high = math.log(marks[0]), math.log(marks[-1])

    def across(ratio):
        return LEFT + WIDTH * (math.log(ratio) - low) / (high - low)

    height = TOP + ROW * len(rows) + 30
    bottom = height - 24
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{height}" font-family="sans-serif" '
             'font-size="11">', '<rect width="100%" height="100%" fill="white"/>',
             text(8, 18, title, 'font-size="13" font-weight="bold"')]
    x = 8
    for side, colour in COLOURS.items():
        if any(side in ratios for _, ratios in rows):
            lines += [f'<circle cx="{x + 5}" cy="34" r="4" fill="{colour}"/>', text(x + 13, 38, side)]
            x += 30 + 6.2 * len(side)
    for mark in marks:
        at = across(mark)
        colour, wide = ("#000000", 1.2) if mark == 1 else ("#dddddd", 0.8)
        lines += [f'<line x1="{at:.1f}" y1="{TOP - 8}" x2="{at:.1f}" y2="{bottom}" stroke="{colour}" stroke-width="{wide}"/>',
                  text(at, bottom + 14, f"{mark:g}", 'text-anchor="middle"')]
    for k, (name, ratios) in enumerate(rows):
        y = TOP + ROW * k + 6
        lines.append(text(LEFT - 10, y + 4, name, 'text-anchor="end"'))
        lines += [f'<circle cx="{across(r):.1f}" cy="{y}" r="4" fill="{COLOURS[side]}"><title>{side}: {r:.2f}</title></circle>'
                  for side, r in ratios.items()]
    return "\n".join(lines + ["</svg>"]) + "\n"
