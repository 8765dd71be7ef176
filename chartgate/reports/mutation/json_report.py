"""The report for programs."""

from chartgate.reports.files import json_file
from chartgate.reports.mutation.result import MutationResult

FORMAT = 1


def mutation_json(result: MutationResult) -> bytes:
    """The mutants in JSON, each with its outcome. A mutant that nothing notices also has its diff."""
    killed, counted = result.counted
    data = {
        "format": FORMAT,
        "percent": result.percent,
        "killed": killed,
        "counted": counted,
        "mutants": [
            {
                "file": mutant.file,
                "line": mutant.line,
                "kind": mutant.kind,
                "change": mutant.change,
                "state": "listed" if mutant in result.declared else outcome.state,
                "by": outcome.by,
                "what": result.declared[mutant].reason if mutant in result.declared else outcome.what,
                **({} if outcome.is_killed else {"diff": mutant.diff(result.chart)}),
            }
            for mutant, outcome in result.outcomes.items()
        ],
        "faults": list(result.faults),
        "notices": list(result.notices),
    }
    return json_file(data)
