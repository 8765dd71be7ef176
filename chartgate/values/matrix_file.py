"""The model of `matrix.yaml`; `matrix.schema.json` is generated from it."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from chartgate.values.settings_file import MinorVersion, Reason, Text

UNIQUE = {"uniqueItems": True}
KINDS = ("helm", "kubernetes", "release", "apiVersions", "values")
"""The keys under one of which an axis has its choices."""

Engine = Annotated[str, Meta(pattern=r"^(embedded|[0-9]+(\.[0-9]+\.[0-9]+)?)$")]
Labels = Annotated[
    str | Annotated[list[str], Meta(min_length=1, extra_json_schema=UNIQUE)],
    Meta(description="One label, or several of which any one counts."),
]
When = Annotated[
    dict[str, Labels],
    Meta(
        description="Axes and their labels; the combination is meant when every axis has one of its labels.",
        min_length=1,
    ),
]


class AxisEntry(Struct, frozen=True, forbid_unknown_fields=True, rename={"api_versions": "apiVersions"}):
    """One thing that can be chosen, with its choices under exactly one of the keys for them."""

    name: Annotated[str, Meta(description="Name of the axis.", pattern="^[a-z0-9][a-z0-9-]*$")]
    proves: Annotated[Text, Meta(description="What the axis is for.")] | UnsetType = UNSET
    helm: (
        Annotated[
            list[Engine],
            Meta(
                description="Helm versions: exact (3.2.4) or major (4: the newest of it at hand); embedded is Helm's "
                "library, and cases that need no program have it.",
                min_length=1,
                extra_json_schema=UNIQUE,
            ),
        ]
        | UnsetType
    ) = UNSET
    kubernetes: (
        Annotated[
            list[MinorVersion],
            Meta(description="Kubernetes minor versions.", min_length=1, extra_json_schema=UNIQUE),
        ]
        | UnsetType
    ) = UNSET
    release: (
        Annotated[
            dict[str, Annotated[str, Meta(min_length=1, max_length=53)]],
            Meta(description="Release names, each under a label.", min_length=1),
        ]
        | UnsetType
    ) = UNSET
    api_versions: (
        Annotated[
            dict[str, list[Text]],
            Meta(
                description="Under a label each, what the cluster serves beside Kubernetes' own "
                "(.Capabilities.APIVersions).",
                min_length=1,
            ),
        ]
        | UnsetType
    ) = UNSET
    values: (
        Annotated[
            dict[str, dict[str, Any] | None],
            Meta(
                description="Values fragments, each under a label; the texts $helm and $kubernetes become the case's "
                "versions. Fragments of several axes are laid over each other in the order of the axes.",
                min_length=1,
            ),
        ]
        | UnsetType
    ) = UNSET


class Exclusion(Struct, frozen=True, forbid_unknown_fields=True):
    """A combination that makes no sense."""

    when: When
    reason: Annotated[Reason, Meta(description="Why it makes no sense.")]


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    """A combination that Helm must refuse; it is a case of its own."""

    when: When
    refusal: Annotated[str, Meta(description="Text that the refusal has to hold.", min_length=5)]


class Constraints(Struct, frozen=True, forbid_unknown_fields=True):
    """Combinations that no case may have."""

    exclude: Annotated[list[Exclusion], Meta(description="Combinations that make no sense.")] = []
    refuse: Annotated[
        list[Refusal], Meta(description="Combinations that Helm must refuse; each is a case of its own.")
    ] = []


class Strength(Struct, frozen=True, forbid_unknown_fields=True):
    """Axes of which every t labels occur together in a case."""

    t: Annotated[int, Meta(description="How many labels occur together.", ge=1, le=6)]
    axes: (
        Annotated[
            list[str],
            Meta(description="Names of the axes; all when left out.", min_length=1, extra_json_schema=UNIQUE),
        ]
        | UnsetType
    ) = UNSET
    only: Annotated[
        dict[str, Labels], Meta(description="Axes of which only these labels are combined so thoroughly.")
    ] = {}


class Unvaried(Struct, frozen=True, forbid_unknown_fields=True):
    """Booleans and enum values of values.schema.json that no axis varies."""

    path: Annotated[Text, Meta(description="Pattern on the path of a value, such as redis.*.enabled.")]
    reason: Annotated[Reason, Meta(description="Why it is not varied.")]


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is not generated but left as the chart or its CI values have it."""

    path: Annotated[Text, Meta(description="Pattern on the path of a value.")]
    reason: Annotated[Reason, Meta(description="Why random values prove nothing there.")]


class Generated(Struct, frozen=True, forbid_unknown_fields=True):
    """How cases are made from values.schema.json."""

    guards: Annotated[
        list[Annotated[str, Meta(min_length=5)]],
        Meta(
            description="Texts by which the chart refuses values that contradict each other: such a generated case is "
            "replaced."
        ),
    ] = []
    keep: Annotated[
        list[Kept],
        Meta(description="Values that are not generated but left as the chart or its CI values have them."),
    ] = []


class MatrixFile(Struct, frozen=True, forbid_unknown_fields=True):
    """In which ways a chart can be installed: axes, what does not go together, and how thoroughly to combine."""

    axes: Annotated[
        list[Annotated[AxisEntry, Meta(extra_json_schema={"oneOf": [{"required": [kind]} for kind in KINDS]})]],
        Meta(
            description="Everything that can be chosen when the chart is installed. The first label of an axis is its "
            "plainest.",
            min_length=2,
        ),
    ]
    strength: Annotated[
        list[Strength],
        Meta(
            description="How thoroughly to combine: every t labels of different axes occur together in a case.",
            min_length=1,
        ),
    ]
    constraints: Constraints = Constraints()
    unvaried: Annotated[
        list[Unvaried], Meta(description="Booleans and enum values of values.schema.json that no axis varies.")
    ] = []
    generated: Generated = Generated()
