"""A connection to a receiver, with TLS where the output asks for it.

Source: Fluent Bit manual, Transport security: by default the certificate is checked, but not the name in it.
"""

import socket
import ssl

from ..configuration import Section
from ..errors import ConfigurationError

SECONDS = 10
_LAST_PORT = 65535


class Receiver:
    """The receiver at `Host` and `Port` of a section.

    Raises:
        ConfigurationError: the file of `tls.ca_file` cannot be read, or holds no certificate.
    """

    def __init__(self, section: Section, default_port: int) -> None:
        self.host = section.get("host", "127.0.0.1")
        port = section.get("port")
        self.port = int(port) if port.isdecimal() else default_port
        self._name = section.get("tls.vhost") or self.host
        self._tls = _context(section) if section.switch("tls", False) else None

    @property
    def address(self) -> str:
        """Host and port as messages name them."""
        return f"{self.host}:{self.port}"

    def connect(self) -> socket.socket:
        """A connection; raises OSError when there is none to be had, or when its certificate is not trusted."""
        if self.port > _LAST_PORT:
            raise ConnectionError(f"{self.port} is not a port")
        connection = socket.create_connection((self.host, self.port), SECONDS)
        if self._tls is None:
            return connection
        try:
            return self._tls.wrap_socket(connection, server_hostname=self._name)
        except BaseException:
            connection.close()
            raise


def _context(section: Section) -> ssl.SSLContext:
    file = section.get("tls.ca_file") or None
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:
        raise ConfigurationError(f"tls.ca_file: {file}: {error.strerror or error}") from error
    verifies = section.switch("tls.verify", True)
    context.check_hostname = verifies and section.switch("tls.verify_hostname", False)
    if not verifies:
        context.verify_mode = ssl.CERT_NONE
    return context
