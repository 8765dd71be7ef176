"""What the chart's author offers also renders as an upgrade, under a long name and from another registry."""

from collections.abc import Sequence

from chartgate.findings.finding import Finding, OldCheck, Verdict
from chartgate.releases.rendered import Rendered

KEY = "variants"
RULES = {"refused": "Helm refuses a variant of a case that it renders"}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Look at the variants that the other checks asked for."""
    return [
        Verdict(
            rendered,
            len(rendered.variants) + len(rendered.refusals),
            tuple(
                Finding(KEY, "refused", rendered.case.name, f"variant {key}", text, CHECK.remedy)
                for key, text in rendered.refusals.items()
            ),
        )
        for rendered in renders
    ]


CHECK = OldCheck(
    key=KEY,
    title="Variants of the author's cases",
    why="Helm takes release names of up to 53 characters, and users have registries of their own and upgrade.",
    remedy="change the template, so that Helm renders this variant; shorten long names, do not refuse them",
    source="Helm documentation, Naming Conventions; the variants are those of the checks that compare renders",
    examine=examine,
    rules=RULES,
    about="cases of its author's in the run",
)
