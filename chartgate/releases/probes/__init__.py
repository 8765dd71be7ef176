"""Probes: which arms of a chart's templates a render reaches.

`chart.py` makes a copy of a chart whose templates count what they reach, and `trial.py` renders a case with it. A probe
is the side effect of sprig's `set` on a dict, which each template hands on to those that it calls; nothing that a
probe adds has a value that the template uses, so that the objects stay the same.
"""
