"""Stored values against what they should be."""

from dataclasses import dataclass, field

import numpy as np

from outputs import Sample, Values
from references import Reference

#: Two time stamps that are meant to be equal may differ by so many seconds.
STAMP_TOLERANCE = 1e-6
#: How far an interpolated value may be from ours, as a share of the larger neighbour.
LINE_TOLERANCE = 1e-4
_EXAMPLES = 3


@dataclass
class Tally:
    """What was compared of one modality, or of the labels."""

    name: str
    samples: int = 0
    #: Samples that have none, on both sides.
    missing: int = 0
    values: int = 0
    #: Values farther from their reference than allowed.
    differing: int = 0
    #: Largest difference of two values, in units of the stored ones.
    largest: float = 0.0
    #: Steps of an aligned series that stand on a line between two recorded ones.
    interpolated: int = 0
    #: Steps that are none: padding, out of tolerance.
    masked: int = 0
    sources: set[str] = field(default_factory=set)
    faults: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return self.faults == 0 and self.differing == 0 and (self.samples > 0 or self.missing > 0)

    def fail(self, id: str, reason: str) -> None:
        self.faults += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"'{id}': {reason}")

    def count(self, id: str, difference: np.ndarray, tolerance: float) -> None:
        """Adds the differences of so many values."""
        self.values += difference.size
        if difference.size == 0:
            return
        self.largest = max(self.largest, float(difference.max()))
        wrong = int((difference > tolerance).sum())
        self.differing += wrong
        if wrong and len(self.examples) < _EXAMPLES:
            place = np.unravel_index(int(difference.argmax()), difference.shape)
            where = ", ".join(str(int(index)) for index in place)
            self.examples.append(
                f"'{id}': {wrong} of {difference.size} values differ, most at [{where}], by "
                f"{float(difference.max()):g}"
            )


def missing(sample: Sample, name: str, is_expected: bool, tally: Tally) -> bool:
    """Whether the modality is missing here; says so where it should not be, or is not all zeros."""
    values = sample.modalities[name]
    if values.is_present:
        if is_expected:
            tally.fail(sample.id, "the source has none, and the shard does not say so")
        return is_expected
    tally.missing += 1
    if not is_expected:
        tally.fail(sample.id, "missing in the shard and not in the source")
    if np.any(values.array):
        tally.fail(sample.id, "missing, and yet not zeros")
    return True


def equal(sample: Sample, name: str, reference: Reference, tally: Tally) -> None:
    """Compares a modality that should be just its reference."""
    stored = sample.modalities[name]
    tally.samples += 1
    tally.sources.add(reference.source)
    array, wanted = stored.array, reference.values
    if abs(len(array) - len(wanted)) <= reference.slack and array.ndim == wanted.ndim:
        steps = min(len(array), len(wanted))
        array, wanted = array[:steps], wanted[:steps]
    if array.size == wanted.size and _squeezed(array.shape) == _squeezed(wanted.shape):
        wanted = wanted.reshape(array.shape)
    if array.shape != wanted.shape:
        shapes = f"{list(stored.array.shape)} is stored, {list(reference.values.shape)} is right"
        tally.fail(sample.id, f"its shape: {shapes}")
        return
    tally.count(sample.id, _difference(array, wanted), reference.tolerance)
    _check_clock(sample.id, stored, reference, tally)


def aligned(
    sample: Sample,
    name: str,
    reference: Reference,
    common: float,
    rate: float | None,
    tally: Tally,
) -> None:
    """Compares a series on a common grid with the recorded one.

    Windows count from `common`, s.

    A step of the grid must be a recorded step near its time, or on the line between its two
    neighbours. Without a rate of the grid, steps must be recorded ones, in their order.
    """
    stored = sample.modalities[name]
    tally.samples += 1
    tally.sources.add(reference.source)
    array = stored.array
    wanted = reference.values
    if array.shape[1:] != wanted.shape[1:] and array[:1].size == wanted[:1].size:
        wanted = wanted.reshape(len(wanted), *array.shape[1:])
    if array.shape[1:] != wanted.shape[1:]:
        tally.fail(sample.id, f"steps of shape {list(array.shape[1:])}, {list(wanted.shape[1:])}")
        return
    valid = np.ones(len(array), bool) if stored.valid is None else stored.valid.astype(bool)
    tally.masked += int((~valid).sum())
    times = reference.step_times()
    if rate is None or times is None:
        _in_order(sample.id, array, valid, wanted, reference.tolerance, tally)
        return
    begin = common + sample.window[0] if sample.window else float(times[0])
    if reference.rate and abs(reference.rate - rate) < 1e-9 * rate:
        if _native(sample.id, array, valid, reference, wanted, begin, tally):
            return
    _on_grid(sample.id, array, valid, wanted, times, begin, rate, reference.tolerance, tally)


