"""A chart and options for the tests of template coverage."""

from collections.abc import Callable
from pathlib import Path

from chartgate.values.selection import Choice

QUICK = ("--offered", "--kube", "1.30")
ONE = Choice(offered=True, kubernetes=("1.30",))
"""The same as a choice."""
MakeChart = Callable[[dict[str, str]], Path]
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"
SWITCH = f"{CONFIG}  {{{{- if .Values.a }}}}\n  x: a\n  {{{{- end }}}}\n  y: b\n"
