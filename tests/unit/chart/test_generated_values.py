"""Values made from the schema with a seed of their own; the gate makes thousands with another."""

from pathlib import Path

from chartgate import gate
from chartgate.values.selection import Choice

CHART = Path(__file__).parents[3] / "charts" / "claude-relay"
GENERATED = 60


def test_every_helm_refuses_a_mutation_and_names_its_path() -> None:
    results = gate.run(
        CHART, Choice(helm=("3.2.4", "3.17.3", "4"), pattern="schema/refused-*", generated=GENERATED, seed=2)
    )
    found = {finding for finding in results.occurrences if finding.rule != "nothing-examined"}
    assert not found
    assert len(results.renders) == GENERATED
