"""Which values a chart's templates read: `.Values.image.tag`, fields within `with` and `range`, and by variables.

The templates are read, and nothing is rendered. Where it is not clear what a template does with a value, it counts as
read with all that it holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chartgate.values.template_actions import actions

Names = tuple[str, ...]
"""The keys of a value from the top of the values."""
EACH = "[]"
"""In the place of a key: any key of a map, or any item of a list."""

_TESTS = frozenset(
    {
        *(
            "and",
            "or",
            "not",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "empty",
            "len",
            "kindIs",
            "typeIs",
            "kindOf",
            "typeOf",
        ),
        *("contains", "has", "hasPrefix", "hasSuffix", "regexMatch", "semverCompare", "lower", "upper", "toString"),
        *("int", "int64", "trim", "all", "any", "hasKey"),
    }
)
"""Functions that, in a condition, ask something about a value and not about all that it holds."""
_PASSING = frozenset({"default", "required"})
"""Functions that return the last value that they get."""
_KEYED = frozenset({"index", "get", "hasKey", "dig"})
"""Functions that take a key of a map."""


@dataclass
class Reads:
    """The values that templates read.

    `whole`: with all that they hold. `tested`: `if`, `with` or `range` ask whether they are empty, or what they are.
    """

    whole: set[Names] = field(default_factory=set)
    tested: set[Names] = field(default_factory=set)

    def uses(self, path: Names) -> bool:
        """Whether a template reads this value, a part of it, or a map that holds it."""
        return any(_begins(path, read) or _begins(read, path) for read in self.whole) or any(
            _begins(read, path) for read in self.tested
        )

    def names(self, path: Names) -> bool:
        """Whether a template names this value itself, or a part of it."""
        return any(read[: len(path)] == path for read in (*self.whole, *self.tested))

    def tests(self, path: Names) -> bool:
        """Whether a condition, a `with` or a `range` of a template depends on this value."""
        return any(_begins(path, read) and len(path) == len(read) for read in self.tested)


def template_reads(templates: Iterable[str]) -> Reads:
    """What these templates read."""
    reads = Reads()
    for template in templates:
        _Template(reads).read(template)
    return reads


def _begins(path: Names, start: Names) -> bool:
    return len(path) >= len(start) and all(
        one == other or EACH in {one, other} for one, other in zip(path, start, strict=False)
    )


@dataclass
class _Block:
    """An open block: the path that the dot has in it, None where it is no value, and the variables declared in it."""

    dot: Names | None
    variables: dict[str, Names | None] = field(default_factory=dict)


class _Template:
    """One template that is read from its beginning to its end."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._blocks = [_Block(None)]

    def read(self, template: str) -> None:
        """Note all that the template reads."""
        for words in actions(template):
            match words:
                case ["end", *_]:
                    if len(self._blocks) > 1:
                        self._blocks.pop()
                case ["define" | "block", *_]:
                    self._blocks.append(_Block(None))
                case ["else"]:
                    self._blocks[-1].dot = self._outer_dot()
                case ["else", "if" | "with" as keyword, *rest]:
                    self._blocks[-1].dot = self._outer_dot()
                    self._blocks[-1] = self._opened(keyword, rest)
                case ["if" | "with" | "range" as keyword, *rest]:
                    self._blocks.append(self._opened(keyword, rest))
                case [name, ":=" | "=", *rest] if name.startswith("$"):
                    self._declare(name, _Pipeline(self, rest).path())
                case _:
                    self.note(_Pipeline(self, words).path())

    def note(self, path: Names | None, *, tested: bool = False) -> None:
        """Note that a value is read."""
        if path is not None:
            (self._reads.tested if tested else self._reads.whole).add(path)

    def of_field(self, word: str) -> Names | None:
        """The path of a field of the dot such as `.Values.image`."""
        names = tuple(name for name in word.split(".") if name)
        if "Values" in names:
            return names[len(names) - names[::-1].index("Values") :]
        dot = self._blocks[-1].dot
        return None if dot is None else (*dot, *names)

    def of_variable(self, word: str) -> Names | None:
        """The path of a variable, or of a field of one."""
        name, *names = word.split(".")
        if "Values" in names:
            return self.of_field(word)
        for block in reversed(self._blocks):
            if name in block.variables:
                path = block.variables[name]
                return None if path is None else (*path, *names)
        return None

    def _outer_dot(self) -> Names | None:
        return self._blocks[-2].dot if len(self._blocks) > 1 else None

    def _declare(self, name: str, path: Names | None) -> None:
        known = next((block for block in reversed(self._blocks) if name in block.variables), None)
        if known is not None and known.variables[name] is not None and known.variables[name] != path:
            # Two values under one name: both count as read.
            self.note(known.variables[name])
            self.note(path)
            path = None
        (known or self._blocks[-1]).variables[name] = path

    def _opened(self, keyword: str, words: Sequence[str]) -> _Block:
        names: list[str] = []
        if ":=" in words:
            names = [word for word in words[: words.index(":=")] if word.startswith("$")]
            words = words[words.index(":=") + 1 :]
        path = _Pipeline(self, words, tested=True).path()
        self.note(path, tested=True)
        if path is not None and keyword == "range":
            path = (*path, EACH)
        dot = self._blocks[-1].dot if keyword == "if" else path
        # Of `range $key, $value`, the last is the value.
        variables: dict[str, Names | None] = dict.fromkeys(names)
        if names:
            variables[names[-1]] = path
        return _Block(dot, variables)


