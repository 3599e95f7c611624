"""Which way imports run, and that no door is forgotten."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import get_resolver

from access import doors
from tests.walls import matrix, reviewed

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in ROOT.glob("*/templates/**/*.*") if path.suffix in {".html", ".svg"})


def test_imports_run_one_way():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("view", sorted(matrix.patterns()))
def test_every_view_declares_its_door(view):
    callback = matrix.patterns()[view].callback
    declared = [doors.door_of(callback, method) for method in _methods(callback)]

    assert declared
    assert all(declared)


def _methods(callback):
    actions = getattr(callback, "actions", None)
    if actions:
        return [method.upper() for method in actions]
    door = getattr(callback, "door", None) or getattr(getattr(callback, "cls", None), "door", None)
    return [method.upper() for method in door] if isinstance(door, dict) else ["GET", "POST"]


def test_the_portal_stands_last_so_that_no_slug_shadows_our_own_addresses():
    last = get_resolver().url_patterns[-1]

    assert last.namespace == "portal"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_breaks_the_content_policy(path):
    text = path.read_text(encoding="utf-8")
    if "/mail/" in str(path):
        pytest.skip("a mail is no page of ours")

    lowered = text.lower()
    assert " style=" not in lowered
    assert "<style" not in lowered
    assert "javascript:" not in lowered
    assert set(re.findall(r"([\w.]+)\|safe", lowered.replace(" ", ""))) <= reviewed.SAFE_TEXTS
    assert "autoescape off" not in lowered
    for tag in lowered.split("<script")[1:]:
        assert " src=" in tag.split(">")[0], "a script in the page"
    for handler in (" onclick=", " onload=", " onerror=", " onchange=", " onsubmit=", " hx-on"):
        assert handler not in lowered
