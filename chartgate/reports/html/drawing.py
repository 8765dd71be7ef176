"""The graph of a release's references as SVG. Colours come from the page's style sheet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from chartgate.releases.identity import About
from chartgate.reports.html.graph import Reference
from chartgate.reports.html.kinds import group
from chartgate.reports.html.layout import layers
from chartgate.reports.html.templating import filled

NODE_HEIGHT, ROW, GAP, MARGIN = 40, 52, 84, 6
KIND_CHARACTER, NAME_CHARACTER, PADDING = 6.3, 7.3, 24
LONGEST_NAME = 36

Box = tuple[float, float, float]
"""Of a node: left, top and width, in pixels."""


@dataclass(frozen=True)
class Drawing:
    """A drawing of `width` × `height` pixels. `body` is what stands between <svg> and </svg>."""

    width: int
    height: int
    body: Markup


def draw(made: Sequence[About], references: Sequence[Reference]) -> Drawing | None:
    """The graph of the objects that the chart has made; None when nothing refers to anything.

    A target that is not among them is drawn dashed.
    """
    roles: defaultdict[tuple[About, About], list[str]] = defaultdict(list)
    for reference in references:
        roles[reference.source, reference.target].append(reference.how)
    known = set(made)
    nodes = [*dict.fromkeys(made), *dict.fromkeys(target for _, target in roles if target not in known)]
    columns = layers(nodes, roles)
    if not columns:
        return None
    widths = [max(map(_width, column)) for column in columns]
    height = max(map(len, columns)) * ROW - (ROW - NODE_HEIGHT) + 2 * MARGIN
    boxes: dict[About, Box] = {}
    left = float(MARGIN)
    for column, width in zip(columns, widths, strict=True):
        top = (height - (len(column) * ROW - (ROW - NODE_HEIGHT))) / 2
        for index, node in enumerate(column):
            boxes[node] = (left, top + index * ROW, width)
        left += width + GAP
    body = filled(
        "drawing.svg.j2",
        edges=[_edge(boxes[source], boxes[target], source, target, hows) for (source, target), hows in roles.items()],
        nodes=[_node(node, boxes[node], made=node in known) for column in columns for node in column],
        height=NODE_HEIGHT,
    )
    return Drawing(round(left - GAP + MARGIN), height, body)


def _width(node: About) -> float:
    return max(len(node.kind) * KIND_CHARACTER, min(len(node.name), LONGEST_NAME) * NAME_CHARACTER) + PADDING


def _node(node: About, box: Box, *, made: bool) -> dict[str, Any]:
    left, top, width = box
    half = LONGEST_NAME // 2
    name = node.name
    shown = name if len(name) <= LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"
    places = {"left": round(left), "top": round(top), "width": round(width), "text": round(left + 13)}
    return {"ref": str(node), "made": made, "group": group(node.kind), "kind": node.kind, "shown": shown, **places}


def _edge(
    source: Box,
    target: Box,
    start: About,
    end: About,
    hows: Sequence[str],
) -> dict[str, Any]:
    middle = NODE_HEIGHT / 2
    forward = source[0] < target[0]
    x1, y1 = source[0] + (source[2] if forward else 0), source[1] + middle
    x2, y2 = target[0] + (0 if forward else target[2]), target[1] + middle
    pull = max(36, abs(x2 - x1) / 2) * (1 if forward else -1)
    tip = 5 if forward else -5
    return {
        "source": start,
        "target": end,
        "hows": sorted(hows),
        "line": f"M{x1:.0f} {y1:.0f}C{x1 + pull:.0f} {y1:.0f} {x2 - pull:.0f} {y2:.0f} {x2 - tip:.0f} {y2:.0f}",
        "head": f"M{x2:.0f} {y2:.0f}l{-tip * 1.6:.0f} -4v8z",
    }
