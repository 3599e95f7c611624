"""The front-end packages: pinned, without a registry's name, and copied whole."""

import json
import re
from pathlib import Path

import pytest

from helpdesk.services.errors import CannotStart
from helpdesk.services.frontend import FILES, ICONS, MODULES, VENDOR, copy_files, make_sprite

ROOT = Path(__file__).resolve().parents[2]
FREE = {"MIT", "Apache-2.0", "OFL-1.1", "MPL-2.0", "BSD-3-Clause", "0BSD"}


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Packages as npm lays them out, with the files that we take."""
    for source in FILES.values():
        path = tmp_path / "modules" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"first\n/*# sourceMappingURL=x.css.map */")
    return tmp_path / "modules"


def draw(packages: Path, name: str, content: str) -> None:
    path = packages / "@tabler/icons/icons/outline" / f"{name}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def test_versions_are_exact_and_licences_free() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    wanted = package["dependencies"] | package["devDependencies"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert {entry["license"] for entry in locked.values()} <= FREE
    assert all("integrity" in entry for name, entry in locked.items() if name)


def test_the_lock_file_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in text
    assert not re.search(r"https?://(?!\w+\.?\w*/sponsors)[^\"]*registry", text)


def test_maps_are_cut_off_styles_and_scripts_and_fonts_stay_as_they_are(packages: Path, tmp_path: Path) -> None:
    for name in ICONS.read_text(encoding="utf-8").split():
        draw(packages, name, '<svg><path d="M1 1"/></svg>')

    copy_files(packages, tmp_path / "vendor")

    assert (tmp_path / "vendor" / "tabler.min.css").read_bytes() == b"first\n"
    assert b"sourceMappingURL" in (tmp_path / "vendor" / "inter-latin.woff2").read_bytes()


def test_the_sprite_holds_one_symbol_an_icon_without_its_background(packages: Path) -> None:
    draw(packages, "plus", '<svg\n  width="24"\n>\n<path stroke="none" d="M0 0h24v24H0z"/>\n<path d="M1 1"/>\n</svg>')

    sprite = make_sprite(packages, ["plus"])

    assert '<symbol id="i-plus" viewBox="0 0 24 24"><path d="M1 1"/></symbol>' in sprite


def test_an_icon_that_does_not_exist_is_named(packages: Path) -> None:
    with pytest.raises(CannotStart, match=r"no-such-icon\.svg isn't there"):
        make_sprite(packages, ["no-such-icon"])


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    listed = set(ICONS.read_text(encoding="utf-8").split())
    named = re.compile(r"""(?:icons\.svg#i-|{% icon ["']|\bicon=["']|\bdraw\(["'])([a-z0-9-]+)""")
    pages = [path for end in ("html", "js", "py") for path in ROOT.glob(f"[a-z]*/**/*.{end}")]
    pages = [path for path in pages if path.relative_to(ROOT).parts[0] not in {"node_modules", "tests", "var"}]

    missing = {
        (name, str(path.relative_to(ROOT)))
        for path in pages
        for name in named.findall(path.read_text(encoding="utf-8"))
        if name not in listed
    }

    assert not missing


@pytest.mark.skipif(not MODULES.is_dir(), reason="the front-end packages are not fetched: run `make install`")
def test_the_real_packages_hold_every_file_and_icon(tmp_path: Path) -> None:
    copy_files(MODULES, tmp_path)

    sprite = (tmp_path / "icons.svg").read_text(encoding="utf-8")

    assert sprite.count("<symbol ") == len(ICONS.read_text(encoding="utf-8").split())
    assert all((tmp_path / name).stat().st_size > 500 for name in FILES)
    assert VENDOR.is_dir()
