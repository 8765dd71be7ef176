"""The command: HTTP on 8080, HTTPS on 8443 with server.crt and server.key of the folder CERTIFICATES, forward on 24224
with the shared key of SHARED_KEY; ends at SIGTERM.
"""

import os
import signal
import sys
from pathlib import Path
from threading import Thread

from . import over_forward, over_http
from .inbox import Inbox

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    received = Inbox()
    forward = over_forward.server(24224, os.environ.get("SHARED_KEY", ""), received)
    secured = over_http.server(8443, received, certificates=Path(os.environ["CERTIFICATES"]))
    for server in (forward, secured):
        Thread(target=server.serve_forever, daemon=True).start()
    over_http.server(8080, received).serve_forever()
