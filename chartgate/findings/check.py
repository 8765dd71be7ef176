"""What a check is: its description, its rules, and its judges, each for one scope.

A judge is a function that looks at one thing (an object, a release, two renders of a case, the chart's files) and
yields a `Fault` for each defect. It neither counts nor catches errors: `chartgate.findings.runner` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chartgate.findings.finding import Severity
from chartgate.findings.scopes import Scope
from chartgate.findings.user_values import UserValues
from chartgate.releases.identity import About
from chartgate.releases.objects import KubeObject


@dataclass(frozen=True)
class Rule:
    """A rule: when there is a finding, what helps, an example of a fault, and its severity where it is not the check's.

    Documents, `chartgate explain` and reports show them.
    """

    text: str
    remedy: str
    example: str
    severity: Severity | None = None


@dataclass(frozen=True)
class Fault:
    """What a judge says against the thing that it looks at.

    Args:
        rule: the key of a rule of the check.
        where: the place in the object, such as "spec.ports[0]"; empty for the object itself.
        what: what is wrong there, as the rest of a sentence that the object and the place begin. Never a Secret's data.
        remedy: what helps in this case; the rule's own remedy when empty.
        object: the object at fault, or the name of something else; the thing itself when None.
        target: the object that a reference means and nothing makes.
        unless: asked of the user's own values of each case; where it is true, they ask for just this, so that the chart
            is not at fault and there is no finding.
        severity: of this fault, where it is not that of its rule.
    """

    rule: str
    where: str
    what: str
    remedy: str = ""
    object: KubeObject | str | None = None
    target: About | None = None
    unless: Callable[[UserValues], bool] | None = None
    severity: Severity | None = None


EVERY_CHECK: Mapping[str, Rule] = {
    "malformed": Rule(
        "the check cannot read an object, since it is not shaped as Kubernetes says",
        "correct what the check `schema` reports of the object",
        "spec: {ports: none}",
    ),
    "nothing-examined": Rule(
        "a run has nothing that the check looks at, so that it proves nothing",
        "render at least one object that the check looks at",
        "a chart without any object that the check `references` could look at",
    ),
}
"""The rules that any check may have findings of."""


@dataclass(frozen=True)
class Check:
    """A check and its own description.

    Args:
        source: where the rules come from.
        rules: each rule by its key; empty when another program names the rules.
        severity: of findings of each rule that has no severity of its own.
        scopes: the judges, each with the things that it looks at.
        about: what a chart may do without ("Fluent Bit configurations"): a chart that has none of it passes with
            nothing examined; any other check fails then.
        program: a program that judges as well where it is on PATH.
        extra: the Python package that the check needs, and the extra of chartgate that installs it.
        apart: the check waits for another process, so that others can go on.
    """

    key: str
    title: str
    why: str
    source: str
    scopes: tuple[Scope, ...]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    about: str = ""
    program: str = ""
    extra: str = ""
    apart: bool = False
    severity: Severity = "error"

    def rule(self, key: str) -> Rule | None:
        """The rule of this key, its own or one of every check; None when another program names it."""
        return self.rules.get(key) or EVERY_CHECK.get(key)

    def severity_of(self, key: str) -> Severity:
        """The severity of the findings of a rule."""
        rule = self.rule(key)
        return (rule.severity if rule else None) or self.severity
