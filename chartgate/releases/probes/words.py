"""What probes are made of: pieces of templates that Helm 3.2 and later understand."""

import json
from collections.abc import Sequence

NAME = "chartgate"
COUNTS = f"${NAME}"
"""The variable with the counts, in each template: a dict that all templates of a render share."""
DATA = f"{NAME}Data"
"""The variable with the data that a definition was called with, without its dollar sign."""
OUTERMOST = f"${NAME}Outermost"
SUFFIX = " (chartgate)"
"""Added to the name of a definition, it is the name of the one that gets the counts beside its data."""
ANY = f"{NAME}.include"
"""The definition that calls another one, whose name is known when it is called."""
FINDING = f"{NAME}.find"
"""The definition that looks for the counts, and calls another one with them."""
MARK = "# chartgate reached "
"""What follows in a line are the counts."""
KEPT = "kept"
"""The key of the dict under which a value is kept while it is judged."""

_SAID = f'(omit {COUNTS} "{KEPT}" | toJson)'
END_FILE = f'{{{{if {OUTERMOST}}}}}{{{{printf "\\n{MARK}%s\\n" {_SAID}}}}}{{{{end}}}}'
WITH_COUNTS = f'printf "%[2]s\\n{MARK}%[1]s" {_SAID}'
"""Puts the counts after a message."""
BEGIN_DEFINITION = f"{{{{{COUNTS} := .probes}}}}{{{{${DATA} := .data}}}}"


def noted(counter: str) -> str:
    """An expression that notes that it was reached, and is the dict of the counts."""
    return f'(set {COUNTS} "{counter}" 1)'


def counted(counter: str) -> str:
    """An expression that counts how often it was reached, and is the dict of the counts."""
    return f'(set {COUNTS} "{counter}" (add1 (get {COUNTS} "{counter}")))'


def probe(counter: str, *, trims_after: bool = False) -> str:
    """Actions that note that they were reached, and print nothing; with the trim marker of the tag before them."""
    return f"{{{{if {noted(counter)}}}}}{{{{end{' -' if trims_after else ''}}}}}"


def otherwise(counter: str, *, trims_before: bool) -> str:
    """An `else` that notes that it was reached, with the trim marker of the tag after it."""
    return f"{{{{{'- ' if trims_before else ''}else}}}}{probe(counter)}"


def judging(empty: str, full: str) -> str:
    """Commands that pass a value on, and note whether it is empty, as sprig's `default` sees it."""
    which = f'(ternary "{empty}" "{full}" (empty (get {COUNTS} "{KEPT}")))'
    return f'set {COUNTS} "{KEPT}" | and (set {COUNTS} {which} 1) | pluck "{KEPT}" | first'


def find(data: str) -> str:
    """Actions that look for the counts in the data of a template that was called without them.

    That is Helm's root, or has it in one of its entries; Helm keeps a map there for each file, `.Template`.
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
    """A file that Helm renders keeps the counts; one that another file includes goes on with those of that file."""
    return (
        f'{find(".")}{{{{{OUTERMOST} := false}}}}{{{{if and (not {COUNTS}) (kindIs "map" .)}}}}'
        "{{range $chartgateKey, $chartgateValue := .}}"
        '{{if and (eq (toString $chartgateKey) "Template") (kindIs "map" $chartgateValue)}}'
        f'{{{{{OUTERMOST} = true}}}}{{{{if set $chartgateValue "{NAME}" {COUNTS}}}}}{{{{end}}}}'
        "{{end}}{{end}}{{end}}"
    )


def shim(name: str) -> str:
    """What a definition does when it is called by what does not count, such as a text that `tpl` renders.

    `name` is that of the one that counts, in quotes. What follows is its beginning.
    """
    return f'{{{{include "{FINDING}" (dict "name" {name} "data" .)}}}}{{{{end}}}}{{{{define {name}}}}}'


def helpers(counting: Sequence[str]) -> str:
    """The definitions that probes call. `counting` are the names of the definitions that get the counts."""
    names = " ".join(json.dumps(name) for name in counting)
    return (
        f'{{{{define "{ANY}"}}}}{{{{if has .name (list {names})}}}}'
        f'{{{{include (print .name "{SUFFIX}") (pick . "data" "probes")}}}}'
        "{{else}}{{include .name .data}}{{end}}{{end}}"
        f'{{{{define "{FINDING}"}}}}{{{{$chartgateRoot := .}}}}{{{{$chartgateFound := .data}}}}'
        f"{find('$chartgateFound')}"
        f'{{{{include $chartgateRoot.name (dict "data" $chartgateFound "probes" {COUNTS})}}}}{{{{end}}}}'
    )
