"""What tests want to know about processes."""

from pathlib import Path


def is_running(process: int) -> bool:
    """Whether a process runs. One that has ended, and that nobody has waited for, does not."""
    path = Path(f"/proc/{process}/stat")
    try:
        return path.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
