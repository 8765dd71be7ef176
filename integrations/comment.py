"""Writes a comment on a pull request of GitHub, and replaces the one of an earlier run. The action runs it.

python comment.py FILE    the text in Markdown

Environment variables: GITHUB_API_URL and GITHUB_REPOSITORY, as the runner sets them; TOKEN, which may write comments;
NUMBER of the pull request; CHART, because each chart has a comment of its own.
"""

import itertools
import json
import os
import sys
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

SECONDS = 30
PAGE = 100
MOST_CHARACTERS = 65_536
"""GitHub refuses a comment that is longer."""


def main(arguments: list[str]) -> int:
    """Write the comment. The exit code is 1 if GitHub refuses it; a token without permission gets a warning."""
    (file,) = arguments
    mark = f"<!-- chartgate: {os.environ['CHART'].replace('--', '')} -->"
    body = f"{mark}\n{Path(file).read_text(encoding='utf-8')}"[:MOST_CHARACTERS]
    repository = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}"
    comments = f"{repository}/issues/{os.environ['NUMBER']}/comments"
    try:
        earlier = _earlier(comments, mark)
        if earlier is None:
            _ask("POST", comments, {"body": body})
        else:
            _ask("PATCH", f"{repository}/issues/comments/{earlier}", {"body": body})
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.FORBIDDEN:
            # The token of a pull request from a fork may not write comments.
            print("::warning::chartgate: the token may not write comments: the summary of the job has the same text")
            return 0
        print(f"::error::chartgate: GitHub refuses the comment: {error.code} {error.reason}")
        return 1
    except OSError as error:
        print(f"::error::chartgate: GitHub does not answer: {error}")
        return 1
    return 0


def _earlier(comments: str, mark: str) -> int | None:
    """The number of the comment that begins with the mark."""
    for page in itertools.count(1):
        found = _ask("GET", f"{comments}?per_page={PAGE}&page={page}")
        for comment in found:
            if str(comment["body"]).startswith(mark):
                return int(comment["id"])
        if len(found) < PAGE:
            break
    return None


def _ask(method: str, url: str, content: dict[str, str] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Accept": "application/vnd.github+json"}
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 (the runner says where GitHub is)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
