"""A parameter of a job that says which other parameters there are: those of a layer, of a table."""

from __future__ import annotations

from dataclasses import dataclass

from gisapp.jobs.spec import Given
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter


@dataclass(frozen=True)
class Choosing:
    """What declares that one parameter."""

    chooser: Parameter

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return the only parameter that is declared."""
        return (self.chooser,)

    def parameter(self, name: str) -> Parameter | None:
        """Return the declared parameter ``name``, or None."""
        return self.chooser if name == self.chooser.name else None

    def split(self, given: Given) -> tuple[str, Given]:
        """Return what is chosen, and the other parameters that say something.

        Raises BadParameter.
        """
        name = self.chooser.name
        values = read_parameters(self, {key: text for key, text in given.items() if key == name})
        rest = {key: text for key, text in given.items() if key != name and text}
        return str(values[name]), rest
