"""What a client's matrix can name, as its rows are now: for the check, for cells, and for words on a page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from access.models import Assignment, Contract
from access.rights import VENDOR_ROLES
from escalation import calendars, rosters
from escalation.engine.everybody import Everybody
from escalation.matrix import cover
from escalation.matrix.cells import Names
from escalation.matrix.checking import Known
from escalation.matrix.document import Document, Target, Who
from escalation.matrix.lateness import Pledge
from escalation.models import Contact, ContactGroup, OnCallSchedule, SlaPolicy, SlaTarget
from escalation.oncall import queries as oncall
from escalation.recipients import role_label
from helpdesk.lib.stretches import Stretch
from tickets.categories import arranged
from tickets.models import Service, TicketCategory

# So far ahead an on-call schedule is looked at for hours without anybody.
AHEAD = timedelta(days=14)


class Place:
    """Everybody and everything at one client that a matrix can name at a moment; each kind is read once."""

    def __init__(self, client_id: int, at: datetime) -> None:
        self.client_id, self.at = client_id, at
        self.reach = Everybody(client_id, at)

    def names(self, document: Document) -> Names:
        """What cells name: categories, services, and the paths of this document."""
        return Names(self.categories, self.services, [path.name for path in document.paths])

    def known(self) -> Known:
        """What the check needs to know."""
        contacts, everybody = self.contacts, self.choices
        reached = {who: self._reached(who) for who in everybody if who.kind not in _ON_CALL}
        gaps: dict[Who, datetime] = {}
        for planned in self._planned:
            who = _of_schedule(planned.schedule)
            shifts = planned.shifts(self.at, self.at + AHEAD)
            reached[who] = len({shift.who for shift in shifts if shift.who is not None})
            if empty := [shift.start for shift in shifts if shift.who is None]:
                gaps[who] = max(empty[0], self.at)
        return Known(
            parents={slug: parent for slug, _name, parent in self._categories},
            services=frozenset(self.services),
            targets=frozenset(everybody),
            gone=frozenset(Who(Target.CONTACT, row.key) for row in contacts if not self.reach.is_asked(row))
            | frozenset(Who(Target.GROUP, row.key) for row in self._groups if not row.is_active),
            heard=frozenset(who for who, count in reached.items() if count),
            many=frozenset(who for who, count in reached.items() if count > 1),
            gaps=gaps,
            promised=_promised(self.client_id, self.at),
            rosters=self._rosters(),
            at=self.at,
        )

    @cached_property
    def services(self) -> Mapping[str, str]:
        """The names of the client's services by key, retired ones too: rows may name them still."""
        return dict(Service.objects.filter(client_id=self.client_id).order_by("name").values_list("key", "name"))

    def name_of(self, who: Who) -> str:
        """A target in the reader's words."""
        return self.choices.get(who) or "?"

    @cached_property
    def choices(self) -> Mapping[Who, str]:
        """Everybody whom a step can name, with their names: the client's own, then the vendor's."""
        found = {Who(Target.GROUP, row.key): row.name for row in self._groups}
        found |= {Who(Target.CONTACT, row.key): row.name for row in self.contacts}
        found |= {_of_schedule(row): _("%(name)s (on call)") % {"name": row.name} for row in self._schedules}
        found |= {Who(Target.ROLE, role.value): role_label(role.value) for role in VENDOR_ROLES}
        return found | {Who(Target.TEAM, team): _("%(name)s (team)") % {"name": team} for team in self._teams}

    @cached_property
    def open_choices(self) -> Mapping[Who, str]:
        """Those of them who are asked at present."""
        gone = {Who(Target.CONTACT, row.key) for row in self.contacts if not self.reach.is_asked(row)}
        gone |= {Who(Target.GROUP, row.key) for row in self._groups if not row.is_active}
        return {who: name for who, name in self.choices.items() if who not in gone}

    @cached_property
    def contacts(self) -> list[Contact]:
        """The client's contacts, by name."""
        return list(Contact.objects.filter(client_id=self.client_id).order_by("name"))

    @cached_property
    def categories(self) -> Mapping[str, str]:
        """The client's categories by key, in their order."""
        return {slug: name for slug, name, _parent in self._categories}

    @cached_property
    def vendor_ids(self) -> list[int]:
        """The vendors with a contract in force."""
        return list(dict.fromkeys(vendor_id for _contract_id, vendor_id in self._contracts))

    @cached_property
    def contract_ids(self) -> list[int]:
        """The contracts in force, the oldest first."""
        return [contract_id for contract_id, _vendor_id in self._contracts]

    @cached_property
    def _contracts(self) -> list[tuple[int, int]]:
        rows = Contract.objects.filter(client_id=self.client_id, state__in=Contract.IN_FORCE)
        return list(rows.order_by("pk").values_list("pk", "vendor_id"))

    @cached_property
    def _categories(self) -> list[tuple[str, str, str | None]]:
        found = arranged(TicketCategory.objects.filter(client_id=self.client_id))
        return [(each.category.slug, each.category.name, each.above[-1].slug if each.above else None) for each in found]

    @cached_property
    def _groups(self) -> list[ContactGroup]:
        return list(ContactGroup.objects.filter(client_id=self.client_id).order_by("name"))

    @cached_property
    def _schedules(self) -> list[OnCallSchedule]:
        return list(oncall.schedules(self.client_id))

    @cached_property
    def _planned(self) -> list[oncall.Planned]:
        return oncall.plans(self.client_id, self._schedules, self.at, self.at + AHEAD)

    @cached_property
    def _teams(self) -> list[str]:
        rows = Assignment.objects.filter(client_id=self.client_id, vendor_id__in=self.vendor_ids).exclude(team="")
        return sorted(set(rows.values_list("team", flat=True)))

    def _rosters(self) -> dict[int, dict[Who, list[Stretch]]]:
        """When cleared people are at work, by contract and target; statements do not grow with the people."""
        contracts = list(Contract.objects.filter(client_id=self.client_id, pk__in=self.contract_ids))
        found: dict[int, dict[Who, list[Stretch]]] = {}
        until = self.at + cover.AHEAD
        for roster in rosters.of_contracts(contracts, self.at, until):
            mine = found.setdefault(roster.contract_id, {})
            for who in (Who(Target.ROLE, roster.role), Who(Target.TEAM, roster.team)):
                mine.setdefault(who, []).extend(roster.at_work(self.at, until))
        return found

    def _reached(self, who: Who) -> int:
        """How many a target reaches at the vendor that has the most of them."""
        if who.is_clients:
            return len(self.reach.of(who, None))
        return max((len(self.reach.of(who, vendor_id)) for vendor_id in self.vendor_ids), default=0)


