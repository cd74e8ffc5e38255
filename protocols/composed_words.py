"""The words of an experiment that a user writes as a TOML file, and their keys.

    [labels.engram]    a virus                  [[steps]]     what happens, in its order
    [fibres.dg]        an optical fibre         [arms.name]   what differs in a group
    [[measures]]       what is read out

Each word is a model of pydantic, which says what is wrong with what was written;
composed_file.py reads the file, composed.py makes an experiment of it.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from ..circuits.drugs import DRUGS
from ..circuits.genes import CONTROLS, PROMOTERS
from ..circuits.opsins import OPSINS
from ..circuits.parameters import LIMITS, unknown
from ..circuits.quantity import NUMBER, Quantity, like, plain, quantity
from ..circuits.receptors import MARKERS, RECEPTORS
from .conditioning import PRINCIPAL

REGIONS = {**PRINCIPAL, "EC": "ec_stellate", "CeA": "cea_output"}
AGENTS = (*OPSINS, *RECEPTORS, *MARKERS)
MEASURES = ("freezing", "labelled", "overlap", "active", "rate")
LIGHTS = (ON, OFF, RATIO) = ("on", "off", "on over off")
SALINE = "saline"  # an injection that changes nothing

NOT_BELOW, ABOVE = "0 or more", "a value above 0"
# What a key that is missing could say.
EXAMPLES = {
    "place": "'A'",
    "duration": "'5 min'",
    "drug": "'anisomycin'",
    "label": "'engram'",
    "projection": "'ec_fan_to_dg_granule'",
    "share": "0.5",
    "measure": "'freezing'",
}


def no_such(kind: str, given: str, allowed: list[str]) -> str:
    """Say that there is nothing of this name, and what there is."""
    if not allowed:
        return f"there is no {kind} in the file."
    told = unknown(kind, given, allowed)
    return f"there is no such {kind}: " + told.removeprefix(f"No {kind} {given!r}: ")


def _quantity(example: str, limit: str = "") -> PlainValidator:
    """Return what reads a quantity of the dimension of an example."""
    like_this = quantity(example)

    def read(given: Any) -> Quantity:
        if not isinstance(given, str):
            raise ValueError(f"a text with a unit is wanted, as in {example!r}.")
        found = like(like_this, given)
        if limit and not LIMITS[limit](float(found)):
            raise ValueError(f"{limit} is wanted, as in {example!r}.")
        return found

    return PlainValidator(read)


def _one_of(kind: str, allowed: Sequence[str]) -> PlainValidator:
    """Return what reads one of some names."""

    def read(given: Any) -> str:
        if given not in allowed:
            raise ValueError(no_such(kind, str(given), list(allowed)))
        return str(given)

    return PlainValidator(read)


def _name(given: Any) -> str:
    """Read a name, which names a part of the results' file too."""
    fair = isinstance(given, str) and given.strip() == given != ""
    if not fair or "/" in given or not given.isprintable() or given == ".":
        raise ValueError("a name is wanted: some text without '/', as in 'test A'.")
    return str(given)


def _window(given: Any) -> tuple[Quantity, Quantity]:
    """Read a stretch of time, such as '3 min to 6 min'."""
    parts = plain(given).split(" to ") if isinstance(given, str) else []
    if len(parts) != 2:
        raise ValueError("two times are wanted, as in '3 min to 6 min'.")
    first, last = (part.strip() for part in parts)
    bare, full = NUMBER.fullmatch(first), NUMBER.fullmatch(last)
    if bare and full and not bare[2]:
        first = f"{first} {full[2] or ''}"  # 3 to 6 min
    start, stop = (like(quantity("3 min"), part) for part in (first, last))
    if not 0 <= float(start) < float(stop):
        raise ValueError("the second time must be later, as in '3 min to 6 min'.")
    return start, stop


def _listed(given: Any) -> Any:
    """Read one of something as a list of one."""
    return given if isinstance(given, list) else [given]


def _lights(given: Any) -> Any:
    return [] if given == "off" else _listed(given)


