"""The shell completes subcommands, options, the words of options, and files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chartgate import cli
from chartgate.commands.completion import SHELLS

PROGRAM = Path(sys.executable).with_name("chartgate")
# bash calls the function with the command line in these variables, when Tab is pressed.
ASK = """\
eval "$(chartgate completion bash)"
function=$(complete -p chartgate | sed 's/.*-F \\([^ ]*\\).*/\\1/')
for line in "$@"; do
  COMP_LINE=$line COMP_POINT=${#line} COMP_TYPE=9
  read -ra COMP_WORDS <<< "$line"
  [ "${line% }" = "$line" ] || COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  "$function" chartgate "${COMP_WORDS[COMP_CWORD]}" ""
  echo "$line: ${COMPREPLY[*]}"
done
"""
EXPECTED = {
    "chartgate ma": {"matrix", "mail/"},
    "chartgate mail --fail-on ": {"error", "warning", "never"},
    "chartgate render mail --ku": {"--kube"},
}


def test_bash_completes_a_line(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", ASK, "bash", *EXPECTED],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    answers = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert {line: set(words.split()) for line, words in answers.items()} == EXPECTED


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", shell]) == cli.CLEAN
    assert "chartgate" in capsys.readouterr().out
