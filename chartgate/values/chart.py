"""A chart, read once: what Helm reads of it, and what the gate reads beside that."""

from dataclasses import dataclass, field
from functools import cached_property, partial
from os.path import relpath
from pathlib import Path
from typing import Any

import yaml

from chartgate.errors import GateError
from chartgate.tools.cache import scratch_folder
from chartgate.tools.chart_files import ChartFiles, read_chart_files
from chartgate.tools.helm_pull import pull
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.reading import Reading, shown
from chartgate.values.api_cases import api_cases
from chartgate.values.case import Case
from chartgate.values.chart_reference import ChartReference
from chartgate.values.check_folders import CheckFolder, read_check_folders, read_checkov_folders
from chartgate.values.ci_cases import ci_cases
from chartgate.values.document_cases import document_cases, refuse
from chartgate.values.imported_values import imported_values
from chartgate.values.installable import dependency_keys, dependency_switches, installable
from chartgate.values.known_kinds import KnownKinds, read_known_kinds
from chartgate.values.matrix import FILE_NAME as MATRIX_FILE
from chartgate.values.matrix import Matrix, read_matrix
from chartgate.values.packed_chart import is_packed, unpacked
from chartgate.values.policies import Policies, read_policies
from chartgate.values.settings import Settings, read_settings
from chartgate.values.shape import Shape, read_defaults, read_shape
from chartgate.values.template_reads import Reads, template_reads
from chartgate.values.template_texts import template_texts
from chartgate.values.template_walk import Names


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart. What it says is parsed when it is asked for; each property raises GateError where a file is invalid.

    `files` are those that Helm reads; `matrix_file` is the matrix, the chart's own or one that the user names;
    `settings_file` is a settings file in place of the chart's own chartgate.yaml, if the user names one. `left_out`
    tells what cannot be used of the chart; more is added while its cases are read. `absent_switches` are the values
    paths that would switch on a subchart that is missing, and `absent_keys` the keys of the values of such subcharts.
    `packed` tells that the chart came as an archive.
    """

    name: str
    files: ChartFiles
    matrix_file: Path
    reading: Reading
    settings_file: Path | None = None
    left_out: list[str] = field(default_factory=list)
    absent_switches: frozenset[str] = frozenset()
    packed: bool = False
    absent_keys: frozenset[str] = frozenset()

    @property
    def folder(self) -> Path:
        """Where the chart is."""
        return self.files.folder

    @cached_property
    def settings(self) -> Settings:
        """What the settings file says; the defaults without one."""
        return read_settings(self.files, self.reading, self.settings_file)

    @cached_property
    def known_kinds(self) -> KnownKinds:
        """The kinds that the files named in chartgate.yaml describe."""
        return read_known_kinds(self.settings.schemas, self.reading)

    @cached_property
    def policies(self) -> Policies:
        """The policies in the files that the settings file names."""
        return read_policies(self.settings.policies, self.reading)

    @cached_property
    def check_folders(self) -> tuple[CheckFolder, ...]:
        """The folders of checks that the settings file names."""
        return read_check_folders(self._trusted(self.settings.checks), self.reading)

    @cached_property
    def checkov_folders(self) -> tuple[CheckFolder, ...]:
        """The folders of checkov's external checks that the settings file names."""
        return read_checkov_folders(self._trusted(self.settings.checkov_checks), self.reading)

    def _trusted(self, folders: tuple[Path, ...]) -> tuple[Path, ...]:
        """The folders of code that may run. An archive is by others: its own settings file may name none."""
        if not folders or not self.packed or self.settings_file is not None:
            return folders
        self._leave_out(
            "the checks that chartgate.yaml in the archive names, because the gate runs no code from an archive: "
            "name a settings file of your own with --settings"
        )
        return ()

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What values.yaml holds; empty when there is none."""
        return read_defaults(self.files)

    @cached_property
    def shape(self) -> Shape | None:
        """What values.schema.json says of the values; None when there is none."""
        return read_shape(self.files, self.defaults)

    @cached_property
    def matrix(self) -> Matrix | None:
        """The matrix that somebody wrote; None when there is none."""
        own = self.matrix_file == self.folder / MATRIX_FILE
        if self.reading.content(self.matrix_file, may_be_pipe=not own) is None and own:
            return None
        return read_matrix(self.matrix_file, self.reading)

    @cached_property
    def ci_cases(self) -> list[Case]:
        """The cases of ci/*-values.yaml."""
        settings = self.settings
        return ci_cases(self.folder, self.reading, settings.release, settings.namespace, self._leave_out)

    @cached_property
    def offered_cases(self) -> list[Case]:
        """The cases that people wrote, in a fixed order, each under a name of its own: the defaults, the CI values, the
        APIs that templates ask about, the examples of documents.
        """
        settings = self.settings
        defaults = Case("defaults", "the chart as it comes", (), (), settings.release, settings.namespace)
        cases = [defaults, *self.ci_cases, *api_cases(self.files, settings.release, settings.namespace)]
        for document in settings.documents:
            # Nobody has said that the examples of a README that was merely found have to work.
            complain = refuse if settings.documents_named else self._leave_out
            try:
                cases += document_cases(
                    document,
                    Path(relpath(document, self.folder)).as_posix(),
                    self.name,
                    settings.release,
                    settings.namespace,
                    reading=self.reading,
                    known=self.known_keys,
                    complain=complain,
                )
            except GateError as error:
                complain(str(error))
        return cases

    def _leave_out(self, text: str) -> None:
        if text not in self.left_out:
            self.left_out.append(text)

    @cached_property
    def known_keys(self) -> frozenset[str]:
        """The keys at the top of the chart's values: those of values.yaml, of its schema, and its subcharts."""
        schema = self.shape.properties(self.shape.resolved(self.shape.root)) if self.shape else {}
        return frozenset({*self.defaults, *schema, *self.subchart_keys, "global"})

    @cached_property
    def subchart_keys(self) -> frozenset[str]:
        """The keys at the top of the values under which subcharts have theirs."""
        return frozenset({*dependency_keys(self.files), *self.absent_keys})

    def imports(self, path: Names) -> bool:
        """Whether `import-values` may put a value of a subchart at a path or around it."""
        return any(path[: len(imported)] == imported for imported in self._imported)

    @cached_property
    def _imported(self) -> frozenset[Names]:
        return frozenset(imported_values(self.files))

    @cached_property
    def switches(self) -> frozenset[Names]:
        """The values that Helm itself reads to tell which subcharts are on."""
        return frozenset(tuple(path.split(".")) for path in dependency_switches(self.files))

    @cached_property
    def reads(self) -> Reads:
        """Which values the templates read, and the texts of values that `tpl` evaluates."""
        return template_reads([*template_texts(self.files), *(case.values[0] for case in self.ci_cases)])

    @cached_property
    def digest(self) -> str:
        """Hash of all that is read of the chart, whether Helm reads it or only the gate does.

        Raises:
            GateError: a file of the chart cannot be read or is invalid.
        """
        # Which files beside the chart belong to it, such as the values files of a README, its documents say.
        _ = self.matrix, self.offered_cases, self.known_kinds, self.check_folders, self.checkov_folders, self.policies
        return self.reading.digest


def read_chart(
    source: Path | ChartReference, matrix_file: Path | None = None, settings_file: Path | None = None
) -> Chart:
    """The chart in a folder, in an archive that `helm package` made, or where it is published.

    Args:
        source: the folder, the archive, or a reference to pull.
        matrix_file: a matrix in place of the chart's own.
        settings_file: a settings file in place of the chart's own.

    Raises:
        GateError: there is no readable Chart.yaml with a name, or a file that Helm would read cannot be read;
            or a subchart that is on by default is missing; or the chart cannot be pulled.
    """
    reading = Reading()
    folder, packed = _folder_of(source)
    name = _name(folder, reading)
    files = read_chart_files(folder, reading)
    found = installable(files, partial(read_defaults, files))
    return Chart(
        name,
        found.files,
        matrix_file or folder / MATRIX_FILE,
        reading,
        settings_file,
        list(found.left_out),
        found.switches,
        packed,
        found.keys,
    )


def _folder_of(source: Path | ChartReference) -> tuple[Path, bool]:
    """Where the files are, and whether they come out of an archive."""
    if isinstance(source, ChartReference):
        with scratch_folder() as folder:
            return unpacked(pull(source.chart, source.version, folder)), True
    return (unpacked(source), True) if is_packed(source) else (source, False)


def _name(folder: Path, reading: Reading) -> str:
    path = folder / "Chart.yaml"
    content = reading.content(path)
    if content is None:
        raise GateError(
            f"{shown(folder)} is not a chart: {shown(path)}: No such file: name a folder that holds a Chart.yaml"
        )
    try:
        data, _ = read_values(content)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise GateError(f"{shown(path)}: is not YAML: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise GateError(f"{shown(path)}: has no name: give the chart one")
    return str(data["name"])
