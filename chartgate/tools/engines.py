"""What renders: Helm programs of some versions, and Helm's library."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chartgate.errors import GateError
from chartgate.tools.embedded.process import EMBEDDED, EmbeddedHelm, available
from chartgate.tools.helm import Helm, NotInCatalogueError, find_helm, fits, is_at_hand

Engine = Helm | EmbeddedHelm

EMBEDDED_SPEC = "embedded"
REFERENCE_SPEC = "4"
"""The program for what the library cannot be told."""


@dataclass(frozen=True)
class Engines:
    """What a run renders with, by the spec that asks for it.

    `missing` tells of each Helm program that cannot be had why that is. `chosen` is true when a user named them: cases
    of other versions are then left out.
    """

    found: Mapping[str, Engine]
    missing: Mapping[str, str] = field(default_factory=dict)
    chosen: bool = False

    @property
    def all(self) -> list[Engine]:
        """Each once, in the order in which they were asked for."""
        return list(dict.fromkeys(self.found.values()))

    @property
    def programs(self) -> list[Helm]:
        """The Helm programs among them."""
        return [engine for engine in self.all if isinstance(engine, Helm)]

    @property
    def embedded(self) -> EmbeddedHelm | None:
        """Helm's library, if it is among them."""
        return next((engine for engine in self.all if isinstance(engine, EmbeddedHelm)), None)

    def of(self, spec: str) -> Engine | None:
        """The one that `spec` means; None when it is not among them."""
        programs = (helm for helm in reversed(self.programs) if spec != EMBEDDED_SPEC and fits(helm.version, spec))
        return self.embedded if spec == EMBEDDED_SPEC else next(programs, None)

    @property
    def default(self) -> Engine:
        """The library, else the last program: runs name the newest last."""
        return self.embedded or self.all[-1]


def find_engine(spec: str) -> Engine:
    """Helm's library for "embedded", else the Helm program for a version, exact or major.

    Raises:
        GateError: as `find_helm`.
    """
    return EMBEDDED if spec == EMBEDDED_SPEC else find_helm(spec)


def default_engine(specs: Sequence[str]) -> Engine:
    """Helm's library, else the last of the programs.

    Raises:
        GateError: neither can be had.
    """
    return EMBEDDED if available() else find_helm(specs[-1])


def chosen_engines(specs: Iterable[str]) -> Engines:
    """Exactly these.

    Raises:
        GateError: one of them cannot be had.
    """
    return Engines({spec: find_engine(spec) for spec in specs}, chosen=True)


def engines_at_hand(specs: Iterable[str]) -> Engines:
    """Helm's library and those of the Helm programs that can be had: without a network a run goes on with the library.

    Raises:
        GateError: neither the library nor any of the programs can be had, or a spec is not understood.
    """
    found: dict[str, Engine] = {EMBEDDED_SPEC: EMBEDDED} if available() else {}
    missing: dict[str, str] = {}
    failed = False
    for spec in dict.fromkeys(specs):
        if spec == EMBEDDED_SPEC:
            continue
        if failed and found and not is_at_hand(spec):
            # Each download that fails takes its time, and the first one has told what the others would.
            missing[spec] = "not tried, since another could not be downloaded"
            continue
        try:
            found[spec] = find_helm(spec)
        except NotInCatalogueError as error:
            missing[spec] = str(error)
        except GateError as error:
            if not found:
                raise
            failed, missing[spec] = True, str(error)
    if not found:
        raise GateError("\n".join(missing.values()))
    return Engines(found, missing)
