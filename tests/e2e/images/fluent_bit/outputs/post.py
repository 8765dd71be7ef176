"""One HTTP request to a receiver."""

import base64
import http.client

from ..configuration import Section
from ..errors import DeliveryError
from .connection import Receiver


class HttpReceiver:
    """The receiver of a section, asked with the section's credentials (`HTTP_User` and `HTTP_Passwd`)."""

    def __init__(self, section: Section, default_port: int) -> None:
        self._receiver = Receiver(section, default_port)
        self._headers = [header for header in map(_header, section.all("header")) if header[1]]
        user, password = section.get("http_user"), section.get("http_passwd")
        if user and password:
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            self._headers.append(("Authorization", f"Basic {token}"))

    def post(self, path: str, body: bytes, content_type: str, *headers: tuple[str, str]) -> bytes:
        """The answer's body.

        Raises:
            DeliveryError: no answer, or one that is no success.
        """
        connection = http.client.HTTPConnection(self._receiver.host, self._receiver.port)
        try:
            connection.sock = self._receiver.connect()
            sent = dict([("Content-Type", content_type), *self._headers, *headers])
            connection.request("POST", path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"{self._receiver.address}: {error}") from error
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise DeliveryError(f"{self._receiver.address}: HTTP status {answer.status}")
        return content


def _header(line: str) -> tuple[str, str]:
    """A name and a value; a name alone is not sent."""
    name, _, value = line.partition(" ")
    return name, value.strip()
