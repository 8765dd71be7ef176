"""The check itself: every configuration of a release, with the environment of the containers that mount it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.fluent_bit import dry_run, known, start
from chartgate.findings.fluent_bit.classic import Configuration, Section, is_configuration, parse, variables_of
from chartgate.findings.fluent_bit.mounts import Mount, mounts_of
from chartgate.findings.fluent_bit.paths import path_faults
from chartgate.findings.fluent_bit.start import Fault as LineFault
from chartgate.findings.scopes import EachObjectInRelease
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release

# A key that names parsers → the section that defines one, and those that Fluent Bit has itself.
_PARSER_KEYS = {
    "parser": ("parser", frozenset[str]()),
    "multiline.parser": ("multiline_parser", frozenset({"docker", "cri", "go", "java", "python", "ruby"})),
}


def configurations(obj: KubeObject) -> dict[str, str]:
    """The configurations in a ConfigMap, by key."""
    data = obj.manifest.get("data") or {}
    return {key: str(text) for key, text in data.items() if is_configuration(str(text))}


def judge(obj: KubeObject, release: Release) -> Iterator[Fault]:
    """Faults of the configurations in a ConfigMap, with the environment of the containers that mount it."""
    texts = configurations(obj)
    files = {key: parse(text) for key, text in texts.items()}
    mounts = mounts_of(release, obj)
    if not mounts:
        yield Fault("unmounted", "data", "is mounted by no container of the release")
    names = {name for part in ("data", "binaryData") for name in obj.manifest.get(part) or ()}
    found = 0
    for key, configuration in files.items():
        faults = [*_own_faults(configuration), *_parsers(configuration, files), *_variables(configuration, mounts)]
        faults += dict.fromkeys(fault for mount in mounts for fault in path_faults(configuration, names, mount))
        for rule, line, what in faults:
            yield Fault(rule, f"data.{key}: line {line}", what)
        found += len(faults)
    # What the tables refuse already, the program would only refuse once more.
    if not found:
        for complaint in dry_run.complaints(texts, [mount.path for mount in mounts]):
            yield Fault("dry-run", "data", complaint)


@lru_cache(maxsize=1024)
def _own_faults(configuration: Configuration) -> tuple[LineFault, ...]:
    """What is wrong with a file whatever stands beside it."""
    return tuple(_faults(configuration))


def _faults(configuration: Configuration) -> Iterator[LineFault]:
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


def _parsers(configuration: Configuration, files: Mapping[str, Configuration]) -> Iterator[LineFault]:
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


def _variables(configuration: Configuration, mounts: Sequence[Mount]) -> Iterator[LineFault]:
    for section in configuration.sections:
        for key, value, line in section.entries:
            for name in variables_of(value):
                for mount in mounts:
                    if name not in configuration.variables and not mount.has(name):
                        what = f"{key} reads ${{{name}}}, which the container {mount.container} does not have"
                        yield "variable", line, what


CHECK = Check(
    key="fluent-bit",
    title="Fluent Bit configuration",
    why="Fluent Bit does not start with an unknown key of a plugin, and replaces an unset variable by nothing.",
    source="Fluent Bit 5.1.1 and 4.2.8: fluent-bit -J, --dry-run, and starts; Fluent Bit manual, classic mode",
    scopes=(EachObjectInRelease(judge, wanted=lambda obj: obj.kind == "ConfigMap" and bool(configurations(obj))),),
    rules={
        "unreadable": Rule(
            "a line is neither a section nor a key with a value in one, or is not indented as the others are",
            "indent all lines of a section alike, and write each as a key and a value",
            "[INPUT] followed by a line without a value",
        ),
        "unknown-section": Rule(
            "a section has a name that Fluent Bit does not know: it ignores the section",
            "correct the section's name",
            "[INPUTS]",
        ),
        "unknown-plugin": Rule(
            "an input, filter or output names no plugin, or one that Fluent Bit does not have",
            "use a plugin that the section's page in Fluent Bit's manual lists",
            "[OUTPUT] with Name lokki",
        ),
        "unknown-key": Rule(
            "a plugin does not know a key: Fluent Bit does not start; in another section it ignores the key",
            "correct the key's name by the plugin's page in Fluent Bit's manual",
            "LineFormat json in the output loki",
        ),
        "missing-key": Rule(
            "a key is missing without which Fluent Bit does not start, although --dry-run passes",
            "add the key",
            "[OUTPUT] with Name http and Format, without Host",
        ),
        "wrong-value": Rule(
            "a key has a value with which Fluent Bit does not start, even where --dry-run passes",
            "use a value of the form that the finding names",
            "Mem_Buf_Limit lots",
        ),
        "twice": Rule(
            "a key appears twice in a plugin that takes it once",
            "keep one of the two",
            "two keys Path in an input tail",
        ),
        "file": Rule(
            "the configuration names a file that no volume has, or a folder that the container cannot write to",
            "mount the file or folder, or correct the path",
            "Parsers_File parsers.conf, and no volume has it",
        ),
        "parser": Rule(
            "a plugin uses a parser that no file of the configuration defines",
            "define the parser in a file of parsers, or correct its name",
            "Parser dcoker",
        ),
        "unmounted": Rule(
            "no container of the release mounts the configuration",
            "mount the ConfigMap in the container that runs Fluent Bit",
            "a ConfigMap with fluent-bit.conf that no volume names",
            severity="warning",
        ),
        "variable": Rule(
            "${NAME} is not in the environment of a container that mounts the configuration",
            "set the variable in the container's env, or correct its name",
            "Host ${LOKI_HOTS}",
        ),
        "dry-run": Rule(
            "fluent-bit --dry-run refuses the configuration",
            "correct what fluent-bit --dry-run names",
            "a configuration that the program refuses and the tables do not",
        ),
    },
    about="Fluent Bit configurations in classic mode",
    program=dry_run.FLUENT_BIT.name,
)
