"""The text of probes: pieces of template code that Helm 3.2 and later understand."""

import json
from collections.abc import Sequence

NAME = "chartgate"
COUNTS = f"${NAME}"
"""The variable with the counts, in each template: a dict that all templates of a render share."""
DATA = f"{NAME}Data"
"""The variable with the data that a definition was called with, without its dollar sign."""
OUTERMOST = f"${NAME}Outermost"
SUFFIX = " (chartgate)"
"""The end of the name of a second definition, which takes the counts beside the data of the first one."""
ANY = f"{NAME}.include"
"""A definition that calls another one, whose name it gets as an argument."""
FINDING = f"{NAME}.find"
"""A definition that finds the counts, and calls another definition with them."""
PRINTED = rf',(\\*)"{NAME}\1":{{[^{{}}]*}}'
"""A pattern for the counts in what a chart prints of Helm's `.Template`: JSON, also as a text in JSON."""
MARK = "# chartgate reached "
"""Begins a line of the output. The counts follow it as JSON."""
KEPT = "kept"
"""The key in the dict of the counts under which `judging` stores a value, only while it tests whether it is empty."""

_SAID = f"({COUNTS} | toJson)"
END_FILE = f'{{{{if {OUTERMOST}}}}}{{{{printf "\\n{MARK}%s\\n" {_SAID}}}}}{{{{end}}}}'
WITH_COUNTS = f'printf "%[2]s\\n{MARK}%[1]s" {_SAID}'
"""Appends the counts to an error message."""
BEGIN_DEFINITION = f"{{{{{COUNTS} := .probes}}}}{{{{${DATA} := .data}}}}"


def noted(counter: str) -> str:
    """An expression that sets a counter to 1. Its value is the dict of the counts, which is never empty."""
    return f'(set {COUNTS} "{counter}" 1)'


def counted(counter: str) -> str:
    """An expression that adds 1 to a counter. Its value is the dict of the counts, which is never empty."""
    return f'(set {COUNTS} "{counter}" (add1 (get {COUNTS} "{counter}")))'


def probe(counter: str, *, trims_after: bool = False) -> str:
    """Actions that set a counter to 1 and print nothing.

    Args:
        trims_after: the tag before them has a trim marker, which they have to repeat.
    """
    return f"{{{{if {noted(counter)}}}}}{{{{end{' -' if trims_after else ''}}}}}"


def otherwise(counter: str, *, trims_before: bool) -> str:
    """An `else` with a probe.

    Args:
        trims_before: the tag after it has a trim marker, which it has to repeat.
    """
    return f"{{{{{'- ' if trims_before else ''}else}}}}{probe(counter)}"


def judging(empty: str, full: str) -> str:
    """Commands of a pipeline that pass a value on unchanged. They set the counter `empty` or `full` to 1, depending on
    whether the value is empty for sprig's `default`.
    """
    which = f'(ternary "{empty}" "{full}" (empty (get {COUNTS} "{KEPT}")))'
    counted_once = f'set {COUNTS} "{KEPT}" | and (set {COUNTS} {which} 1)'
    return f'{counted_once} | pluck "{KEPT}" | and (unset {COUNTS} "{KEPT}") | first'


def find(data: str) -> str:
    """Actions that find the counts in the data of a template that was called without them.

    The counts are in `.Template` of Helm's root context, a map that Helm makes for each file. The data is that context,
    or a map with the context in one of its entries.
    """
    taken = f'{{{{with index %s "{NAME}"}}}}{{{{{COUNTS} = .}}}}{{{{end}}}}'
    return (
        f'{{{{{COUNTS} := dict}}}}{{{{if kindIs "map" {data}}}}}{{{{range $chartgateKey, $chartgateValue := {data}}}}}'
        '{{if kindIs "map" $chartgateValue}}{{if eq (toString $chartgateKey) "Template"}}'
        f"{taken % '$chartgateValue'}{{{{else}}}}"
        f'{{{{with index $chartgateValue "Template"}}}}{{{{if kindIs "map" .}}}}{taken % "."}{{{{end}}}}{{{{end}}}}'
        "{{end}}{{end}}{{end}}{{end}}"
    )


def begin_file() -> str:
    """Actions at the beginning of a file. They store new counts where `find` looks for them. A file that another file
    includes finds the counts of that file, and uses them.
    """
    return (
        f'{find(".")}{{{{{OUTERMOST} := false}}}}{{{{if and (not {COUNTS}) (kindIs "map" .)}}}}'
        "{{range $chartgateKey, $chartgateValue := .}}"
        '{{if and (eq (toString $chartgateKey) "Template") (kindIs "map" $chartgateValue)}}'
        f'{{{{{OUTERMOST} = true}}}}{{{{if set $chartgateValue "{NAME}" {COUNTS}}}}}{{{{end}}}}'
        "{{end}}{{end}}{{end}}"
    )


def shim(name: str) -> str:
    """The body of a definition, and the start tag of the second definition, which gets the original body.

    The first one is called where no probe passes the counts on, such as in a text that `tpl` renders. It finds the
    counts, and calls the second one with them.

    Args:
        name: the name of the second definition, in quotes.
    """
    return f'{{{{include "{FINDING}" (dict "name" {name} "data" .)}}}}{{{{end}}}}{{{{define {name}}}}}'


def helpers(counting: Sequence[str]) -> str:
    """A file with the definitions that probes call.

    Args:
        counting: the names of the definitions that have a second one with the counts.
    """
    names = " ".join(json.dumps(name) for name in counting)
    return (
        f'{{{{define "{ANY}"}}}}{{{{if has .name (list {names})}}}}'
        f'{{{{include (print .name "{SUFFIX}") (pick . "data" "probes")}}}}'
        "{{else}}{{include .name .data}}{{end}}{{end}}"
        f'{{{{define "{FINDING}"}}}}{{{{$chartgateRoot := .}}}}{{{{$chartgateFound := .data}}}}'
        f"{find('$chartgateFound')}"
        f'{{{{include $chartgateRoot.name (dict "data" $chartgateFound "probes" {COUNTS})}}}}{{{{end}}}}'
    )
