"""The model of `conversions.yaml`; `conversions.schema.json` is generated from it."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from chartgate.values.settings_file import Reason, Text

ACTIONS = ("moveTo", "prefixOf", "split", "replaceWith", "remove", "byHand")
"""The keys for actions, of which a change has exactly one."""

ValuePath = Annotated[
    str,
    Meta(
        description="Path of a value, such as image.tag; a dot in a key is written as \\.", pattern=r"^[^.\s](.*[^.])?$"
    ),
]
Release = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$")]


class Prefix(Struct, frozen=True, forbid_unknown_fields=True):
    """The value whose text this value is put in front of."""

    value: ValuePath
    separator: Annotated[Text, Meta(description="The text between the two texts.")]
    default: Annotated[str, Meta(description="The text of the other value if the file does not set it.")] = ""


class Split(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a text is split: the second part becomes another value."""

    at: Annotated[Text, Meta(description="The text is split at the first occurrence of this.")]
    rest: ValuePath


class Change(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={
        "only": "is",
        "move_to": "moveTo",
        "prefix_of": "prefixOf",
        "replace_with": "replaceWith",
        "by_hand": "byHand",
    },
):
    """A change of one value, with exactly one of the keys for actions. A file without the value is not changed."""

    value: ValuePath
    only: (
        Annotated[
            list[Any],
            Meta(
                description="The change applies only to these values. A mapping matches every mapping with its "
                "keys and values.",
                min_length=1,
            ),
        ]
        | UnsetType
    ) = UNSET
    move_to: Annotated[ValuePath, Meta(description="The new path of the value.")] | UnsetType = UNSET
    prefix_of: (
        Annotated[Prefix, Meta(description="The value becomes the beginning of the text of another value.")] | UnsetType
    ) = UNSET
    split: Annotated[Split, Meta(description="The value is split in two.")] | UnsetType = UNSET
    replace_with: Annotated[Any, Meta(description="The new value at the same path.")] = UNSET
    remove: (
        Annotated[Reason, Meta(description="The value is removed. The text says why nothing is lost.")] | UnsetType
    ) = UNSET
    by_hand: (
        Annotated[Reason, Meta(description="The value is removed. The text says what the user has to do.")] | UnsetType
    ) = UNSET
    note: Annotated[Reason, Meta(description="What the user should know about the change.")] | UnsetType = UNSET


class Conversion(Struct, frozen=True, forbid_unknown_fields=True):
    """The changes that a version of the chart made to the values of the version before it."""

    version: Annotated[Release, Meta(description="The first version of the chart that has the new values.")]
    changes: Annotated[
        list[Annotated[Change, Meta(extra_json_schema={"oneOf": [{"required": [action]} for action in ACTIONS]})]],
        Meta(description="The changes, in the order in which they are made.", min_length=1),
    ]


class ConversionsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """How to convert a values file of an earlier version of the chart to this version."""

    oldest: Annotated[Release, Meta(description="The oldest version whose values can be converted.")]
    conversions: Annotated[list[Conversion], Meta(description="One for each version, in any order.")]
