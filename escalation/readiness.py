"""What a contract needs from this app before it comes into force: hours, targets, contacts, and cover for each hour."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import evidence, gates
from access.gates import Gate
from access.models import Assignment, Contract
from access.onboarding import HardLine, check_line
from escalation.calendars import week_of
from escalation.models import Contact, Metric, SlaPolicy
from escalation.promises import in_force
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar, uncovered

AHEAD = timedelta(days=14)
SHOWN = 3


def declare() -> None:
    """Declare this app's hard lines."""
    for line in (
        HardLine("support_hours", gettext_lazy("Support hours"), _hours),
        HardLine("sla_targets", gettext_lazy("Targets for every promise"), _targets),
        HardLine("escalation_contacts", gettext_lazy("Escalation contacts"), _contacts, "console:contacts"),
        HardLine("cover", gettext_lazy("A cleared agent for every promised hour"), _cover, "console:people"),
    ):
        check_line(line)


def promised_hours(contract: Contract) -> WeekCalendar | None:
    """The support hours that the contract promises now, None where it promises none."""
    policy = SlaPolicy.objects.filter(pk=in_force(contract.client_id, contract.pk, clock.now()))
    row = policy.select_related("calendar").first()
    return week_of(row.calendar) if row is not None else None


def _hours(contract: Contract) -> str:
    hours = promised_hours(contract)
    return "" if hours is not None and any(hours.week) else _("No support hours are agreed yet.")


def _targets(contract: Contract) -> str:
    policy = SlaPolicy.objects.filter(pk=in_force(contract.client_id, contract.pk, clock.now())).first()
    told = set(policy.targets.values_list("metric", flat=True)) if policy is not None else set()
    lacking = [metric.label for metric in Metric if metric.value not in told]
    return _("Without a target: %(names)s.") % {"names": ", ".join(map(str, lacking))} if lacking else ""


def _contacts(contract: Contract) -> str:
    found = Contact.objects.filter(client_id=contract.client_id, is_active=True).exists()
    return "" if found else _("Nobody of the client can be asked yet.")


def _cover(contract: Contract) -> str:
    hours = promised_hours(contract)
    if hours is None:
        return _("No support hours are agreed yet.")
    now = clock.now()
    gaps = uncovered(hours, _rosters(contract), now, now + AHEAD)
    if not gaps:
        return ""
    zone = ZoneInfo(hours.zone)
    told = ", ".join(date_format(start.astimezone(zone), "j M H:i") for start, _end in gaps[:SHOWN])
    return _("Nobody who is cleared is on shift from %(times)s.") % {"times": told}


def _rosters(contract: Contract) -> list[WeekCalendar]:
    """The shifts of the contract's people who would be cleared, were it in force."""
    bindings = list(Assignment.objects.filter(contract=contract))
    now = clock.now()
    known = evidence.read([contract.client_id], {binding.user_id for binding in bindings}, now)
    found = []
    for binding in bindings:
        closed = set(gates.closed_gates(known.facts(binding), now)) - {Gate.CONTRACT}
        shifts = known.shifts(binding)
        if not closed and shifts is not None:
            found.append(shifts)
    return found
