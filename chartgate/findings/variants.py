"""What the chart's author offers also renders otherwise: as an upgrade, under a long name, from another registry."""

from collections.abc import Iterator

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachComparison
from chartgate.releases.comparisons import AGAIN, LONG_RELEASE, NEXT_VERSION, OTHER_REGISTRY, UPGRADE, Comparison
from chartgate.releases.rendered import Rendered


def _scope(comparison: Comparison) -> EachComparison:
    def refused(_: Rendered, words: str) -> Iterator[Fault]:
        yield Fault("refused", f"variant {comparison.key}", words)

    return EachComparison(comparison, lambda *_: (), refused, counted=lambda *_: 1)


CHECK = Check(
    key="variants",
    title="Variants of the author's cases",
    why="Helm takes release names of up to 53 characters, and users have registries of their own and upgrade.",
    source="Helm documentation, Naming Conventions; the variants are those of the checks that compare renders",
    scopes=tuple(map(_scope, (AGAIN, NEXT_VERSION, UPGRADE, LONG_RELEASE, OTHER_REGISTRY))),
    rules={
        "refused": Rule(
            "Helm refuses a variant of a case that it renders",
            "change the template, so that Helm renders this variant; shorten long names, do not refuse them",
            '{{ if gt (len .Release.Name) 20 }}{{ fail "too long a name" }}{{ end }}',
        ),
    },
    about="cases of its author's in the run",
)
