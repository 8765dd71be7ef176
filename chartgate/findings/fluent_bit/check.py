"""The check itself: every configuration of a release, with the environment of the containers that mount it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_release
from chartgate.findings.fluent_bit import dry_run, known, start
from chartgate.findings.fluent_bit.classic import Configuration, Section, is_configuration, parse, variables_of
from chartgate.findings.fluent_bit.mounts import Mount, mounts_of
from chartgate.findings.fluent_bit.paths import path_faults
from chartgate.findings.fluent_bit.start import Fault
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered

KEY = "fluent-bit"
RULES = {
    "unreadable": "a line is neither a section nor a key with a value in one, or is not indented as the others are",
    "unknown-section": "a section has a name that Fluent Bit does not know: it ignores the section",
    "unknown-plugin": "an input, filter or output names no plugin, or one that Fluent Bit does not have",
    "unknown-key": "a plugin does not know a key: Fluent Bit does not start; in another section it ignores the key",
    "missing-key": "a key is missing without which Fluent Bit does not start, although --dry-run passes",
    "wrong-value": "a key has a value with which Fluent Bit does not start, even where --dry-run passes",
    "twice": "a key appears twice in a plugin that takes it once",
    "file": "the configuration names a file that no volume has, or a folder that the container cannot write to",
    "parser": "a plugin uses a parser that no file of the configuration defines",
    "unmounted": "no container of the release mounts the configuration",
    "variable": "${NAME} is not in the environment of a container that mounts the configuration",
    "dry-run": "fluent-bit --dry-run refuses the configuration",
}


# A key that names parsers → the section that defines one, and those that Fluent Bit has itself.
_PARSER_KEYS = {
    "parser": ("parser", frozenset[str]()),
    "multiline.parser": ("multiline_parser", frozenset({"docker", "cri", "go", "java", "python", "ruby"})),
}


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge each distinct release that has a configuration."""
    return by_release(KEY, renders, _examine, count=lambda r: sum(1 for _ in _configured(r)))


def _configured(rendered: Rendered) -> Iterator[tuple[KubeObject, dict[str, str]]]:
    for obj in rendered.release.of_kind("ConfigMap"):
        data = obj.manifest.get("data") or {}
        texts = {key: str(text) for key, text in data.items() if is_configuration(str(text))}
        if texts:
            yield obj, texts


def _examine(rendered: Rendered) -> Iterator[Finding]:
    for obj, texts in _configured(rendered):
        files = {key: parse(text) for key, text in texts.items()}
        mounts = mounts_of(rendered.release, obj)
        if not mounts:
            yield _finding("unmounted", obj, "data", "is mounted by no container of the release")
        names = {name for part in ("data", "binaryData") for name in obj.manifest.get(part) or ()}
        found = 0
        for key, configuration in files.items():
            faults = [*_own_faults(configuration), *_parsers(configuration, files), *_variables(configuration, mounts)]
            faults += dict.fromkeys(fault for mount in mounts for fault in path_faults(configuration, names, mount))
            for rule, line, what in faults:
                yield _finding(rule, obj, f"data.{key}: line {line}", what)
            found += len(faults)
        # What the tables refuse already, the program would only refuse once more.
        if not found:
            for complaint in dry_run.complaints(texts, [mount.path for mount in mounts]):
                yield _finding("dry-run", obj, "data", complaint)


@lru_cache(maxsize=1024)
def _own_faults(configuration: Configuration) -> tuple[Fault, ...]:
    """What is wrong with a file whatever stands beside it."""
    return tuple(_faults(configuration))


def _faults(configuration: Configuration) -> Iterator[Fault]:
    for line, text in configuration.odd:
        yield "unreadable", line, text
    for section in configuration.sections:
        if section.name not in known.sections():
            yield "unknown-section", section.line, f"{section.name.upper()} is not a section of Fluent Bit"
            continue
        plugin = ""
        if section.name in known.PLUGIN_SECTIONS:
            plugin = section.get("name").lower()
            if plugin not in known.plugins(section.name):
                yield "unknown-plugin", section.line, f'"{plugin}" is not an {section.name} of Fluent Bit'
                continue
        for key, _, line in section.entries:
            if not known.knows(section.name, plugin, key):
                of = f"{section.name} {plugin}" if plugin else f"section {section.name.upper()}"
                yield "unknown-key", line, f"{key} is not a key of {of}"
        yield from start.section_faults(section, plugin)
    yield from start.file_faults(configuration)


def _parsers(configuration: Configuration, files: Mapping[str, Configuration]) -> Iterator[Fault]:
    """Parsers that plugins name; judged only where all files of parsers are the ConfigMap's own."""
    listed = [path for section in _of(configuration, "service") for path in section.all("parsers_file")]
    if any(path.rpartition("/")[2] not in files for path in listed):
        return
    own = [*listed, *(key for key, file in files.items() if file is configuration)]
    sections = [section for path in own for section in files[path.rpartition("/")[2]].sections]
    for section in configuration.sections:
        if section.name in {"input", "filter"}:
            for key, value, line in section.entries:
                if key.lower() not in _PARSER_KEYS or "$" in value:
                    continue
                kind, known_already = _PARSER_KEYS[key.lower()]
                defined = {one.get("name") for one in sections if one.name == kind} | known_already
                for name in value.split(","):
                    if name.strip() not in defined:
                        yield "parser", line, f"{key}: {name.strip()} is not defined in {', '.join(files)}"


def _of(configuration: Configuration, name: str) -> list[Section]:
    return [section for section in configuration.sections if section.name == name]


def _variables(configuration: Configuration, mounts: Sequence[Mount]) -> Iterator[Fault]:
    for section in configuration.sections:
        for key, value, line in section.entries:
            for name in variables_of(value):
                for mount in mounts:
                    if name not in configuration.variables and not mount.has(name):
                        what = f"{key} reads ${{{name}}}, which the container {mount.container} does not have"
                        yield "variable", line, what


def _finding(rule: str, obj: KubeObject, where: str, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, where, what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Fluent Bit configuration",
    why="Fluent Bit does not start with an unknown key of a plugin, and replaces an unset variable by nothing.",
    remedy="compare with the plugin's page in Fluent Bit's manual",
    source="Fluent Bit 5.1.1 and 4.2.8: fluent-bit -J, --dry-run, and starts; Fluent Bit manual, classic mode",
    examine=examine,
    rules=RULES,
    about="Fluent Bit configurations in classic mode",
    program=dry_run.PROGRAM,
)
