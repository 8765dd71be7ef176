"""The graph of a release's references as SVG. Colours come from the page's style sheet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from chartgate.reports.html.graph import Reference
from chartgate.reports.html.layout import layers

NODE_HEIGHT, ROW, GAP, MARGIN = 40, 52, 84, 6
KIND_CHARACTER, NAME_CHARACTER, PADDING = 6.3, 7.3, 24
LONGEST_NAME = 36

_GROUPS = {
    "workload": {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"},
    "network": {"Service", "Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "Gateway", "NetworkPolicy"},
    "config": {"ConfigMap", "Secret", "PersistentVolumeClaim"},
    "identity": {"ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"},
}


@dataclass(frozen=True)
class Drawing:
    """A drawing of `width` × `height` pixels. `body` is what stands between <svg> and </svg>."""

    width: int
    height: int
    body: str


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
    parts = [_edge(boxes[source], boxes[target], source, target, hows) for (source, target), hows in roles.items()]
    parts += [_node(node, boxes[node], made=node in made) for column in columns for node in column]
    return Drawing(round(left - GAP + MARGIN), height, "".join(parts))


def group(kind: str) -> str:
    """What a kind is for, as the page colours it."""
    return next((name for name, kinds in _GROUPS.items() if kind in kinds), "other")


def _width(ref: str) -> float:
    kind, _, name = ref.partition("/")
    return max(len(kind) * KIND_CHARACTER, min(len(name), LONGEST_NAME) * NAME_CHARACTER) + PADDING


def _node(ref: str, box: tuple[float, float, float], *, made: bool) -> str:
    kind, _, name = ref.partition("/")
    left, top, width = box
    half = LONGEST_NAME // 2
    shown = name if len(name) <= LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"
    note = "" if made else " – not made by the chart"
    return (
        f'<a class="n {group(kind)}{"" if made else " outside"}" data-ref="{escape(ref)}">'
        f"<title>{escape(ref)}{note}</title>"
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{NODE_HEIGHT}" rx="6"/>'
        f'<rect class="s" x="{left:.0f}" y="{top:.0f}" width="4" height="{NODE_HEIGHT}" rx="2"/>'
        f'<text class="k" x="{left + 13:.0f}" y="{top + 15:.0f}">{escape(kind)}</text>'
        f'<text x="{left + 13:.0f}" y="{top + 31:.0f}">{escape(shown)}</text></a>'
    )


def _edge(
    source: tuple[float, float, float], target: tuple[float, float, float], start: str, end: str, hows: Sequence[str]
) -> str:
    middle = NODE_HEIGHT / 2
    forward = source[0] < target[0]
    x1, y1 = source[0] + (source[2] if forward else 0), source[1] + middle
    x2, y2 = target[0] + (0 if forward else target[2]), target[1] + middle
    pull = max(36, abs(x2 - x1) / 2) * (1 if forward else -1)
    tip = 5 if forward else -5
    label = escape(f"{start} {', '.join(sorted(hows))} {end}")
    return (
        f'<g class="e" data-from="{escape(start)}" data-to="{escape(end)}"><title>{label}</title>'
        f'<path d="M{x1:.0f} {y1:.0f}C{x1 + pull:.0f} {y1:.0f} {x2 - pull:.0f} {y2:.0f} {x2 - tip:.0f} {y2:.0f}"/>'
        f'<path class="h" d="M{x2:.0f} {y2:.0f}l{-tip * 1.6:.0f} -4v8z"/></g>'
    )
