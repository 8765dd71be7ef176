"""Every example of a document becomes a case, as written."""

from pathlib import Path

import pytest

from chartgate.errors import GateError
from chartgate.findings.user_values import user_values
from chartgate.tools.reading import Reading
from chartgate.values.case import Case
from chartgate.values.document_cases import document_cases
from chartgate.values.helm_commands import PLACEHOLDER, helm_commands


def cases_of(tmp_path: Path, text: str) -> list[Case]:
    document = tmp_path / "README.md"
    document.write_text(text, encoding="utf-8")
    return document_cases(document, "README.md", "tiny", "release", "apps", reading=Reading())


def test_values_fragments_are_cases_named_by_their_heading(tmp_path: Path) -> None:
    text = "# Chart\n\n## Logs\n\n```yaml\na: 1\n```\n\nor\n\n```yaml\na: 2\n```\n"
    assert [(case.name, case.values) for case in cases_of(tmp_path, text)] == [
        ("README.md: Logs", ("a: 1\n",)),
        ("README.md: Logs (2)", ("a: 2\n",)),
    ]


@pytest.mark.parametrize(
    "block",
    [
        "```yaml\napiVersion: v1\nkind: Secret\n```\n",
        "```yaml\n- a\n- b\n```\n",
        "```json\n{}\n```\n",
        "<!-- chartgate: not values -->\n\n```yaml\nspec: {}\n```\n",
    ],
)
def test_other_blocks_are_no_cases(tmp_path: Path, block: str) -> None:
    assert cases_of(tmp_path, block) == []


def test_a_broken_example_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"README\.md:3: the example is not YAML"):
        cases_of(tmp_path, "# A\n\n```yaml\na: [\n```\n")


def test_a_command_over_several_lines_keeps_its_arguments() -> None:
    text = (
        "# install it\nhelm repo update\nhelm install my-x repo/tiny -n prod --create-namespace \\\n"
        '  --set a.key="$(openssl rand -base64 32)" \\\n  --set-string b[0]=two --wait --timeout 5m | tee log\n'
    )
    (command,) = helm_commands(text, "tiny")
    assert (command.release, command.namespace) == ("my-x", "prod")
    assert command.sets == ("--set", f"a.key={PLACEHOLDER}", "--set-string", "b[0]=two")


@pytest.mark.parametrize(
    "reference", ["tiny", "repo/tiny", "./charts/tiny", "oci://host/charts/tiny", "tiny-1.2.3.tgz", ".", "charts/tiny/"]
)
def test_a_chart_reference_of_any_form_means_this_chart(reference: str) -> None:
    assert len(helm_commands(f"helm upgrade --install x {reference}", "tiny")) == 1


@pytest.mark.parametrize(
    "command", ["helm install x repo/other", "helm uninstall x", "kubectl get tiny", "helm repo update"]
)
def test_other_commands_are_no_cases(command: str) -> None:
    assert helm_commands(command, "tiny") == []


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("helm install x tiny --set 'a=b", "cut short"),
        ("helm install x tiny --set", "ends after --set"),
        ("helm install x tiny -f -", "standard input"),
    ],
)
def test_a_command_that_cannot_be_followed_is_an_error(command: str, complaint: str) -> None:
    with pytest.raises(GateError, match=complaint):
        helm_commands(command, "tiny")


def test_a_values_file_is_the_block_above_it(tmp_path: Path) -> None:
    text = "## A\n\n```yaml\na: 1\n```\n\n```sh\nhelm install x tiny -f my-values.yaml\n```\n"
    assert cases_of(tmp_path, text)[1].values == ("a: 1\n",)
    with pytest.raises(GateError, match="neither a file beside the document nor shown"):
        cases_of(tmp_path, "```sh\nhelm install x tiny -f my-values.yaml\n```\n")


def test_a_case_names_the_objects_that_its_user_makes() -> None:
    case = Case(
        "x", values=("tls: [{secretName: cert}]\njwtSecret: hush\n",), sets=("--set", "auth.existingSecret=mine,a=b")
    )
    assert user_values(case).named_objects == {"cert", "mine"}


@pytest.mark.parametrize("name", ["[RELEASE_NAME]", "RELEASE", "my_release"])
def test_a_placeholder_stands_for_a_name_of_the_reader(name: str) -> None:
    (command,) = helm_commands(f"helm install {name} repo/tiny --namespace {name}", "tiny")
    assert (command.release, command.namespace) == ("", "")


def test_an_example_with_a_placeholder_is_left_out_where_nobody_named_the_document(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(
        "# A\n\n```yaml\na: sha256:abc...  # ...\n```\n\n```yaml\na: b  # or <c>\n```\n", encoding="utf-8"
    )
    told: list[str] = []
    asked = (document, "README.md", "tiny", "release", "apps")
    cases = document_cases(*asked, reading=Reading(), known=frozenset("a"), complain=told.append)
    assert [case.values for case in cases] == [("a: b  # or <c>\n",)]
    assert [text.rpartition("README.md")[2] for text in told] == [
        ":3: the example has a placeholder, ...: write a value that works"
    ]
    assert len(cases_of(tmp_path, document.read_text(encoding="utf-8"))) == 2
