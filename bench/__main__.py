"""`python -m bench NAME [--quick] [--data DIR]`, `python -m bench --list`.

Prints one JSON line last.  Exit code 0 if every part holds, 1 if one falls short, 3 if the
figure couldn't be measured.
"""

import argparse
import importlib
import pkgutil
import sys
import traceback
from pathlib import Path

import bench.figures
from bench.figure import NotMeasured

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def names() -> list[str]:
    """Every figure, by its module."""
    return sorted(
        found.name for found in pkgutil.iter_modules(bench.figures.__path__) if not found.name.startswith("_")
    )


def main() -> int:
    """Measure one figure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the product's figures.")
    parser.add_argument("name", nargs="?", help="which figure")
    parser.add_argument("--list", action="store_true", help="name the figures and end")
    parser.add_argument("--quick", action="store_true", help="under 45 s, with a smaller corpus")
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="a folder with data of the same form")
    wished = parser.parse_args()
    if wished.list:
        for name in names():
            summary = (importlib.import_module(f"bench.figures.{name}").__doc__ or "").split("\n")[0]
            print(f"{name:20} {summary}")
        return 0
    if wished.name not in names():
        parser.error(f"no figure {wished.name!r}; there are: {', '.join(names())}")
    try:
        figure = importlib.import_module(f"bench.figures.{wished.name}").measure(quick=wished.quick, data=wished.data)
    except NotMeasured as reason:
        print(f"{wished.name} could not be measured: {reason}", file=sys.stderr)
        return 3
    except Exception:
        traceback.print_exc()
        print(f"{wished.name} could not be measured: see above", file=sys.stderr)
        return 3
    if wished.quick:
        figure.notes["quick"] = "a smaller corpus"
    print(figure.line(), flush=True)
    return 0 if figure.holds else 1


if __name__ == "__main__":
    sys.exit(main())
