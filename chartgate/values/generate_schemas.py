"""`settings.schema.json` and its like, for editors: the JSON Schemas of the models.

Run as a program (`make generate`) it writes them; with `--check` it only says whether they are up to date.
"""

import json
import sys
from pathlib import Path

from chartgate.tools.models import schema_of
from chartgate.values import conversions, matrix, settings
from chartgate.values.conversions_file import ConversionsFile
from chartgate.values.matrix_file import MatrixFile
from chartgate.values.settings_file import SettingsFile

FOLDER = Path(__file__).parent


def documents() -> dict[Path, str]:
    """The text of each file."""
    models = {
        "settings": (settings.FILE_NAME, SettingsFile),
        "matrix": (matrix.FILE_NAME, MatrixFile),
        "conversions": (conversions.FILE_NAME, ConversionsFile),
    }
    return {
        FOLDER / f"{name}.schema.json": f"{json.dumps({**schema_of(model), 'title': title}, indent=2)}\n"
        for name, (title, model) in models.items()
    }


def main() -> int:
    """Write the schemas; with `--check`, return 1 if one is out of date and write nothing."""
    stale = [path for path, text in documents().items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        if "--check" in sys.argv[1:]:
            sys.stderr.write(f"{path.name}: differs from its model: run `make generate`\n")
        else:
            path.write_text(documents()[path], encoding="utf-8")
    return 1 if "--check" in sys.argv[1:] and stale else 0


if __name__ == "__main__":
    sys.exit(main())
