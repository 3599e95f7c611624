"""The standing cast against every route that names a client, with each hard gate closed alone."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figure import Figure, NotMeasured, at_most, told
from bench.site import ROOT


def measure(*, quick: bool, data: Path) -> Figure:
    """Run the wall test over everybody whom a gate can keep out, and sum up what it has seen."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GATE_MATRIX": "" if quick else "whole", "GATE_MATRIX_FOLDER": folder}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/walls/test_gate_matrix.py"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        told_by = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).glob("*.json"))]
    if not told_by:
        raise NotMeasured(f"the test ended without a result: {done.stdout[-400:]}")
    sums = {name: sum(each[name] for each in told_by) for name in told_by[0]}
    figure = Figure("gate_matrix", runs=1, notes={"gates": len(told_by), "tests passed": done.returncode == 0})
    figure.parts = [
        at_most("served through a closed gate", [sums["served"]], 0, "requests"),
        at_most("answers with a word of the client behind it", [sums["foreign"]], 0, "answers"),
        at_most("twins refused", [sums["twins refused"]], 0, "requests"),
        told("requests at closed gates", [sums["asked"]], "requests"),
        told("twins", [sums["twins"]], "requests"),
    ]
    return figure
