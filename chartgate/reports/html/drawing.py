"""The graph of a release's references as SVG. Colours come from the page's style sheet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from chartgate.reports.html.graph import Reference
from chartgate.reports.html.kinds import group
from chartgate.reports.html.layout import layers
from chartgate.reports.html.templating import filled

NODE_HEIGHT, ROW, GAP, MARGIN = 40, 52, 84, 6
KIND_CHARACTER, NAME_CHARACTER, PADDING = 6.3, 7.3, 24
LONGEST_NAME = 36


@dataclass(frozen=True)
class Drawing:
    """A drawing of `width` × `height` pixels. `body` is what stands between <svg> and </svg>."""

    width: int
    height: int
    body: Markup


def draw(refs: Sequence[str], references: Sequence[Reference]) -> Drawing | None:
    """The graph of objects `refs`, each "Kind/name"; None when nothing refers to anything.

    A target that is not among `refs` is drawn dashed: the chart does not make it.
    """
    roles: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for reference in references:
        roles[reference.source, reference.target].append(reference.how)
    made = set(refs)
    nodes = [*dict.fromkeys(refs), *dict.fromkeys(target for _, target in roles if target not in made)]
    columns = layers(nodes, roles)
    if not columns:
        return None
    widths = [max(map(_width, column)) for column in columns]
    height = max(map(len, columns)) * ROW - (ROW - NODE_HEIGHT) + 2 * MARGIN
    boxes: dict[str, tuple[float, float, float]] = {}
    left = float(MARGIN)
    for column, width in zip(columns, widths, strict=True):
        top = (height - (len(column) * ROW - (ROW - NODE_HEIGHT))) / 2
        for index, node in enumerate(column):
            boxes[node] = (left, top + index * ROW, width)
        left += width + GAP
    body = filled(
        "drawing.svg.j2",
        edges=[_edge(boxes[source], boxes[target], source, target, hows) for (source, target), hows in roles.items()],
        nodes=[_node(node, boxes[node], made=node in made) for column in columns for node in column],
        height=NODE_HEIGHT,
    )
    return Drawing(round(left - GAP + MARGIN), height, body)


def _width(ref: str) -> float:
    kind, _, name = ref.partition("/")
    return max(len(kind) * KIND_CHARACTER, min(len(name), LONGEST_NAME) * NAME_CHARACTER) + PADDING


def _node(ref: str, box: tuple[float, float, float], *, made: bool) -> dict[str, Any]:
    kind, _, name = ref.partition("/")
    left, top, width = box
    half = LONGEST_NAME // 2
    shown = name if len(name) <= LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"
    places = {"left": round(left), "top": round(top), "width": round(width), "text": round(left + 13)}
    return {"ref": ref, "made": made, "group": group(kind), "kind": kind, "shown": shown, **places}


def _edge(
    source: tuple[float, float, float], target: tuple[float, float, float], start: str, end: str, hows: Sequence[str]
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