def _native(
    id: str,
    array: np.ndarray,
    valid: np.ndarray,
    reference: Reference,
    wanted: np.ndarray,
    begin: float,
    tally: Tally,
) -> bool:
    """Compares a window of the recorded steps themselves; `False` where it is not quite that."""
    steps = int(valid.sum())
    if not valid[:steps].all():
        return False
    nearest = round((begin - reference.start) * (reference.rate or 1))
    for first in (nearest, nearest - 1, nearest + 1):
        piece = wanted[max(0, first) : first + steps]
        if first < 0 or len(piece) != steps:
            continue
        difference = _difference(array[:steps], piece)
        if difference.max(initial=0) <= reference.tolerance:
            tally.count(id, difference, reference.tolerance)
            return True
    return False


def _on_grid(
    id: str,
    array: np.ndarray,
    valid: np.ndarray,
    wanted: np.ndarray,
    times: np.ndarray,
    begin: float,
    rate: float,
    tolerance: float,
    tally: Tally,
) -> None:
    differences = []
    is_whole = np.issubdtype(array.dtype, np.integer)
    for step in np.flatnonzero(valid):
        time = begin + step / rate
        place = int(np.searchsorted(times, time))
        near = [at for at in (place - 1, place, place + 1) if 0 <= at < len(wanted)]
        found = [_difference(array[step], wanted[at]) for at in near]
        best = min(found, key=lambda difference: float(difference.max(initial=0)))
        if best.max(initial=0) > tolerance and 0 < place < len(wanted):
            left, right = times[place - 1], times[place]
            weight = (time - left) / (right - left)
            one, other = wanted[place - 1].astype(float), wanted[place].astype(float)
            difference = _difference(array[step], (1 - weight) * one + weight * other)
            allowed = tolerance + 0.501 * is_whole
            allowed += LINE_TOLERANCE * float(max(abs(one).max(), abs(other).max()))
            if difference.max(initial=0) <= allowed:
                tally.interpolated += 1
                best = np.zeros_like(difference)
        differences.append(best)
    if differences:
        tally.count(id, np.stack(differences), tolerance)


def _in_order(
    id: str,
    array: np.ndarray,
    valid: np.ndarray,
    wanted: np.ndarray,
    tolerance: float,
    tally: Tally,
) -> None:
    place = 0
    differences = []
    for step in np.flatnonzero(valid):
        rest = np.stack([_difference(array[step], one) for one in wanted[place:]])
        worst = rest.reshape(len(rest), -1).max(axis=1)
        found = int(np.argmax(worst <= tolerance)) if (worst <= tolerance).any() else None
        differences.append(rest[int(worst.argmin()) if found is None else found])
        place += found or 0
    if differences:
        tally.count(id, np.stack(differences), tolerance)


def _check_clock(id: str, stored: Values, reference: Reference, tally: Tally) -> None:
    if stored.times is not None and reference.times is not None:
        if len(stored.times) != len(reference.times):
            tally.fail(id, f"{len(stored.times)} stamps, {len(reference.times)} are right")
        elif len(stored.times):
            worst = float(np.abs(stored.times - reference.times).max())
            if worst > STAMP_TOLERANCE:
                tally.fail(id, f"a time stamp is {worst:g} s off")
    step = 1 / reference.rate if reference.rate else 0.0
    if stored.start is not None:
        # Half a step: starts are told in ticks, which need not be steps.
        off = abs(stored.start - reference.start)
        if off > STAMP_TOLERANCE + 0.5 * step:
            tally.fail(id, f"it starts at {stored.start:g} s, {reference.start:g} s is right")


def _difference(array: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Absolute differences; 0 of two that are no number, infinite of one."""
    if np.issubdtype(array.dtype, np.integer) and np.issubdtype(wanted.dtype, np.integer):
        return np.abs(array.astype(np.int64) - wanted.astype(np.int64))
    one, other = array.astype(np.float64), wanted.astype(np.float64)
    with np.errstate(invalid="ignore"):
        difference = np.where(one == other, 0.0, np.abs(one - other))
    difference[np.isnan(one) & np.isnan(other)] = 0
    difference[np.isnan(difference)] = np.inf
    return difference


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(side for side in shape if side != 1)
