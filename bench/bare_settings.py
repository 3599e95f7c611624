"""The product's settings without its middleware, for `bench.bare`."""

from pathlib import Path

from helpdesk.settings import *  # noqa: F403
from helpdesk.settings import TEMPLATES

ROOT_URLCONF = "bench.bare"
TEMPLATES[0]["DIRS"] = [Path(__file__).parent / "templates", *TEMPLATES[0]["DIRS"]]
