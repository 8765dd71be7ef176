"""Probes: they record which arms of a chart's templates a render reaches.

`chart.py` makes a copy of a chart whose templates count what they reach, and `trial.py` renders a case with it. A probe
calls sprig's `set` on a dict, which each template passes to the templates that it calls. No template uses the value of
a probe, so the objects stay the same.
"""
