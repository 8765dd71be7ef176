"""Who operates a release: with which Helm it is installed, and with which one it is kept."""

import pytest

Versions = tuple[str, str]
"""The version that installs, and the one that does everything after that."""

HELM_3, HELM_4 = "3.17.3", "4.3.1"

STEADY: list[Versions] = [(HELM_3, HELM_3), (HELM_4, HELM_4)]
MOVING: Versions = (HELM_3, HELM_4)


def name_of(versions: Versions) -> str:
    """How a test's name tells the operator."""
    return "helm-" + "-to-".join(dict.fromkeys(versions))


moving_too = pytest.mark.parametrize("operator", [*STEADY, MOVING], ids=name_of, indirect=True, scope="session")
"""Marks tests that are also run by an operator who moves from Helm 3 to Helm 4 with the release installed."""
