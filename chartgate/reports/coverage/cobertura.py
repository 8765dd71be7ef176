"""Cobertura's XML: which lines and branches of templates are reached, for CI servers (GitLab, Jenkins, Azure DevOps).

Source: coverage-04.dtd of Cobertura. A package is a folder, a class a template.
"""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from chartgate.releases.probes.points import Point
from chartgate.reports.coverage.result import TemplateCoverage, by_line
from chartgate.reports.junit import xml_text


def cobertura_report(coverage: TemplateCoverage) -> bytes:
    """The whole file, in UTF-8. What chartgate.yaml declares unreachable is left out."""
    root = ET.Element("coverage", {"version": "chartgate", "timestamp": "0", "complexity": "0"})
    ET.SubElement(ET.SubElement(root, "sources"), "source").text = xml_text(str(coverage.chart.folder.resolve()))
    packages = ET.SubElement(root, "packages")
    whole: list[Point] = []
    folders: dict[str, list[str]] = {}
    for name in coverage.files:
        folders.setdefault(Path(name).parent.as_posix(), []).append(name)
    for folder, names in folders.items():
        package = ET.SubElement(packages, "package", {"name": xml_text(folder), "complexity": "0"})
        classes = ET.SubElement(package, "classes")
        of_package: list[Point] = []
        for name in names:
            points = [point for point in coverage.files[name] if point not in coverage.excused]
            one = ET.SubElement(
                classes, "class", {"name": xml_text(Path(name).name), "filename": xml_text(name), "complexity": "0"}
            )
            _add_rates(one, coverage, points)
            ET.SubElement(one, "methods")
            _add_lines(ET.SubElement(one, "lines"), coverage, points)
            of_package += points
        _add_rates(package, coverage, of_package)
        whole += of_package
    _add_rates(root, coverage, whole, totals=True)
    ET.indent(root)
    doctype = b'<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n'
    declaration = b'<?xml version="1.0" encoding="utf-8"?>\n'
    return declaration + doctype + bytes(ET.tostring(root, encoding="utf-8")) + b"\n"


def _add_lines(parent: ET.Element, coverage: TemplateCoverage, points: Sequence[Point]) -> None:
    for line, some in by_line(points):
        hits = [coverage.hits(point) for point in some]
        share = f"{100 * sum(map(bool, hits)) // len(hits)}% ({sum(map(bool, hits))}/{len(hits)})"
        told = {"number": str(line), "hits": str(max(hits)), "branch": "true", "condition-coverage": share}
        ET.SubElement(parent, "line", told)


def _add_rates(
    element: ET.Element, coverage: TemplateCoverage, points: Sequence[Point], *, totals: bool = False
) -> None:
    """The shares of lines and of branches; with `totals` their numbers as well."""
    files: dict[str, list[Point]] = {}
    for point in points:
        files.setdefault(point.file, []).append(point)
    lines = [any(map(coverage.hits, some)) for own in files.values() for _, some in by_line(own)]
    branches = [coverage.hits(point) > 0 for point in points]
    for kind, found in (("line", lines), ("branch", branches)):
        element.set(f"{kind}-rate", f"{sum(found) / len(found):.4f}" if found else "1")
    if totals:
        for kind, found in (("lines", lines), ("branches", branches)):
            element.set(f"{kind}-covered", str(sum(found)))
            element.set(f"{kind}-valid", str(len(found)))
