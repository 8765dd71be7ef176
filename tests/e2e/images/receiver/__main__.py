"""The command: HTTP on 8080, forward on 24224 with the shared key of SHARED_KEY; ends at SIGTERM."""

import os
import signal
import sys
from threading import Thread

from . import over_forward, over_http
from .inbox import Inbox

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    received = Inbox()
    forward = over_forward.server(24224, os.environ.get("SHARED_KEY", ""), received)
    Thread(target=forward.serve_forever, daemon=True).start()
    over_http.server(8080, received).serve_forever()
