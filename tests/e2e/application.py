"""The application as its users meet it: over HTTP, with the paths and bodies of claude-relay-service."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 30
MESSAGE = {"model": "claude-sonnet-4-5", "max_tokens": 16, "messages": [{"role": "user", "content": "hello"}]}


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is text."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Refused(Exception):  # noqa: N818 (an answer, not a failure of the test)
    """The application answers with another status than 200. The text has both."""


class Stream:
    """An answer that arrives line by line while it is written."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection
        self.answer = connection.getresponse()

    def line(self) -> str:
        """The next line that is not empty; nothing where the stream has ended.

        Raises:
            http.client.IncompleteRead: it was cut off.
        """
        while line := self.answer.readline().decode():
            if line.strip():
                return line.strip()
        return ""

    def rest(self) -> list[str]:
        """All lines up to the end.

        Raises:
            http.client.IncompleteRead: it was cut off.
        """
        lines = [line for line in self.answer.read().decode().splitlines() if line.strip()]
        self._connection.close()
        return lines


class Application:
    """One way to it, "HOST:PORT"."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = SECONDS,
    ) -> Answer:
        """Its answer, whatever the status; TimeoutError where there is none within `seconds`."""
        connection = self._begin(method, path, body, headers or {}, seconds)
        try:
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()

    def log_in(self, name: str, password: str) -> "Administrator":
        """Raises Refused unless name and password are the administrator's."""
        answer = self.ask("POST", "/web/auth/login", {"username": name, "password": password})
        return Administrator(self, _accepted(answer)["token"])

    def message(self, api_key: str) -> Any:
        """The upstream's answer to a message, relayed.

        Raises:
            Refused: there is none.
        """
        return _accepted(self.ask("POST", "/api/v1/messages", MESSAGE, {"x-api-key": api_key}))

    def stream(self, api_key: str, seconds: float = SECONDS, headers: Mapping[str, str] | None = None) -> Stream:
        """The same as a stream; it breaks off when nothing arrives for `seconds`."""
        sent = {"x-api-key": api_key, **(headers or {})}
        return Stream(self._begin("POST", "/api/v1/messages", {**MESSAGE, "stream": True}, sent, seconds))

    def _begin(
        self, method: str, path: str, body: Any, headers: Mapping[str, str], seconds: float
    ) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self.address, timeout=seconds)
        content = {} if body is None else {"content-type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), {**content, **headers})
        return connection


@dataclass(frozen=True)
class Administrator:
    """Somebody who is logged in."""

    application: Application
    token: str

    def through(self, application: Application) -> "Administrator":
        """The same session by another way."""
        return Administrator(application, self.token)

    def create_account(self, name: str, url: str, key: str) -> None:
        """Store an upstream account; its key is encrypted."""
        self._ask("POST", "/admin/claude-console-accounts", {"name": name, "apiUrl": url, "apiKey": key})

    def accounts(self) -> list[str]:
        """The names of the upstream accounts."""
        return sorted(account["name"] for account in self._ask("GET", "/admin/claude-console-accounts")["data"])

    def create_api_key(self, name: str) -> str:
        """A new API key of the relay's own."""
        key: str = self._ask("POST", "/admin/api-keys", {"name": name})["data"]["apiKey"]
        return key

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return _accepted(self.application.ask(method, path, body, {"authorization": f"Bearer {self.token}"}))


def _accepted(answer: Answer) -> Any:
    if answer.status != 200:
        raise Refused(f"{answer.status} {answer.body}")
    return answer.data
