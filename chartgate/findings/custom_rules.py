"""The validation rules of custom resource definitions (`x-kubernetes-validations`), evaluated as on creation.

Source: k8s.io/apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from chartgate.findings.check import Fault, Rule
from chartgate.releases.objects import KubeObject
from chartgate.tools.cel.errors import EvaluationError, NotSupportedError
from chartgate.tools.structural import RULES, completed, for_rules

BROKEN, NOT_EVALUATED = "broken-rule", "rule-not-evaluated"
SINCE = (1, 25)
"""The Kubernetes version that asks the rules by default."""
DECLARED: Mapping[str, Rule] = {
    BROKEN: Rule(
        "a custom resource breaks a validation rule of its definition (x-kubernetes-validations)",
        "give the field a value that the rule allows",
        "maxReplicas: 1 under a definition with the rule self.minReplicas <= self.maxReplicas",
    ),
    NOT_EVALUATED: Rule(
        "a validation rule of a definition cannot be evaluated without a cluster",
        "use a real API server (--api-server)",
        "rule: format.dns1123Label().validate(self.name).hasValue() == false",
        severity="note",
    ),
}
_NAMES = frozenset({"self"})
_OLD = re.compile(r"(?<![\w.])oldSelf\b")
_TEXT = re.compile(r"""r?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def judge(obj: KubeObject, schema: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of an object by the rules of its schema. Rules about changes (`oldSelf`) do not apply to a new object."""
    yield from _judge(completed(obj.manifest, schema, whole=True), schema, "", whole=True)


def _judge(value: Any, schema: Mapping[str, Any], where: str, *, whole: bool = False) -> Iterator[Fault]:
    if value is None:
        return
    rules = schema.get(RULES)
    seen = for_rules(value, schema, whole=whole) if rules else None
    for rule in rules or ():
        yield from _of_rule(rule, seen, where)
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for index, item in enumerate(value):
            yield from _judge(item, schema["items"], f"{where}[{index}]")
    if isinstance(value, dict):
        properties, others = schema.get("properties") or {}, schema.get("additionalProperties")
        for key, child in value.items():
            part = properties.get(key, others)
            if isinstance(part, Mapping):
                yield from _judge(child, part, f"{where}.{key}".lstrip("."))


def _of_rule(rule: Mapping[str, Any], value: Any, where: str) -> Iterator[Fault]:
    text = str(rule.get("rule"))
    if _is_about_a_change(text):
        if not rule.get("optionalOldSelf"):
            return
        text = f"cel.bind(oldSelf, optional.none(), {text})"
    shown = " ".join(str(rule.get("rule")).split())
    try:
        if _value(text, value) is True:
            return
        words = _words(rule, value) or f"failed rule: {shown}"
    except NotSupportedError as error:
        yield Fault(NOT_EVALUATED, where, f"the rule {shown} cannot be evaluated here: {error}")
        return
    except EvaluationError as error:
        message = " ".join(str(rule.get("message") or shown).split())
        yield Fault(BROKEN, where, f"breaks a rule of its definition: {error} evaluating rule: {message}")
        return
    place = f"{where}{rule.get('fieldPath') or ''}".lstrip(".")
    yield Fault(BROKEN, place, f"breaks a rule of its definition: {words}")


@cache
def _is_about_a_change(text: str) -> bool:
    return _OLD.search(_TEXT.sub("''", text)) is not None


def _words(rule: Mapping[str, Any], value: Any) -> str:
    if rule.get("messageExpression"):
        try:
            made = _value(str(rule["messageExpression"]), value)
        except (EvaluationError, NotSupportedError):
            made = None  # the server falls back to the message as well
        if isinstance(made, str) and made.strip() and "\n" not in made:
            return made.strip()
    return " ".join(str(rule.get("message") or "").split())


def _value(text: str, value: Any) -> Any:
    from chartgate.tools.cel.expressions import compiled  # loads the library, which few runs need

    expression = compiled(text, _NAMES)
    if isinstance(expression, NotSupportedError):
        raise expression
    return expression.value({"self": value})
