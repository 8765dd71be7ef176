"""Takes Fluentd's forward protocol, with a shared key. Source: Fluentd, Forward Protocol Specification v1.

MessagePack is read by the library that Debian packages, which knows nothing of the sender's.
"""

import hashlib
import secrets
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import msgpack  # type: ignore[import-not-found]  # in the image only

from .inbox import Inbox

HOSTNAME = "receiver"


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def server(port: int, shared_key: str, inbox: Inbox) -> ThreadingTCPServer:
    """A server on all addresses, not yet serving."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            nonce = secrets.token_bytes(16)
            messages = self._messages()
            self._say(["HELO", {"nonce": nonce, "auth": b"", "keepalive": True}])
            _, client, salt, digest, _, _ = next(messages)
            if digest != _digest(salt, client.encode(), nonce, shared_key.encode()):
                inbox.add(refused=client)
                self._say(["PONG", False, "shared key mismatch", "", ""])
                return
            own = _digest(salt, HOSTNAME.encode(), nonce, shared_key.encode())
            self._say(["PONG", True, "", HOSTNAME, own])
            for tag, entries, *_ in messages:
                inbox.add(tag=tag, entries=[[moment.to_unix(), record] for moment, record in entries])

        def _messages(self) -> Any:
            unpacker = msgpack.Unpacker(raw=False, ext_hook=_event_time)
            while data := self.request.recv(65536):
                unpacker.feed(data)
                yield from unpacker

        def _say(self, message: list[Any]) -> None:
            self.wfile.write(msgpack.packb(message))

    return _Server(("0.0.0.0", port), Handler)


def _event_time(kind: int, data: bytes) -> Any:
    if kind != 0:
        raise ValueError(f"extension type {kind} is no EventTime")
    return msgpack.Timestamp(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:], "big"))


def _digest(*parts: bytes) -> str:
    return hashlib.sha512(b"".join(parts)).hexdigest()
