"""The output forward: Fluentd's protocol, in Forward mode. Source: Fluentd, Forward Protocol Specification v1."""

import hashlib
import secrets
import socket
from typing import Any, BinaryIO

from ..configuration import Section
from ..errors import DeliveryError
from ..events import Event
from ..msgpack import EventTime, pack, unpack
from .connection import Receiver


class Forward:
    """One connection a chunk; with a shared key the two sides first prove that they know it."""

    def __init__(self, section: Section) -> None:
        self._receiver = Receiver(section, 24224)
        self._shared_key = section.get("shared_key")
        self._hostname = section.get("self_hostname", "localhost")
        self._login = (section.get("username"), section.get("password"))
        self._tag = section.get("tag")
        self._integer_time = section.switch("time_as_integer", False)
        self._acknowledged = section.switch("require_ack_response", False)

    def send(self, tag: str, events: list[Event]) -> None:
        entries = [[self._time(event), event.record] for event in events]
        options: dict[str, Any] = {"size": len(events)}
        if self._acknowledged:
            options["chunk"] = secrets.token_hex(16)
        try:
            with self._receiver.connect() as connection, connection.makefile("rb") as answers:
                if self._shared_key:
                    self._prove(connection, answers)
                connection.sendall(pack([self._tag or tag, entries, options]))
                if self._acknowledged and unpack(answers).get("ack") != options["chunk"]:
                    raise DeliveryError("the receiver acknowledged another chunk")
        except (OSError, EOFError, ValueError) as error:
            raise DeliveryError(f"{self._receiver.address}: {error}") from error

    def _time(self, event: Event) -> Any:
        return int(event.time) if self._integer_time else EventTime(event.time)

    def _prove(self, connection: socket.socket, answers: BinaryIO) -> None:
        """HELO, PING, PONG of the specification."""
        kind, options = unpack(answers)
        if kind != "HELO":
            raise DeliveryError("the receiver does not ask for a shared key")
        nonce, salt = _bytes(options["nonce"]), secrets.token_bytes(16)
        user, password = self._login
        login = ""
        if options.get("auth"):
            login = _digest(_bytes(options["auth"]), user.encode(), password.encode())
        digest = _digest(salt, self._hostname.encode(), nonce, self._shared_key.encode())
        connection.sendall(pack(["PING", self._hostname, salt, digest, user if login else "", login]))
        answer = unpack(answers)
        if answer[:2] != ["PONG", True]:
            raise DeliveryError(f"the receiver refuses: {answer[2]}")
        if answer[4] != _digest(salt, answer[3].encode(), nonce, self._shared_key.encode()):
            raise DeliveryError("the receiver does not know the shared key")


def _digest(*parts: bytes) -> str:
    return hashlib.sha512(b"".join(parts)).hexdigest()


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
