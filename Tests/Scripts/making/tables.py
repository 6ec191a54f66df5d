"""CSV tables, manifests, and the tables of the splits that lie beside them."""

import csv
import pathlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def write(
    path: pathlib.Path,
    rows: Iterable[Sequence[object]],
    header: Sequence[str] | None = None,
    quoted: bool = False,
    line_end: str = "\n",
) -> None:
    """Writes a table; `quoted` puts every cell into quotation marks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(
            file,
            quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
            lineterminator=line_end,
        )
        if header:
            writer.writerow(header)
        writer.writerows(rows)


def stratified(
    labels: Mapping[str, str], labelled: float, test: float, generator: np.random.Generator
) -> dict[str, list[str]]:
    """Divides ids into `dl`, `du` and `test`, by lot in each class, at least one of each in each.

    `labels` gives the class of every id; `labelled` and `test` are shares of all.
    """
    parts: dict[str, list[str]] = {"dl": [], "du": [], "test": []}
    for label in sorted(set(labels.values())):
        ids = sorted(id for id, own in labels.items() if own == label)
        order = [ids[place] for place in generator.permutation(len(ids))]
        taught = max(1, round(labelled * len(ids)))
        tested = max(1, round(test * len(ids)))
        parts["dl"] += order[:taught]
        parts["test"] += order[taught : taught + tested]
        parts["du"] += order[taught + tested :]
    return {name: sorted(ids) for name, ids in parts.items()}


def write_splits(
    folder: pathlib.Path,
    parts: Mapping[str, Sequence[str]],
    labels: Mapping[str, str] | None,
) -> None:
    """Writes `splits/dl.csv`, `du.csv`, `test.csv`: `id,label`, without labels for D_u.

    Where there are labels, `du_truth.csv` holds those of D_u. `labels` is `None` where they are
    maps: then every table has ids alone.
    """
    for name, ids in parts.items():
        if labels is None or name == "du":
            write(folder / "splits" / f"{name}.csv", ([id] for id in ids), ["id"])
        else:
            rows = ([id, labels[id]] for id in ids)
            write(folder / "splits" / f"{name}.csv", rows, ["id", "label"])
    if labels is not None:
        rows = ([id, labels[id]] for id in parts["du"])
        write(folder / "splits" / "du_truth.csv", rows, ["id", "label"])