class _Pipeline:
    """The words of one pipeline; `path` is asked once.

    Args:
        tested: it is the condition of `if`, `with` or `range`.
    """

    def __init__(self, template: _Template, words: Sequence[str], *, tested: bool = False) -> None:
        self._template = template
        self._words = list(words)
        self._at = 0
        self._tested = tested

    def path(self) -> Names | None:
        """The path of the value that the pipeline returns; None where it returns something else."""
        path: Names | None = None
        piped: list[Names | None] = []
        while self._at < len(self._words) and self._words[self._at] != ")":
            path = self._command(piped)
            piped = [path]
            if self._at < len(self._words) and self._words[self._at] == "|":
                self._at += 1
        return path

    def _command(self, piped: list[Names | None]) -> Names | None:
        """The path of what a command returns. The words of it end at a bar or a closing bracket."""
        function = ""
        paths: list[Names | None] = []
        keys: list[str] = []
        while self._at < len(self._words) and self._words[self._at] not in {"|", ")"}:
            word = self._words[self._at]
            self._at += 1
            if word == "(":
                paths.append(self._bracket())
            elif word == ".":
                paths.append(self._template.of_field(""))
            elif word.startswith("."):
                paths.append(self._template.of_field(word))
            elif word.startswith("$"):
                paths.append(self._template.of_variable(word))
            elif word[0] in '"`':
                keys.append(word[1:-1])
            elif not function and not paths and not keys:
                function = word
        return self._result(function, [*paths, *piped], keys)

    def _bracket(self) -> Names | None:
        path = self.path()
        self._at += 1  # the closing bracket
        if self._at < len(self._words) and self._words[self._at].startswith(")."):
            word = self._words[self._at][1:]
            self._at += 1
            names = tuple(word.strip(".").split("."))
            if "Values" in names:
                return self._template.of_field(word)
            path = None if path is None else (*path, *names)
        return path

    def _result(self, function: str, paths: list[Names | None], keys: list[str]) -> Names | None:
        known = [path for path in paths if path is not None]
        if not function or function in _PASSING:
            for path in paths[:-1]:
                self._template.note(path, tested=self._tested)
            return paths[-1] if paths else None
        if function in _KEYED and keys and len(known) == 1:
            # dig has a default after the keys, which may be a text as well.
            path = (*known[0], *(keys[:-1] if function == "dig" and len(keys) > 1 else keys))
            if function != "hasKey":
                return path
            known = [path]
        for path in known:
            self._template.note(path, tested=self._tested and function in _TESTS)
        return None
