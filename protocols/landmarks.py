"""Landmark experiments: what a paper found, what it is held against, who says so.

A claim is one number with a band. Its controls are claims in which the effect must not
appear. A band that rests on memory, or on nothing that was read, is marked so: its
verdict is "unverified" whatever comes out.
"""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from scipy.stats import t as student

from ..circuits.parameters import unknown
from ..simulation.builds import digest, own_code
from ..simulation.experiment import Interrupted, Progress, Silence
from .running import run

Values = Mapping[tuple[str, str], float]


class Trial(NamedTuple):
    """A run that claims are read from; equal trials are run once."""

    protocol: str
    arms: tuple[str, ...]
    settings: tuple[str, ...] = ()


class Read(NamedTuple):
    """A measure of an arm of a trial."""

    trial: Trial
    arm: str
    measure: str


Function = Callable[[Sequence[float]], float]


@dataclass(frozen=True)
class Claim:
    """A number of a landmark: measures, what is made of them, and the band.

    It is made for each animal and then averaged or, if it is ``pooled``, made of the
    means over animals, as papers do who compare bars.
    """

    id: str
    experiment: str
    reads: tuple[Read, ...]
    low: float
    high: float
    source: str
    verified: bool = True
    made: Function = lambda values: values[0]
    pooled: bool = False
    controls: tuple["Claim", ...] = ()

    @property
    def trials(self) -> Iterator[Trial]:
        """The runs that it needs, those of its controls included."""
        yield from (read.trial for read in self.reads)
        for control in self.controls:
            yield from control.trials


