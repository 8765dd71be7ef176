"""What the project promises to its users is what it does."""

import re
from pathlib import Path

import pytest
import yaml

from chartgate.tools.catalogue import catalogue
from chartgate.tools.helm import OLDEST_SUPPORTED

ROOT = Path(__file__).parents[2]
SUPPORT = (ROOT / "docs" / "support.md").read_text(encoding="utf-8")


def test_the_supported_versions_are_the_tested_ones() -> None:
    (helm,) = re.findall(r"\| Helm \| (\S+) and later, 4\.x \| (.*?) render;", SUPPORT)
    assert helm[0] == OLDEST_SUPPORTED
    assert re.findall(r"\d+\.\d+\.\d+", helm[1]) == [release.version for release in catalogue().helm]
    settings = yaml.safe_load((ROOT / "charts" / "claude-relay" / "chartgate.yaml").read_text(encoding="utf-8"))
    assert f"| Kubernetes | {' to '.join(settings['kubernetes'])} |" in SUPPORT


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/support.md"])
def test_links_lead_somewhere(name: str) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#][^)]*)\)", text)
    for link in links:
        path, _, anchor = link.partition("#")
        if path.startswith("https://"):
            continue
        target = document.parent / path
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"(?m)^#+ (.*)", target.read_text(encoding="utf-8"))
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, link


@pytest.mark.parametrize("form", ["chart", "chartgate"])
def test_issue_forms_have_the_shape_that_github_reads(form: str) -> None:
    data = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml").read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= data.keys()
    for part in data["body"]:
        assert part["type"] in {"markdown", "textarea", "input", "dropdown", "checkboxes"}
        assert part["attributes"].get("label") or part["attributes"].get("value")
    assert any(part["type"] != "markdown" for part in data["body"])
