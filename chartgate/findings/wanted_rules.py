"""Which checks and rules a run looks for: patterns such as `labels`, `schema/invalid` or `checkov/CKV_K8S_4*`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from chartgate.errors import GateError
from chartgate.findings import rendering
from chartgate.findings.check import EVERY_CHECK, Check
from chartgate.findings.finding import Column, Finding, Verdict


@dataclass(frozen=True)
class WantedRules:
    """The rules that a run looks for: those of `select`, all where it is empty, without those of `ignore`.

    A pattern is CHECK, which stands for all rules of the check, or CHECK/RULE. A run always looks whether Helm renders
    the cases, unless `ignore` names the check `render`: the other checks prove nothing about a case that Helm refuses.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def has(self, check: str, rule: str) -> bool:
        """Whether the run looks for a rule."""
        selected = not self.select or check == rendering.CHECK.key or _matches(self.select, check, rule)
        return selected and not _matches(self.ignore, check, rule)

    def some_of(self, check: Check) -> bool:
        """Whether the run looks for a rule of the check."""
        if check.rules:
            return any(self.has(check.key, rule) for rule in check.rules)
        # Another program names the rules, so that only a pattern of all of them leaves the check out.
        named = not self.select or any(fnmatchcase(check.key, _parts(pattern)[0]) for pattern in self.select)
        return named and not any(fnmatchcase(check.key, key) and rule == "*" for key, rule in map(_parts, self.ignore))

    def of(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that the run looks for."""
        return [finding for finding in findings if self.has(finding.check, finding.rule)]

    def of_columns(self, columns: Sequence[Column]) -> list[Column]:
        """The verdicts with the findings and notes that the run looks for."""
        return [(key, [self._of_verdict(verdict) for verdict in verdicts]) for key, verdicts in columns]

    def _of_verdict(self, verdict: Verdict) -> Verdict:
        return replace(verdict, findings=tuple(self.of(verdict.findings)), notes=tuple(self.of(verdict.notes)))


def require_known(patterns: Iterable[str], checks: Sequence[Check]) -> None:
    """Refuse a pattern that none of the checks and their rules matches.

    Args:
        checks: those of all charts of a run.

    Raises:
        GateError: there is no such check or rule; the message lists the known ones.
    """
    for pattern in patterns:
        key, rule = _parts(pattern)
        named = [check for check in checks if fnmatchcase(check.key, key)]
        if not named:
            keys = dict.fromkeys(check.key for check in checks)
            raise GateError(f'no check matches "{pattern}": choose one of {", ".join(keys)}')
        known = [name for check in named for name in (*check.rules, *EVERY_CHECK)]
        if all(check.rules for check in named) and not any(fnmatchcase(name, rule) for name in known):
            raise GateError(f'no rule matches "{pattern}": choose one of {", ".join(dict.fromkeys(known))}')


def _parts(pattern: str) -> tuple[str, str]:
    check, _, rule = pattern.partition("/")
    return check, rule or "*"


def _matches(patterns: Iterable[str], check: str, rule: str) -> bool:
    return any(fnmatchcase(check, key) and fnmatchcase(rule, name) for key, name in map(_parts, patterns))