@dataclass(frozen=True)
class Finding:
    """What a claim came to over seeds; ``ci95`` is Student's interval of the mean."""

    id: str
    experiment: str
    protocol: str
    mean: float
    ci95: tuple[float, float]
    low: float
    high: float
    seeds: int
    verdict: str
    source: str
    controls: tuple["Finding", ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can write it; an open side of a band is null."""
        told = {name: _plain(value) for name, value in vars(self).items()}
        told["ci95"] = [_plain(end) for end in self.ci95]
        told["controls"] = [control.as_dict() for control in self.controls]
        return told


def judge(
    claims: Sequence[Claim],
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Run what the claims need, with each seed, and hold them against their bands.

    Parameters
    ----------
    workers : runs at a time; by default as many as there are cores
    folder : keeps the measures of finished runs, so that a stopped call goes on
    """
    told = progress or Silence()
    trials = list(dict.fromkeys(t for claim in claims for t in claim.trials))
    todo = [(trial, seed) for trial in trials for seed in seeds]
    found: dict[tuple[Trial, int], Values] = {}
    told.start(float(len(todo)))
    try:
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            waiting = {pool.submit(_measured, *each, folder): each for each in todo}
            try:
                for future in as_completed(waiting):
                    found[waiting[future]] = future.result()
                    told.advance(1.0)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    finally:
        told.stop()
    return [_finding(claim, found, seeds) for claim in claims]


def judge_into(
    file: Path,
    claims: Sequence[Claim],
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> list[Finding]:
    """Judge claims and write the findings as JSON.

    ``FILE.parts`` keeps finished runs until then, so that the same call goes on.

    Raises
    ------
    ValueError
        The file exists, or the folder is not that of such a call.
    """
    if file.is_dir() or (file.exists() and not overwrite):
        raise ValueError(f"{file} exists: give another name, or --overwrite.")
    folder = file.with_name(f"{file.name}.parts")
    order = folder / "landmarks.order"
    asked = json.dumps([[claim.experiment for claim in claims], list(seeds)])
    if folder.exists():
        if not (order.is_file() and order.read_text() == asked):
            raise ValueError(
                f"{folder} is in the way, or keeps runs of other landmarks or seeds: "
                "give another name, move it away, or ask for the same again."
            )
    else:
        folder.mkdir()
        order.write_text(asked)
    lock = FileLock(folder / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(f"Another process runs in {folder}: wait for it.") from None
    try:
        findings = judge(
            claims, seeds, workers=workers, folder=folder, progress=progress
        )
        told = [finding.as_dict() for finding in findings]
        text = json.dumps(told, indent=2, ensure_ascii=False)
        aside = folder / "findings.new"
        aside.write_text(f"{text}\n", encoding="utf-8")
        aside.replace(file)
    except KeyboardInterrupt:
        raise Interrupted(folder) from None
    finally:
        lock.release()
    shutil.rmtree(folder, ignore_errors=True)
    return findings


def select(known: Sequence[Claim], wanted: Iterable[str]) -> list[Claim]:
    """Return the claims of some landmarks, given as ``L09`` or ``L01-L06``."""
    ids = sorted({claim.id for claim in known})
    chosen: set[str] = set()
    for word in wanted:
        ends = [part.strip().upper() for part in word.split("-")]
        for name in ends:
            if name not in ids or len(ends) > 2:
                raise KeyError(
                    unknown("landmark", word if len(ends) > 2 else name, ids)
                )
        if ends[0] > ends[-1]:
            raise KeyError(f"No landmarks {word!r}: write {ends[1]}-{ends[0]}.")
        chosen.update(i for i in ids if ends[0] <= i <= ends[-1])
    return [claim for claim in known if not chosen or claim.id in chosen]


def _measured(trial: Trial, seed: int, folder: Path | None) -> Values:
    kept = None
    if folder:
        name = digest(json.dumps([trial, seed, own_code("*/*.py")]))
        kept = folder / f"{name}.json"
    if kept and kept.is_file():
        return {(arm, name): value for arm, name, value in json.loads(kept.read_text())}
    recording = run(
        trial.protocol,
        seed=seed,
        arms=trial.arms,
        settings=trial.settings,
        workers=1,
    )
    values = {(m.arm, m.name): m.value for m in recording.measures}
    if kept:
        rows = [[arm, name, value] for (arm, name), value in values.items()]
        aside = kept.with_suffix(".new")
        aside.write_text(json.dumps(rows))
        aside.replace(kept)
    return values


def _finding(
    claim: Claim, found: Mapping[tuple[Trial, int], Values], seeds: Sequence[int]
) -> Finding:
    read = [
        [found[r.trial, seed][r.arm, r.measure] for r in claim.reads] for seed in seeds
    ]
    if claim.pooled:
        mean, each = _of_means(claim.made, read), _pseudovalues(claim.made, read)
    else:
        each = [claim.made(values) for values in read]
        mean = float(np.mean(each))
    half = _half_interval(each)
    return Finding(
        id=claim.id,
        experiment=claim.experiment,
        protocol=claim.reads[0].trial.protocol,
        mean=mean,
        ci95=(mean - half, mean + half),
        low=claim.low,
        high=claim.high,
        seeds=len(seeds),
        verdict=_verdict(claim, mean),
        source=claim.source,
        controls=tuple(_finding(c, found, seeds) for c in claim.controls),
    )


def _of_means(made: Function, read: Sequence[Sequence[float]]) -> float:
    """Return what is made of the means over animals."""
    return made(np.mean(read, axis=0).tolist())


def _pseudovalues(made: Function, read: Sequence[Sequence[float]]) -> list[float]:
    """Return what each animal adds to what is made of all of them (jackknife)."""
    n, whole = len(read), _of_means(made, read)
    others = [[*read[:k], *read[k + 1 :]] for k in range(n)] if n > 1 else []
    return [n * whole - (n - 1) * _of_means(made, less) for less in others]


def _half_interval(each: Sequence[float]) -> float:
    """Return half of Student's 95 % interval of a mean of these."""
    n = len(each)
    if n < 2 or not np.isfinite(each).all():
        return float("nan")
    factor = float(student.ppf(0.975, n - 1)) / math.sqrt(n)
    return factor * float(np.std(each, ddof=1))


def _verdict(claim: Claim, mean: float) -> str:
    if not claim.verified:
        return "unverified"
    return "fail" if mean < claim.low or mean > claim.high or mean != mean else "pass"


def _plain(value: Any) -> Any:
    odd = isinstance(value, float) and not math.isfinite(value)
    return None if odd else value
