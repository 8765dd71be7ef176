"""ValidatingAdmissionPolicies, from the files of the setting `policies`, and what they need."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from chartgate.errors import GateError
from chartgate.tools.reading import Reading, shown
from chartgate.tools.schemas import api_schemas, known_versions
from chartgate.values.manifest_files import manifest_files, manifests_in

Manifest = Mapping[str, Any]
POLICY = "ValidatingAdmissionPolicy"
BINDING = "ValidatingAdmissionPolicyBinding"
_GROUP = "admissionregistration.k8s.io"


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy. `bindings` are those that name it; without one, the gate asks the policy about every object."""

    name: str
    spec: Manifest
    bindings: Sequence[Manifest]
    file: Path


@dataclass(frozen=True, eq=False)
class Policies:
    """The policies, and the other objects in their files: parameters, and Namespaces with their labels."""

    policies: tuple[Policy, ...] = ()
    objects: tuple[Manifest, ...] = ()


def read_policies(paths: Iterable[Path], reading: Reading) -> Policies:
    """The policies in files, and in the YAML and JSON files of folders.

    Raises:
        GateError: a path does not exist or is empty, a file is not YAML, or a policy or a binding breaks the schema
            of its kind; two policies have one name, or a binding belongs to no policy.
    """
    policies: dict[str, tuple[Path, Manifest]] = {}
    bindings: list[tuple[Path, Manifest]] = []
    objects: list[Manifest] = []
    for path in paths:
        found = 0
        for file in manifest_files(path):
            for manifest in manifests_in(file, reading, "policies"):
                found += 1
                kind = _kind(manifest)
                if kind:
                    _require_valid(manifest, kind, file)
                if kind == POLICY:
                    name = manifest["metadata"]["name"]
                    if name in policies:
                        raise GateError(
                            f"{shown(file)}: {POLICY}/{name}: is in {shown(policies[name][0])} as well: remove one"
                        )
                    policies[name] = (file, manifest)
                elif kind == BINDING:
                    bindings.append((file, manifest))
                else:
                    objects.append(manifest)
        if not found:
            raise GateError(f"{shown(path)}: has no {POLICY}: name files that have one")
    for file, binding in bindings:
        if binding["spec"].get("policyName") not in policies:
            what = f"names the policy {binding['spec'].get('policyName')}, which no file of `policies` has"
            raise GateError(
                f"{shown(file)}: {BINDING}/{binding['metadata']['name']}: {what}: add the file, or correct it"
            )
    made = [
        Policy(name, manifest["spec"], [one for _, one in bindings if one["spec"]["policyName"] == name], file)
        for name, (file, manifest) in policies.items()
    ]
    return Policies(tuple(made), tuple(objects))


def _kind(manifest: Manifest) -> str:
    """The kind of a policy or of a binding; empty for any other object."""
    group = str(manifest.get("apiVersion")).rpartition("/")[0]
    kind = str(manifest.get("kind"))
    return kind if group == _GROUP and kind in {POLICY, BINDING} else ""


def _require_valid(manifest: Manifest, kind: str, file: Path) -> None:
    named = manifest.get("metadata")
    if not isinstance(named, Mapping) or not isinstance(named.get("name"), str) or not manifest.get("spec"):
        raise GateError(f"{shown(file)}: a {kind} has no name or no spec: add it")
    if kind == POLICY and not (manifest["spec"].get("matchConstraints") or {}).get("resourceRules"):
        raise GateError(
            f"{shown(file)}: {kind}/{named['name']}: spec.matchConstraints.resourceRules is missing: add it"
        )
    for error in _validator(kind).iter_errors({**manifest, "apiVersion": f"{_GROUP}/v1"}):
        where = ".".join(map(str, error.instance_path))
        raise GateError(f"{shown(file)}: {kind}/{named['name']}: {where}: {error.message}: correct it")


@cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    schema = api_schemas(known_versions()[-1]).schema(f"{_GROUP}/v1", kind)
    return jsonschema_rs.validator_for(json.loads(json.dumps(schema)))
