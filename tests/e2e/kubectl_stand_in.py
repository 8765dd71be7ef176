"""kubectl for commands of documents: runs what they run in Redis' container on a Redis of this machine.

    kubectl_stand_in.py FOLDER ARGUMENTS…

FOLDER has `pod.json`, with the folder and the port of Redis, and `secret.json`, the data of the Secret. All commands
are written to `calls`.
"""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path


def main(state: Path, words: list[str]) -> int:
    """Run one command; its exit code."""
    with (state / "calls").open("a", encoding="utf-8") as calls:
        calls.write(" ".join(words) + "\n")
    if words[0] == "exec":
        pod = json.loads((state / "pod.json").read_text(encoding="utf-8"))
        command = words[words.index("--") + 1 :]
        moved = [re.sub(r"/data\b", f"{pod['folder']}/data", word) for word in command]
        moved = [re.sub(r"^redis-cli\b|(?<= )redis-cli\b", f"redis-cli -p {pod['port']}", word) for word in moved]
        return subprocess.run(" ".join(moved[0].split()).split() + moved[1:], check=False).returncode
    if words[:2] == ["get", "secret"]:
        data = json.loads((state / "secret.json").read_text(encoding="utf-8"))
        path = re.fullmatch(r"jsonpath=\{\.data\.(.+)\}", words[words.index("--output") + 1])
        sys.stdout.write(data[path[1]] if path else "")
    if words[:3] == ["create", "secret", "generic"]:
        files = [Path(word.partition("=")[2]) for word in words if word.startswith("--from-file=")]
        data = {file.name: base64.b64encode(file.read_bytes()).decode() for file in files}
        (state / f"{words[3]}.json").write_text(json.dumps(data), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
