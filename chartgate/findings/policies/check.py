"""The check `policies`: the objects comply with the ValidatingAdmissionPolicies that the settings name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.policies.evaluation import Gap, Surroundings, ask, severities
from chartgate.findings.policies.matching import Namespaces
from chartgate.findings.policies.request import requests_of
from chartgate.findings.scopes import EachObject
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.schemas import KindKey
from chartgate.values.policies import POLICY, Manifest, Policies, Policy

NOT_EVALUATED = "not-evaluated"


@dataclass(frozen=True)
class _Known:
    """What the policies need of all renders of a run."""

    around: Surroundings
    plurals: Mapping[KindKey, str]


def _known(policies: Policies, definitions: Sequence[Manifest], renders: Sequence[Rendered]) -> _Known:
    made = {obj.digest: obj for rendered in renders for obj in rendered.release}.values()
    own = [obj.manifest for obj in made if obj.kind == "CustomResourceDefinition"]
    namespaces: list[Manifest] = [obj.manifest for obj in made if obj.kind == "Namespace"]
    namespaces += [one for one in policies.objects if (one.get("apiVersion"), one.get("kind")) == ("v1", "Namespace")]
    plurals = dict(plural for one in (*definitions, *own) for plural in _plurals(one))
    return _Known(Surroundings(Namespaces(namespaces), policies.objects), plurals)


def _plurals(definition: Manifest) -> Iterator[tuple[KindKey, str]]:
    spec = definition.get("spec")
    if isinstance(spec, Mapping) and isinstance(spec.get("names"), Mapping):
        for version in spec.get("versions") or ():
            yield (f"{spec.get('group')}/{version.get('name')}", spec["names"].get("kind")), spec["names"].get("plural")


def check_with(policies: Policies, definitions: Sequence[Manifest] = ()) -> Check:
    """The check with these policies; each of them is a rule.

    Args:
        definitions: custom resource definitions beside those of the chart. They name the resource of each kind.
    """
    if not policies.policies:
        return CHECK

    def judge(obj: KubeObject, _: str, known: _Known) -> Iterator[Fault]:
        for request in requests_of(obj, known.plurals):
            about = "the pod breaks the policy" if request.where else "breaks the policy"
            for policy in policies.policies:
                for answer in ask(policy, request, known.around):
                    if isinstance(answer, Gap):
                        what = f"is not evaluated: {answer.where}: {answer.why}"
                        yield Fault(NOT_EVALUATED, "", what, answer.remedy, object=f"{POLICY}/{policy.name}")
                    else:
                        what = f"{about}: {answer.words}"
                        yield Fault(policy.name, request.where, what, object=obj, severity=answer.severity)

    def prepare(renders: Sequence[Rendered]) -> _Known:
        return _known(policies, definitions, renders)

    scope = EachObject(judge, any_version=True, prepare=prepare)
    return replace(CHECK, scopes=(scope,), rules={**CHECK.rules, **{one.name: _rule(one) for one in policies.policies}})


def _rule(policy: Policy) -> Rule:
    validations = policy.spec.get("validations") or ()
    messages = [" ".join(str(one.get("message") or one["expression"]).split()) for one in validations]
    return Rule(
        f"an object breaks the policy: {'; '.join(messages) or 'it demands nothing'}",
        f"correct the object, or the policy in {policy.file.name}",
        f"an object for which this is not true: {' '.join(str(validations[0]['expression']).split())}"
        if validations
        else "none",
        severity=severities(policy)[0],
    )


CHECK = Check(
    key="policies",
    title="Policies of the cluster",
    why="A cluster that has the policy refuses the object, or warns about it.",
    source="the files of the setting `policies`; Kubernetes documentation, Validating Admission Policy",
    scopes=(),
    rules={
        NOT_EVALUATED: Rule(
            "a policy, or a part of it, cannot be evaluated without a cluster",
            "test the object on an API server that has the policy",
            "validations: [{expression: authorizer.group('').resource('pods').check('create').allowed()}]",
            severity="note",
        ),
    },
    about="policies",
)
