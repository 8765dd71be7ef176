"""The command: `python3 -m fluent_bit --config=FILE`."""

import argparse
import os
import signal
import sys
from pathlib import Path
from threading import Event as Signal

from .assembly import assemble
from .configuration import Section, read
from .errors import ConfigurationError
from .http_server import NAME, serve
from .log import Log

LOOK_SECONDS = 0.25


def main() -> int:
    """Run until SIGTERM. The exit code: 0, or 1 for a configuration that is refused."""
    options = argparse.ArgumentParser(prog="fluent-bit")
    options.add_argument("-c", "--config", type=Path, required=True)
    path = options.parse_args().config
    stopped = Signal()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    try:
        sections = read(path, os.environ)
        service = next((section for section in sections if section.name == "SERVICE"), Section("SERVICE"))
        log = Log(service.get("log_level", "info"))
        pipeline = assemble(sections, os.environ, log)
        if service.switch("http_server", False):
            serve(service, pipeline.totals)
    except ConfigurationError as error:
        Log().error(f"[config] {error}")
        return 1
    log.info(f"[engine] started: {NAME}")
    while not stopped.wait(LOOK_SECONDS):
        pipeline.turn()
    log.info("[engine] caught signal, last look at the files")
    pipeline.finish(service.number("grace", 5))
    return 0


if __name__ == "__main__":
    sys.exit(main())
