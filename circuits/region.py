"""A region: populations of cells and the projections that end on them."""

import re
from dataclasses import dataclass, fields
from typing import ClassVar, NamedTuple

from .cells import Cell
from .drives import Drive
from .parameters import Parameters
from .projection import Projection
from .quantity import Quantity

NOISE_KEY = "noise_key"  # the symbol by which code asks for the deviates of a run


class Population(NamedTuple):
    """Cells of one type in one region, with what drives them from outside."""

    name: str
    region: str
    cell_type: str
    size: int
    cell: Cell
    drives: tuple[Drive, ...]
    transmitter: str

    @property
    def symbols(self) -> dict[str, Quantity | float]:
        """The symbols of cell and drives with their values; `NOISE_KEY` is a run's."""
        cell = self.cell
        text = [cell.membrane, cell.receptors, cell.threshold, cell.reset]
        found = cell.symbols("\n".join([*text, cell.refractory]))
        if NOISE_KEY in cell.threshold:
            found[NOISE_KEY] = 0.0
        for drive in self.drives:
            some = drive.update, drive.current, drive.flow, drive.conductance
            code = "\n".join(some)
            found |= drive.symbols(code)
            if NOISE_KEY in code:
                found[NOISE_KEY] = 0.0
        return found

    @property
    def equations(self) -> str:
        """All that the cells' equations say, the current from outside among it."""
        parts = [self.held, *(f" + {d.flow}" for d in self.drives if d.flow)]
        parts += [" - g_held*v"] if self.conductance else []
        outside = f"I_ext = {''.join(parts)} : amp\n" if len(parts) > 1 else ""
        opens = ["g_held : siemens"] if self.conductance else []
        declared = [*opens, *(drive.variables for drive in self.drives)]
        cell = [self.cell.membrane, self.cell.receptors]
        return "\n".join([*cell, f"{outside}{self.held} : amp", *declared])

    @property
    def held(self) -> str:
        """The current that is held from tick to tick: all of it where nothing flows."""
        flows = any(drive.flow for drive in self.drives)
        return "I_held" if flows or self.conductance else "I_ext"

    @property
    def conductance(self) -> str:
        """What drives open in the membrane from tick to tick; empty if nothing."""
        return " + ".join(d.conductance for d in self.drives if d.conductance)

    @property
    def variables(self) -> tuple[str, ...]:
        """What a cell's equations and drives declare."""
        return tuple(re.findall(r"^\s*(?:d(?=\w+/dt))?(\w+)", self.equations, re.M))


@dataclass(frozen=True, kw_only=True)
class Region(Parameters):
    """Fields by convention: ``n_basket`` cells of ``basket``, ``basket_...`` drives.

    ``members`` lists the cell types, ``gabaergic`` those that release GABA.
    """

    region: ClassVar[str] = ""  # by default the name of the class
    members: ClassVar[tuple[str, ...]]
    gabaergic: ClassVar[tuple[str, ...]]

    def populations(self, scale: float = 1.0) -> tuple[Population, ...]:
        """Return the populations, their sizes multiplied by ``scale``."""
        region = self.region or type(self).__name__
        return tuple(
            Population(
                name=f"{region.lower()}_{member}",
                region=region,
                cell_type=member,
                size=max(2, round(getattr(self, f"n_{member}") * scale)),
                cell=getattr(self, member),
                drives=self._drives(member),
                transmitter="GABA" if member in self.gabaergic else "glutamate",
            )
            for member in self.members
        )

    def projections(self) -> tuple[Projection, ...]:
        """Return the projections that end in this region."""
        values = (getattr(self, f.name) for f in fields(self))
        return tuple(value for value in values if isinstance(value, Projection))

    def _drives(self, member: str) -> tuple[Drive, ...]:
        own = (f.name for f in fields(self) if f.name.startswith(f"{member}_"))
        values = (getattr(self, name) for name in own)
        return tuple(value for value in values if isinstance(value, Drive))
