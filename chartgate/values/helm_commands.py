"""Helm commands read out of shell text. Nothing is run: what only a shell could know becomes a placeholder."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from chartgate.errors import GateError

PLACEHOLDER = "placeholder0123456789abcdefghijkl"
"""Stands for `$(…)` and `$VARIABLE`: 33 characters, so that it passes for a generated secret."""

_VERBS = frozenset({"install", "upgrade", "template"})
_SET_FLAGS = frozenset({"--set", "--set-string", "--set-json"})
# Flags of these verbs that take a value and do not change what is rendered here.
_OTHER_VALUE_FLAGS = frozenset(
    {"--version", "--timeout", "--repo", "--username", "--password", "--ca-file", "--cert-file", "--key-file"}
    | {
        "--keyring",
        "--description",
        "--labels",
        "-l",
        "--kube-context",
        "--kubeconfig",
        "--history-max",
        "--output",
        "-o",
    }
    | {"--post-renderer", "--name-template", "--api-versions", "-a", "--kube-version", "--show-only", "-s"}
)
_IS_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_END = frozenset({"|", "||", "&&", ";", "&", ">", ">>", "<", "<<"})


@dataclass(frozen=True)
class HelmCommand:
    """What a command says about a release; empty texts where it says nothing. `sets`: flag and value in turn."""

    release: str
    namespace: str
    values_files: tuple[str, ...]
    sets: tuple[str, ...]


def helm_commands(text: str, chart_name: str) -> list[HelmCommand]:
    """The commands in `text` that install, upgrade or template the chart `chart_name`, in their order.

    Raises:
        GateError: a command is cut short or reads its values from standard input.
    """
    commands = []
    for words in _helm_invocations(text):
        command = _read(words, chart_name)
        if command is not None:
            commands.append(command)
    return commands


def _helm_invocations(text: str) -> Iterator[list[str]]:
    """The words behind `helm` of each command that uses one of the verbs."""
    joined = re.sub(r"\\\n", " ", text)
    while re.search(r"\$\([^()]*\)", joined):
        joined = re.sub(r"\$\([^()]*\)", PLACEHOLDER, joined)
    joined = re.sub(r"\$\{?\w+\}?", PLACEHOLDER, joined)
    for line in joined.splitlines():
        if not re.match(r"[\s$]*(sudo\s+)?helm\s", line):
            continue
        lexer = shlex.shlex(line.lstrip(" $"), posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        try:
            words = list(lexer)
        except ValueError as error:
            raise GateError(f"the command `{line.strip()}` is cut short ({error}): close its quotes") from error
        words = words[words.index("helm") + 1 :]
        end = next((index for index, word in enumerate(words) if word in _END), len(words))
        if words[:1] and words[0] in _VERBS:
            yield words[:end]


def _read(words: list[str], chart_name: str) -> HelmCommand | None:
    release_and_chart: list[str] = []
    namespace = ""
    values_files: list[str] = []
    sets: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith("-"):
            release_and_chart.append(word)
            continue
        flag, equals, value = word.partition("=")
        takes_value = flag in _SET_FLAGS | _OTHER_VALUE_FLAGS | {"--set-file", "-f", "--values", "-n", "--namespace"}
        if takes_value and not equals:
            try:
                value = next(rest)
            except StopIteration:
                raise GateError(f"the command `helm {' '.join(words)}` ends after {flag}: give it a value") from None
        if flag in _SET_FLAGS:
            sets += [flag, value]
        elif flag == "--set-file":
            sets += ["--set-string", f"{value.partition('=')[0]}={PLACEHOLDER}"]
        elif flag in {"-f", "--values"}:
            values_files += value.split(",")
        elif flag in {"-n", "--namespace"}:
            namespace = value
    if "-" in values_files:
        raise GateError(f"the command `helm {' '.join(words)}` reads standard input: show a values file instead")
    if not release_and_chart or not _is_chart(release_and_chart[-1], chart_name):
        return None
    release = release_and_chart[0] if len(release_and_chart) > 1 else ""
    # The reader of [RELEASE_NAME] or MY_NAMESPACE writes a name of their own.
    release, namespace = (name if _IS_NAME.fullmatch(name) else "" for name in (release, namespace))
    return HelmCommand(release, namespace, tuple(values_files), tuple(sets))


def _is_chart(reference: str, chart_name: str) -> bool:
    """Whether a chart reference (folder, archive, repository name or OCI address) means the chart `chart_name`."""
    last = reference.rstrip("/").rsplit("/", 1)[-1]
    return reference in {".", "./"} or re.sub(r"(-v?\d+\.\d+\.\d+.*)?\.tgz$", "", last) == chart_name
