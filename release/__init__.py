"""Makes and publishes releases of the chart: `python -m release --help`."""