Name = Annotated[str, PlainValidator(_name)]
Names = Annotated[list[Name], BeforeValidator(_listed)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Window = Annotated[tuple[Quantity, Quantity], PlainValidator(_window)]
Windows = Annotated[list[Window], BeforeValidator(_listed), Field(min_length=1)]
Duration = Annotated[Quantity, _quantity("5 min", ABOVE)]
Pause = Annotated[Quantity, _quantity("24 h", NOT_BELOW)]
Pulse = Annotated[Quantity, _quantity("15 ms", ABOVE)]
Rise = Annotated[Quantity, _quantity("1 ms", NOT_BELOW)]
Frequency = Annotated[Quantity, _quantity("20 Hz", NOT_BELOW)]
Power = Annotated[Quantity, _quantity("9 mW", ABOVE)]
Wave = Annotated[Quantity, _quantity("473 nm", ABOVE)]
Position = Annotated[Quantity, _quantity("-0.2 mm")]
Length = Annotated[Quantity, _quantity("0.1 mm", ABOVE)]
Region = Annotated[str, _one_of("region", list(REGIONS))]
Drug = Annotated[str, _one_of("drug", [*DRUGS, SALINE])]
Promoter = Annotated[str, _one_of("promoter", PROMOTERS)]
Control = Annotated[str, _one_of("window", CONTROLS)]
Agent = Annotated[str, _one_of("opsin, receptor or marker", AGENTS)]
Kind = Annotated[str, _one_of("measure", MEASURES)]
Which = Annotated[str, _one_of("light", LIGHTS)]


class Word(BaseModel):
    """What every table of the file is: only the keys that it knows."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


class Virus(Word):
    """A label: which cells, when, and what it brings into them."""

    region: Region | None = None
    population: str | None = None
    promoter: Promoter = "c-Fos"
    window: Control = "dox"
    penetrance: Share | None = None
    leak: Share | None = None
    lasts: Duration | None = None
    opsin: Agent | None = None


class Fiber(Word):
    """An optical fibre: where its tip is, and what comes out of it."""

    power: Power | None = None
    wavelength: Wave | None = None
    depth: Position | None = None
    x: Position | None = None
    y: Position | None = None
    radius: Length | None = None
    NA: Annotated[float, Field(gt=0, lt=1.36)] | None = None


class Shining(Word):
    """Light in a visit, on the cells of a label."""

    label: str | None = None
    fibre: str | None = None
    frequency: Frequency | None = None
    width: Pulse | None = None
    ramp: Rise | None = None
    on: Windows | None = None


Lights = Annotated[list[Shining], BeforeValidator(_lights)]


class Step(Word):
    """What happens, or is done, to the animals."""

    do: str
    name: Name | None = None

    @property
    def called(self) -> str:
        """The name of a step that was given none."""
        return self.do


class Visit(Step):
    """Time in a place."""

    place: str
    duration: Duration
    light: Lights = []

    @property
    def called(self) -> str:
        """The name of a step that was given none."""
        return f"{self.do} {self.place}"


class Test(Visit):
    """A visit of other animals with the same history, which changes nothing."""

    __test__: ClassVar[bool] = False


class Train(Step):
    """A visit with shocks, or with 0 shocks as long a visit without them."""

    place: str
    shocks: Count | None = None
    at_once: bool = False
    exploring: Duration | None = None
    shock: Duration | None = None
    interval: Pause | None = None
    afterwards: Pause | None = None
    light: Lights = []

    @property
    def called(self) -> str:
        """The name of a step that was given none."""
        return "training"


class Wait(Step):
    """Time in the home cage."""

    duration: Pause

    @property
    def called(self) -> str:
        """The name of a step that was given none."""
        return f"{self.duration} later"


class Food(Step):
    """Doxycycline is taken out of the food, or put back."""

    name: None = None


class Inject(Step):
    """A drug is injected, or infused into a region."""

    drug: Drug
    region: Region | None = None
    doses: Amount = 1.0

    @property
    def called(self) -> str:
        """The name of a step that was given none."""
        return str(self.drug)


class Ablate(Step):
    """Cells of a label die, or as many others."""

    label: str
    others: bool = False

    @property
    def called(self) -> str:
        """The name of a step that was given none."""
        return f"{self.do} {self.label}"


class Shuffle(Step):
    """A label moves to as many cells at random."""

    label: str
    called = Ablate.called


class Overexpress(Step):
    """CREB in the cells of a label."""

    label: str
    called = Ablate.called


class Lose(Step):
    """Synapses onto the cells of a label are lost."""

    projection: str
    share: Share
    label: str
    called = Ablate.called


class LeftOut(Step):
    """What is done in an arm in the place of what is left out there: nothing."""


WORDS: dict[str, type[Step]] = {
    "visit": Visit,
    "train": Train,
    "test": Test,
    "wait": Wait,
    "dox off": Food,
    "dox on": Food,
    "inject": Inject,
    "ablate": Ablate,
    "shuffle": Shuffle,
    "overexpress": Overexpress,
    "lose": Lose,
}
LASTING = (Visit, Train, Wait)  # what is left out without a trace
ON_LABELS = (Ablate, Shuffle, Overexpress, Lose)


class Group(Word):
    """An arm: what differs from the common steps."""

    about: str | None = None
    change: dict[str, dict[str, Any]] = {}
    leave_out: Names = []
    insert: list[dict[str, Any]] = []
    opsin: dict[str, Agent] = {}


class Reading(Word):
    """A measure: what is read out, of which arms, and the band that is expected."""

    measure: Kind
    step: str | None = None
    light: Which | None = None
    label: str | None = None
    region: Region | None = None
    population: str | None = None
    arms: Names | None = None
    over: str | None = None
    name: Name | None = None
    low: float | None = None
    high: float | None = None
    source: str = ""
