"""Custom resource definitions come out of their module whole, and once."""

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from chartgate.errors import GateError
from chartgate.tools import definitions
from chartgate.tools.catalogue import CustomResources, GoModule, catalogue
from chartgate.tools.definitions import custom_definitions, definitions_in, kinds_without_namespace

ENTRY = CustomResources(GoModule("example.com/kinds", "v1.0.0", "h1:x"), ("example.com",), "crds/*.yaml")
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "kinds.example.com"},
    "spec": {
        "group": "example.com",
        "versions": [{"name": "v1", "schema": {"openAPIV3Schema": {"x-kubernetes-y": True}}}],
    },
}


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the registry answers, one archive a question."""
    answers: list[bytes] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(definitions, "fetch_module", lambda _: answers.pop())
    return answers


def module(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"example.com/kinds@v1.0.0/crds/{name}.yaml", text)
    return buffer.getvalue()


def test_definitions_are_what_their_project_publishes_and_are_fetched_once(modules: list[bytes]) -> None:
    modules.append(module(kinds=yaml.safe_dump(DEFINITION), other="kind: Namespace\n"))
    assert definitions_in(ENTRY) == [DEFINITION]
    assert not modules
    assert definitions_in(ENTRY) == [DEFINITION]


def test_only_the_modules_of_the_groups_in_question_are_fetched(modules: list[bytes]) -> None:
    assert custom_definitions({"apps", "example.org"}) == ()
    assert kinds_without_namespace("example.org") == frozenset()
    modules.append(module())
    with pytest.raises(GateError, match=r"gateway-api holds no config/crd/standard"):
        custom_definitions({"gateway.networking.k8s.io"})
    assert not modules


def test_a_module_without_definitions_is_reported(modules: list[bytes]) -> None:
    modules.append(module(other="kind: Namespace\n"))
    with pytest.raises(GateError, match=r"example\.com/kinds holds no crds/\*\.yaml"):
        definitions_in(ENTRY)


def test_the_program_that_fetches_a_control_plane_is_pinned() -> None:
    pin = catalogue().envtest
    assert pin.setup.sum.startswith("h1:")
    assert pin.setup.version.startswith("v")
    assert pin.kubernetes.count(".") == 2
