"""The result of a policy for the creation of an object, as on the API server.

Source: k8s.io/apiserver, pkg/admission/plugin/policy/validating.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartgate.findings.finding import SEVERITIES, Severity
from chartgate.findings.policies.compiled import CompiledPolicy, Part, Validation, compiled_policy
from chartgate.findings.policies.matching import Namespaces, UnknownNamespaceError, matches
from chartgate.findings.policies.request import Request
from chartgate.releases.selectors import selects
from chartgate.tools.cel.errors import EvaluationError, NotSupportedError
from chartgate.values.policies import Manifest, Policy

_ACTIONS: Mapping[str, Severity] = {"Deny": "error", "Warn": "warning", "Audit": "note"}
_LONGEST = 400


@dataclass(frozen=True)
class Refusal:
    """The policy refuses the object with the message `words`; `severity` follows from the actions of its bindings."""

    words: str
    severity: Severity


@dataclass(frozen=True)
class Gap:
    """A part of the policy that cannot be evaluated without a cluster, the reason, and a remedy."""

    where: str
    why: str
    remedy: str


class _MisconfiguredError(Exception):
    """A binding finds no parameters. The server then refuses the object, even if the binding only warns."""


class _GapError(Exception):
    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.why)
        self.gap = gap


@dataclass(frozen=True)
class Surroundings:
    """What policies read beside the object: known namespaces, and objects that may be parameters."""

    namespaces: Namespaces
    objects: Sequence[Manifest]


def severities(policy: Policy) -> list[Severity]:
    """The severities of a refusal by the bindings of a policy, the highest first. Without a binding it is an error."""
    actions = [
        action for binding in policy.bindings for action in binding["spec"].get("validationActions") or ("Deny",)
    ]
    found = set(map(_severity, actions)) or {"error"}
    return [severity for severity in SEVERITIES if severity in found]


def ask(policy: Policy, request: Request, around: Surroundings) -> list[Refusal | Gap]:
    """Evaluate a policy with all of its bindings. Each refusal is there once, with its highest severity."""
    refusals: dict[str, Severity] = {}
    gaps: dict[Gap, None] = {}
    for binding in policy.bindings or ({"spec": {}},):
        for answer in _of_binding(policy, binding["spec"], request, around):
            if isinstance(answer, Gap):
                gaps[answer] = None
            else:
                before = refusals.get(answer.words, answer.severity)
                refusals[answer.words] = min(before, answer.severity, key=SEVERITIES.index)
    return [*(Refusal(words, severity) for words, severity in refusals.items()), *gaps]


def _severity(action: str) -> Severity:
    return _ACTIONS.get(action, "error")


def _of_binding(
    policy: Policy, binding: Mapping[str, Any], request: Request, around: Surroundings
) -> Iterator[Refusal | Gap]:
    severity = min(map(_severity, binding.get("validationActions") or ("Deny",)), key=SEVERITIES.index)
    made = compiled_policy(policy)
    try:
        constraints = (policy.spec["matchConstraints"], binding.get("matchResources") or {})
        if not all(matches(one, request, around.namespaces) for one in constraints):
            return
        for parameters in _parameters(policy, binding, request, around):
            for answer in _with_parameters(made, parameters, request, around):
                yield answer if isinstance(answer, Gap) else Refusal(answer, severity)
    except UnknownNamespaceError:
        yield _unknown_namespace("a namespaceSelector", request)
    except _GapError as found:
        yield found.gap
    except _MisconfiguredError as error:
        if made.fails_closed:
            yield Refusal(f"failed to configure binding: {error}", "error")


def _parameters(
    policy: Policy, binding: Mapping[str, Any], request: Request, around: Surroundings
) -> list[Manifest | None]:
    """The objects that become `params`, one at a time.

    Raises:
        _GapError: no object of the kind is known.
        _MisconfiguredError: the binding requires parameters, and selects none.
    """
    kind = policy.spec.get("paramKind")
    reference = binding.get("paramRef")
    if not kind or (policy.bindings and not reference):
        return [None]
    named = (kind.get("apiVersion"), kind.get("kind"))
    known = [one for one in around.objects if (one.get("apiVersion"), one.get("kind")) == named]
    if not known:
        why = f"no {named[1]} of {named[0]} is in the files of `policies`"
        raise _GapError(Gap("paramKind", why, "add the parameters to these files"))
    found: list[Manifest | None] = [one for one in known if _is_meant(one, reference or {}, request)]
    if not found and (reference or {}).get("parameterNotFoundAction") != "Allow":
        raise _MisconfiguredError("no params found for policy binding with `Deny` parameterNotFoundAction")
    return found


def _is_meant(parameters: Manifest, reference: Mapping[str, Any], request: Request) -> bool:
    metadata = parameters.get("metadata") or {}
    namespace = metadata.get("namespace")
    wanted = reference.get("namespace") or request.obj.namespace
    return (
        reference.get("name") in {None, "", metadata.get("name")}
        and selects(reference.get("selector") or {}, metadata.get("labels") or {})
        and (not namespace or namespace == wanted)
    )


def _with_parameters(
    policy: CompiledPolicy, parameters: Manifest | None, request: Request, around: Surroundings
) -> Iterator[str | Gap]:
    namespace = request.obj.namespace
    data = {
        "object": request.data,
        "oldObject": None,
        "request": request.attributes,
        "params": None if parameters is None else dict(parameters),
        "namespaceObject": (around.namespaces.manifest(namespace) or _bare(namespace)) if namespace else None,
    }
    known = not namespace or around.namespaces.manifest(namespace) is not None
    try:
        if not _conditions_hold(policy, data, request, known=known):
            return
    except EvaluationError as error:
        if policy.fails_closed:
            yield str(error)
        return
    for validation in policy.validations:
        try:
            if _value(validation.demand, data, request, known=known) is not True:
                yield _words(validation, data, request, known=known)
        except _GapError as found:
            yield found.gap
        except EvaluationError as error:
            if policy.fails_closed:
                yield str(error)


def _bare(namespace: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}


def _conditions_hold(policy: CompiledPolicy, data: Mapping[str, Any], request: Request, *, known: bool) -> bool:
    """Whether all match conditions are true. One that is false outweighs one that ends with an error."""
    failure: Exception | None = None
    for condition in policy.conditions:
        try:
            if _value(condition, data, request, known=known) is not True:
                return False
        except (EvaluationError, _GapError) as error:
            failure = failure or error
    if failure:
        raise failure
    return True


def _value(part: Part, data: Mapping[str, Any], request: Request, *, known: bool) -> Any:
    """The value of an expression.

    Raises:
        _GapError: it cannot be evaluated without a cluster.
        EvaluationError: it ends with an error; the message has the expression.
    """
    expression = part.expression
    if isinstance(expression, NotSupportedError):
        raise _GapError(Gap(part.where, f"the expression cannot be evaluated here: {expression}", ""))
    if part.asks_for_namespace and not known:
        raise _GapError(_unknown_namespace(part.where, request))
    try:
        return expression.value(data)
    except NotSupportedError as error:
        raise _GapError(Gap(part.where, f"the expression cannot be evaluated here: {error}", "")) from error
    except EvaluationError as error:
        # The words of an error can quote a value, which of a Secret is the secret itself.
        why = "" if request.obj.is_secret else f": {error}"
        shown = " ".join(part.written.split())
        raise EvaluationError(_shortened(f"expression '{shown}' resulted in error{why}")) from error


def _unknown_namespace(where: str, request: Request) -> Gap:
    why = f"it depends on the Namespace {request.obj.namespace}, which is not known"
    return Gap(where, why, "add the Namespace, with its labels, to the files of `policies`")


def _words(validation: Validation, data: Mapping[str, Any], request: Request, *, known: bool) -> str:
    """The message for an object that fails a validation."""
    message = validation.message
    if validation.message_expression and not request.obj.is_secret:
        try:
            made = _value(validation.message_expression, data, request, known=known)
        except (EvaluationError, _GapError):
            made = None  # the server falls back to the message as well
        if isinstance(made, str) and made.strip() and "\n" not in made:
            message = made.strip()
    reason = f" ({validation.reason})" if validation.reason not in {"", "Invalid"} else ""
    return f"{_shortened(' '.join(message.split()))}{reason}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
