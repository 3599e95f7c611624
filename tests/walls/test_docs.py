"""What stands in the repository: links that lead somewhere, and nothing that belongs elsewhere."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.servers import ROOT

PICTURES = ROOT / "docs" / "pictures"
MOST_PICTURE_BYTES = 200_000
LONGEST_LINE = 500
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Each is written so that this file does not find itself.
NEVER = {
    "an absolute path of somebody's machine": re.compile(r"(?<![\w.~}$/-])/(?:work|root|home/\w+|Users/\w+)/"),
    "the host of a package registry": re.compile(r"(?:pypi|pythonhosted|npmjs|yarnpkg|npmmirror)\.(?:org|com)"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an access key": re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|glpat-[\w-]{20}|xox[abprs]-[\w-]{20,})"),
}


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository as they stand in this checkout."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("this is no git checkout, so it can't be said which files are the project's")
    return tuple(path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """The project's files by name, the pictures left out."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in tracked()
        if path.parent != PICTURES and b"\0" not in path.read_bytes()
    }


def broken_links(page: Path) -> list[str]:
    """Links of a page to files that are not there."""
    targets = [link.split("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    return [t for t in targets if t and "://" not in t and not (page.parent / t).exists()]


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_every_link_of_the_documents_leads_somewhere():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

    broken = {str(page.relative_to(ROOT)): broken_links(page) for page in pages}

    assert {page: links for page, links in broken.items() if links} == {}


def test_every_document_is_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / link.split("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in reached:
                waiting.append(target)

    assert sorted(str(p.relative_to(ROOT)) for p in set((ROOT / "docs").rglob("*.md")) - reached) == []


@pytest.mark.parametrize("what", NEVER)
def test_no_file_holds(what):
    found = [f"{name}: {hit[0]}" for name, text in texts().items() if (hit := NEVER[what].search(text))]

    assert found == []


def test_only_the_pictures_are_binary_and_they_are_small():
    binary = [path for path in tracked() if b"\0" in path.read_bytes()]

    assert [str(path) for path in binary if path.parent != PICTURES] == []
    assert [path.name for path in binary if path.stat().st_size > MOST_PICTURE_BYTES] == []


def test_nothing_minified_or_of_others_is_committed():
    served = {name: text for name, text in texts().items() if name.endswith((".js", ".css"))}

    assert [name for name in texts() if re.search(r"\.min\.|\.map$|(^|/)(vendor|node_modules)/", name)] == []
    assert [name for name, text in served.items() if max(map(len, text.splitlines())) > LONGEST_LINE] == []


def test_licence_is_the_one_that_is_named():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in licence
    assert "Version 2.0" in licence
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
