"""The model of `chartgate.yaml`; `settings.schema.json` is generated from it."""

from fnmatch import fnmatchcase
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

Text = Annotated[str, Meta(min_length=1)]
Reason = Annotated[str, Meta(min_length=10)]
HelmVersion = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+\.[0-9]+)?$")]
MinorVersion = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+$")]


class Declaration(Struct, frozen=True, forbid_unknown_fields=True, rename={"objects": "object"}):
    """Objects that the chart refers to and does not make."""

    objects: Annotated[str, Meta(description="Pattern on Kind/name.", pattern="^[^/]+/.+$")]
    reason: Annotated[Reason, Meta(description="Who makes it, or why nobody does.")]


class AcceptedFinding(Struct, frozen=True, forbid_unknown_fields=True):
    """Findings that are accepted."""

    check: Annotated[Text, Meta(description="Key of the check.")]
    rule: Annotated[Text, Meta(description="Rule of that check, as the report prints it in brackets.")]
    reason: Annotated[Reason, Meta(description="Why the finding is accepted.")]
    objects: Annotated[
        Text,
        Meta(description="Pattern on Kind/name; for the check live, on the path of a value. Default: all."),
    ] = "*"


class Unreachable(Struct, frozen=True, forbid_unknown_fields=True):
    """Arms of a template that no case can reach."""

    file: Annotated[Text, Meta(description="Path of the template, relative to the chart's folder.")]
    arms: Annotated[
        list[Text],
        Meta(description="A part of the text of each arm, as chartgate coverage prints it.", min_length=1),
    ]
    reason: Annotated[Reason, Meta(description="Why no case reaches it.")]


class CoverageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of chartgate coverage."""

    unreachable: Annotated[list[Unreachable], Meta(description="Arms that no case can reach.")] = []


class Survivor(Struct, frozen=True, forbid_unknown_fields=True, rename={"noticed_by": "noticedBy"}):
    """Mutants of a file that no case and no test has to notice, or only tests that other runs name."""

    file: Annotated[Text, Meta(description="Path of the file, relative to the chart's folder; * as in file names.")]
    mutants: Annotated[
        list[Text],
        Meta(description="A part of the text of each change, as chartgate mutate prints it.", min_length=1),
    ]
    reason: Annotated[Reason, Meta(description="Why it changes nothing, or why only other tests can notice it.")]
    noticed_by: Annotated[
        list[Text],
        Meta(
            description="Files or folders of pytest tests that notice the mutants, relative to this file. In a run "
            "with these tests, the entry does not hold."
        ),
    ] = []

    def means(self, file: str, change: str) -> bool:
        """Whether the entry is about a change of a file, as `Mutant.change` names it."""
        return fnmatchcase(file, self.file) and any(text in change for text in self.mutants)


class MutationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of chartgate mutate."""

    survivors: Annotated[list[Survivor], Meta(description="Mutants that nothing has to notice.")] = []


class SettingsFile(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"api_versions": "apiVersions", "checkov_checks": "checkovChecks"},
):
    """How the gate looks at the chart in whose folder this file lies. Every key may be left out."""

    helm: (
        Annotated[
            list[HelmVersion],
            Meta(
                description="Helm versions to render with: exact (3.2.4) or major (4: the newest of it at hand). "
                "Default: 3 and 4, and 3.2.4 where the oldest Kubernetes is 1.19.",
                min_length=1,
            ),
        ]
        | UnsetType
    ) = UNSET
    kubernetes: (
        Annotated[
            list[MinorVersion],
            Meta(
                description="Kubernetes minor versions to render for and to validate against. Default: the oldest and "
                "the newest that kubeVersion in Chart.yaml allows; without one, that upstream Kubernetes supports.",
                min_length=1,
            ),
        ]
        | UnsetType
    ) = UNSET
    api_versions: Annotated[
        list[Text],
        Meta(
            description="API versions that the cluster is said to serve beside Kubernetes' own "
            "(.Capabilities.APIVersions)."
        ),
    ] = []
    documents: (
        Annotated[
            list[Text],
            Meta(
                description="Markdown files, relative to the chart, whose values examples and helm commands are cases. "
                "Default: README.md where there is one."
            ),
        ]
        | UnsetType
    ) = UNSET
    release: Annotated[str, Meta(description="Release name where a case names none.", min_length=1, max_length=53)] = (
        "release"
    )
    namespace: Annotated[str, Meta(description="Namespace where a case names none.", min_length=1, max_length=63)] = (
        "apps"
    )
    schemas: Annotated[
        list[Text],
        Meta(
            description="Files or folders, relative to the chart, that describe kinds which the chart uses: custom "
            "resource definitions, or JSON Schemas that are called GROUP/KIND_VERSION.json."
        ),
    ] = []
    checks: Annotated[
        list[Text],
        Meta(
            description="Folders of Python modules, each with a check, relative to this file. The gate runs this code."
        ),
    ] = []
    checkov_checks: Annotated[
        list[Text],
        Meta(
            description="Folders, relative to this file, of checks for checkov, as --external-checks-dir names them. "
            "checkov runs this code."
        ),
    ] = []
    policies: Annotated[
        list[Text],
        Meta(
            description="Files or folders, relative to this file, of ValidatingAdmissionPolicies, with their bindings, "
            "parameters and namespaces."
        ),
    ] = []
    outside: Annotated[
        list[Declaration],
        Meta(description="Objects that the chart refers to and that exist before it is installed."),
    ] = []
    absent: Annotated[
        list[Declaration],
        Meta(
            description="Objects that the chart refers to on purpose although nobody makes them, such as a backend "
            "that blocks a path."
        ),
    ] = []
    exceptions: Annotated[list[AcceptedFinding], Meta(description="Findings that are accepted.")] = []
    coverage: Annotated[CoverageSettings, Meta(description="Settings of chartgate coverage.")] = CoverageSettings()
    mutation: Annotated[MutationSettings, Meta(description="Settings of chartgate mutate.")] = MutationSettings()
