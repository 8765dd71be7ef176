"""Helm as a library: no program is needed, and a render costs milliseconds.

`process.py` is the door to it. `worker.py` is the process it runs in, which loads no more of chartgate than it needs.
"""
