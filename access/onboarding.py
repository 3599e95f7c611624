"""The checklist before a contract comes into force: hard lines are checked anew each time, never ticked.

What the higher apps know (support hours, targets, contacts, who covers which hour) they declare with
`check_line`; an installation without one of them would have fewer lines, never a line that is always closed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import Contract, ContractTerms, Nda, OnboardingLine
from access.tasks import in_client

# What is still missing, in words, or nothing where the line is closed; asked in the contract's client's scope.
Check = Callable[[Contract], str]


@dataclass(frozen=True, slots=True)
class HardLine:
    """One line that must be closed: its name, how it is checked, and the page that closes it."""

    key: str
    name: Promise
    check: Check
    page: str = ""


DATA_PROCESSING = "data_processing"
_HARD: dict[str, HardLine] = {}
# What every onboarding begins with besides, kept by its place: new ones stand last.  Each may be waived by the
# client, with an owner and a date.
SOFT_LINES: tuple[Promise, ...] = (
    _("Brand voice and account one-pager"),
    _("Playbooks for the most frequent questions"),
    _("Answers to the twenty most asked questions"),
    _("Accounts in the client's own systems"),
    _("Test tickets worked by both sides"),
    _("History of the old help desk imported, and its baseline taken"),
)


def check_line(line: HardLine) -> None:
    """Declare a hard line."""
    _HARD[line.key] = line


def hard_lines() -> Sequence[HardLine]:
    """Every hard line, in the order in which they were declared."""
    return tuple(_HARD.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands now; `missing` says what a hard one still lacks."""

    row: OnboardingLine
    name: str
    is_hard: bool
    is_closed: bool
    missing: str
    page: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the contract can't come into force because of it."""
        return not self.is_closed


def lines_of(contract: Contract) -> list[Line]:
    """The checklist of a contract, for either side: what is checked may be what the asker does not see."""
    with in_client(contract.client_id, "access.onboarding"):
        rows = OnboardingLine.objects.filter(contract=contract).order_by("position")
        return [_line(row, contract) for row in rows]


def _line(row: OnboardingLine, contract: Contract) -> Line:
    hard = _HARD.get(row.key)
    if hard is not None:
        missing = hard.check(contract)
        return Line(row, str(hard.name), True, not missing, missing, hard.page)
    is_closed = row.done_at is not None or row.waived_at is not None
    return Line(row, str(SOFT_LINES[int(row.key)]) if row.key.isdecimal() else row.name, False, is_closed, "")


def _nda(contract: Contract) -> str:
    found = Nda.objects.filter(client_id=contract.client_id).exists()
    return "" if found else str(_("No NDA is published yet."))


def _data_processing(contract: Contract) -> str:
    terms = ContractTerms.objects.filter(contract=contract).order_by("-number").first()
    if terms is None or not terms.data_processing:
        return str(_("The terms say nothing on data processing yet."))
    return "" if terms.is_signed else str(_("The terms are not signed by both sides yet."))


check_line(HardLine("nda", _("NDA"), _nda, "console:clearance"))
check_line(HardLine(DATA_PROCESSING, _("Data-processing terms, signed"), _data_processing))
