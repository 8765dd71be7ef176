"""A layered layout of a small directed graph, left to right: who refers stands left of what is referred to.

Sugiyama's method in its plainest form (layers by longest path, order by barycentres) is enough for the few dozen
objects of a release, and no library that draws graphs comes without a program or a script of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

SWEEPS = 8

Node = TypeVar("Node", bound=Any)
Edge = tuple[Node, Node]


def layers(nodes: Sequence[Node], edges: Iterable[Edge[Node]]) -> list[list[Node]]:
    """The nodes that have an edge, in columns and in their order within each; other nodes are left out."""
    edges = _without_cycles([edge for edge in dict.fromkeys(edges) if edge[0] != edge[1]])
    connected = {node for edge in edges for node in edge}
    column = _columns([node for node in nodes if node in connected], edges)
    found: list[list[Node]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node, index in column.items():
        found[index].append(node)
    neighbours = defaultdict(list)
    for source, target in edges:
        neighbours[source].append(target)
        neighbours[target].append(source)
    for sweep in range(SWEEPS):
        for index in range(len(found)) if sweep % 2 == 0 else reversed(range(len(found))):
            place = {node: at - len(layer) / 2 for layer in found for at, node in enumerate(layer)}
            found[index].sort(key=lambda node: (_mean([place[other] for other in neighbours[node]]), node))
    return found


def _columns(nodes: Sequence[Node], edges: Sequence[Edge[Node]]) -> dict[Node, int]:
    """Each node right of whoever refers to it; one that nobody refers to, just left of its nearest target."""
    column = dict.fromkeys(nodes, 0)
    for _ in nodes:
        moved = False
        for source, target in edges:
            if column[target] <= column[source]:
                column[target], moved = column[source] + 1, True
        if not moved:
            break
    pointed_at = {target for _, target in edges}
    for node in nodes:
        if node not in pointed_at:
            column[node] = min(column[target] for source, target in edges if source == node) - 1
    return column


def _without_cycles(edges: Sequence[Edge[Node]]) -> list[Edge[Node]]:
    """The edges with those turned round that close a cycle, so that columns exist."""
    targets: defaultdict[Node, list[Node]] = defaultdict(list)
    kept: list[Edge[Node]] = []
    for source, target in edges:
        edge = (target, source) if _reaches(targets, target, source) else (source, target)
        targets[edge[0]].append(edge[1])
        kept.append(edge)
    return kept


def _reaches(targets: dict[Node, list[Node]], start: Node, goal: Node) -> bool:
    waiting, seen = [start], set()
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            waiting += targets.get(node, ())
    return False


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0
