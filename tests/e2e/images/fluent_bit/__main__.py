"""The command: `python3 -m fluent_bit --config=FILE [--dry-run]`."""

import argparse
import os
import signal
import sys
from pathlib import Path
from threading import Event as Signal

from .assembly import assemble, checked
from .configuration import Section
from .errors import ConfigurationError, NotDoneError
from .http_server import NAME, serve
from .log import Log

LOOK_SECONDS = 0.25
NOT_DONE = 3


def main() -> int:
    """Run until SIGTERM; with `--dry-run`, only read the configuration.

    The exit code is 0; 1 where the real program's `--dry-run` refuses the configuration; 255 where that passes and the
    real program does not start; NOT_DONE where the configuration needs what this stand-in does not do.
    """
    options = argparse.ArgumentParser(prog="fluent-bit")
    options.add_argument("-c", "--config", type=Path, required=True)
    options.add_argument("--dry-run", action="store_true")
    given = options.parse_args()
    stopped = Signal()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    refused = 1
    try:
        sections = checked(given.config, os.environ)
        if given.dry_run:
            sys.stderr.write("configuration test is successful\n")
            return 0
        refused = 255
        service = next((section for section in sections if section.name == "SERVICE"), Section("SERVICE"))
        log = Log(service.get("log_level", "info"))
        pipeline = assemble(sections, log)
        if service.switch("http_server", False):
            serve(service, pipeline.totals)
    except ConfigurationError as error:
        Log().error(f"[config] {error}")
        return NOT_DONE if isinstance(error, NotDoneError) else refused
    log.info(f"[engine] started: {NAME}")
    while not stopped.wait(LOOK_SECONDS):
        pipeline.turn()
    log.info("[engine] caught signal, last look at the files")
    pipeline.finish(service.number("grace", 5))
    return 0


if __name__ == "__main__":
    sys.exit(main())
