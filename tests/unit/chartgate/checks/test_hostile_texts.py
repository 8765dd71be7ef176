"""The check that hostile texts arrive whole."""

import base64
from collections.abc import Callable

from chartgate.findings.finding import Finding
from chartgate.findings.hostile_texts import CHECK
from chartgate.findings.runner import examine
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered
from chartgate.values.case import Case
from chartgate.values.hostile_cases import WORD

CASE = Case("c", proves="defaults with '1e3' at text", hostile="1e3", harmless=("text: x",))


def objects(text: str, number: str = "'{}'") -> str:
    """What a chart may make of a text: within another one, as a value of its own, in a Secret."""
    secret = base64.b64encode(text.encode()).decode()
    return (
        f"kind: ConfigMap\nmetadata: {{name: m}}\ndata: {{line: a = {text}}}\nlist: [{{name: {number.format(text)}}}]\n"
        f"---\nkind: Secret\nmetadata: {{name: s}}\ndata: {{a: {secret}}}\n"
    )


def found(plain: Release | None, hostile: Release) -> tuple[int, list[Finding]]:
    (verdict,) = examine(CHECK, [Rendered(CASE, hostile, {"harmless-word": plain} if plain else {})])
    return verdict.examined, list(verdict.findings)


def test_a_text_that_is_wherever_the_word_was_survives(release_of: Callable[[str], Release]) -> None:
    assert found(release_of(objects(WORD)), release_of(objects("1e3"))) == (3, [])


def test_a_text_that_became_a_number_is_lost(release_of: Callable[[str], Release]) -> None:
    examined, (finding,) = found(release_of(objects(WORD)), release_of(objects("1e3", "{}")))
    assert (examined, str(finding.about), finding.where) == (3, "ConfigMap/m", "list[0].name")
    assert "defaults with '1e3' at text" in finding.what


def test_where_the_word_is_nowhere_nothing_is_examined(release_of: Callable[[str], Release]) -> None:
    assert found(release_of(objects("other")), release_of(objects("1e3"))) == (0, [])
    assert found(None, release_of(objects("1e3"))) == (0, [])
