"""Mutants: copies of a chart with one small fault each, such as people make.

`expressions.py` makes them of actions, `lines.py` of the lines of templates and files, and `data.py` of values.yaml and
values.schema.json. `chart.py` lists those of a chart. A test suite that notices a mutant kills it.

Source: Just, R. et al., Are Mutants a Valid Substitute for Real Faults in Software Testing? (FSE 2014).
"""
