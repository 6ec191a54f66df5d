"""The command line that all makers of data sets share.

    python make_NAME.py OUTPUT_FOLDER [--seed N] [options]

The folder must be empty or absent. Equal arguments give equal files (sounds and pictures that an
encoder packs: with the same version of the encoder). Exit code 0 when the set is whole, 1 with one
line on standard error when not, 2 when wrongly called.
"""

import argparse
import pathlib
import sys
from collections.abc import Callable


class Fault(Exception):
    """What went wrong, and how to mend it."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(f"{message}\n  mend: {mend}")


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A type of `argparse` that takes whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not in {low}…{high}")
        return value

    read.__name__ = "whole number"
    return read


def share(text: str) -> float:
    """A type of `argparse` that takes numbers from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{value} is not in 0…1")
    return value


def size(text: str) -> tuple[int, int]:
    """A type of `argparse` that takes `WIDTHxHEIGHT`, each even and from 16 to 1024."""
    parts = text.lower().split("x")
    if len(parts) != 2:
        raise argparse.ArgumentTypeError(f"'{text}' is no size such as 64x48")
    width, height = int(parts[0]), int(parts[1])
    for side in (width, height):
        if not 16 <= side <= 1024 or side % 2:
            raise argparse.ArgumentTypeError(f"{side} is not an even number in 16…1024")
    return width, height


def run(
    account: str | None,
    make: Callable[[pathlib.Path, argparse.Namespace], str],
    add_options: Callable[[argparse.ArgumentParser], None],
) -> None:
    """Reads the arguments, makes the set, says what it holds.

    `account` is the program's own doc string, shown by `--help`; `make` gets the folder and the
    arguments and gives back one line about what it made.
    """
    parser = argparse.ArgumentParser(
        description=account, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=pathlib.Path, help="the folder to make; empty or absent")
    parser.add_argument(
        "--seed", type=whole_number(0, 2**32 - 1), default=1, help="draws the samples (1)"
    )
    add_options(parser)
    arguments = parser.parse_args()
    try:
        folder = arguments.output
        if folder.exists() and not folder.is_dir():
            raise Fault(f"'{folder}' is a file", "name a folder")
        if folder.is_dir() and any(folder.iterdir()):
            raise Fault(f"'{folder}' holds files already", "name an empty or a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        told = make(folder, arguments)
    except (Fault, OSError) as error:
        print(f"{pathlib.Path(sys.argv[0]).name}: error: {error}", file=sys.stderr)
        sys.exit(1)
    files = [path for path in folder.rglob("*") if path.is_file()]
    total = sum(path.stat().st_size for path in files)
    print(f"{told}; {len(files)} files, {total / 1e6:.2f} MB in {folder}")
