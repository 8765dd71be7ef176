"""pytest that has collected a chart's tests once, and runs some of them on any copy of the chart.

`plugin.py` runs inside pytest: it answers requests in place of pytest's own loop. `client.py` starts such a pytest and
asks it. A request and an answer are a line of JSON each; `messages.py` has their models.
"""
