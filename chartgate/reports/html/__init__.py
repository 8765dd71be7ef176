"""One HTML page that needs nothing but itself: the heat map, a page a case by fragment, graphs of references."""

from chartgate.reports.html.page import html_report

__all__ = ["html_report"]