_ON_CALL = (Target.VENDOR_CALL, Target.CLIENT_CALL)


def _of_schedule(row: OnCallSchedule) -> Who:
    return Who(Target.CLIENT_CALL if row.vendor_id is None else Target.VENDOR_CALL, row.key)


def _promised(client_id: int, at: datetime) -> tuple[Pledge, ...]:
    """What the contracts in force promise, on the hours in force; three statements."""
    rows = SlaPolicy.objects.filter(
        client_id=client_id, valid_from__lte=at, state=SlaPolicy.State.AGREED, contract__state__in=Contract.IN_FORCE
    )
    agreed = rows.select_related("calendar").order_by("valid_from", "version")
    newest = {policy.pk: policy for policy in {policy.contract_id: policy for policy in agreed}.values()}
    current = calendars.in_force_of({client_id}, at)
    found = []
    for target in SlaTarget.objects.filter(client_id=client_id, policy_id__in=newest).order_by("pk"):
        policy = newest[target.policy_id]
        row = current.get((client_id, policy.calendar.name), policy.calendar)
        hours = None if target.round_the_clock else calendars.week_of(row)
        kind = (target.category, target.tier)
        found.append(Pledge(policy.contract_id, target.metric, target.priority, target.seconds, hours, *kind))
    return tuple(found)
