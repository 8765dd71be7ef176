"""The templates of the page. Jinja2 escapes all that is put into them; only the page's own style and script are not."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chartgate.reports.html.kinds import group
from chartgate.reports.masking import as_yaml, masked


def filled(template: str, **values: Any) -> Markup:
    """A template with these values in it, which other templates take as it is."""
    return Markup(_environment().get_template(template).render(values))  # noqa: S704 (escaped by the template)


def counted(number: int, noun: str) -> str:
    """ "1 case", "2 cases"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "counted": counted,
        "kind_group": group,
        "manifest": lambda obj: as_yaml(masked(obj)),
    }
    return environment
