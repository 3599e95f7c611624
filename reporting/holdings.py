"""What the table of `reporting` holds, for `access.registries`."""

from access.registries import Holding, Keep, hold
from reporting.models import Baseline


def tell() -> None:
    """Declare it."""
    hold(Holding(model=Baseline, keep=Keep.CLIENT, part="baselines", harmless="holds counts and lengths of time"))
