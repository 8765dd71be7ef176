"""The shape of a chart's values: what the schema says, without null, which means the default."""

from random import Random

from chartgate.values.mutations import mutations
from chartgate.values.random_values import RandomValues
from chartgate.values.shape import Shape

SCHEMA = {
    "type": "object",
    "properties": {
        "mode": {"type": ["string", "null"], "enum": ["on", "off", None]},
        "port": {"type": ["integer", "null"], "minimum": 1},
        "size": {"type": ["integer", "string", "null"]},
        "hosts": {"type": ["array", "null"], "items": {"type": ["string", "null"], "maxLength": 3}},
    },
}


def test_null_fits_and_is_no_value_to_try() -> None:
    shape = Shape(SCHEMA, {})
    assert shape.fits({"mode": None, "port": None, "hosts": None})
    assert not shape.fits({"mode": "other"})
    kinds = {place.path[0]: place.schema["type"] for place in shape.leaves}
    assert kinds == {"mode": "string", "port": "integer", "size": ["integer", "string"], "hosts": "array"}
    inventor = RandomValues(shape, Random(1))
    modes = {inventor.value(shape.root["properties"]["mode"]) for _ in range(40)}
    assert modes == {"on", "off"}


def test_every_rule_of_a_value_that_can_be_null_is_broken() -> None:
    steps = {(step.names, step.rule) for step in mutations(Shape(SCHEMA, {}), {"port": 5, "hosts": ["a"]})}
    assert {("port", "wrong type"), ("port", "below minimum"), ("hosts.0", "too long")} <= steps
