"""The rows behind the gates, read for many people at once: one statement a table, whatever their number.

Nothing is judged here: `access.gates` and `access.soft_gates` do, from the facts that this gives.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from access import second_factor
from access.gates import Facts, Version
from access.models import (
    Assignment,
    Certification,
    CertificationHeld,
    ClearanceRules,
    Contract,
    ContractTerms,
    EmergencyAccess,
    Membership,
    Nda,
    NdaAcceptance,
    NetworkRule,
    Suspension,
    User,
)
from access.networks import Network, rule
from access.second_factor import SecondFactor
from access.soft_gates import Duty, Soft
from helpdesk.lib.business_time import WeekCalendar

Binding = Assignment | Membership | EmergencyAccess


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that an app asks of one person at one client, and that they have not done yet.

    It is asked of those in `role` only, of everybody where that is empty; `key` names the row behind it.
    """

    client_id: int
    user_id: int
    kind: Soft
    name: str
    due_at: datetime
    role: str = ""
    key: int = 0


# What the higher apps ask of people, by client ids and user ids; in one statement.
DutySource = Callable[[Collection[int], Collection[int]], Iterable[Asked]]
_SOURCES: list[DutySource] = []


def ask_for(source: DutySource) -> None:
    """Declare what an app asks of people; its tables raise the versions of rights by triggers."""
    _SOURCES.append(source)


@dataclass(slots=True)
class Evidence:
    """What stands in the rows about the clients and people that were asked for, at one moment."""

    now: datetime
    contracts: dict[int, Contract] = field(default_factory=dict)
    terms: dict[int, list[ContractTerms]] = field(default_factory=dict)
    rules: dict[int, ClearanceRules] = field(default_factory=dict)
    versions: dict[int, list[Version]] = field(default_factory=dict)
    accepted: dict[tuple[int, int], int] = field(default_factory=dict)
    networks: dict[int, tuple[Network, ...]] = field(default_factory=dict)
    suspensions: dict[int, list[Suspension]] = field(default_factory=dict)
    certifications: dict[int, list[Certification]] = field(default_factory=dict)
    held: dict[tuple[int, int], dict[int, CertificationHeld]] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    second_factors: dict[int, SecondFactor] = field(default_factory=dict)
    asked_elsewhere: dict[tuple[int, int], list[Asked]] = field(default_factory=dict)

    def terms_of(self, contract_id: int) -> ContractTerms | None:
        """The signed terms in force now."""
        return next((each for each in self.terms.get(contract_id, ()) if each.valid_from <= self.now), None)

    def facts(self, binding: Binding) -> Facts:
        """The dated facts that the hard gates look at."""
        rules = self.rules.get(binding.client_id)
        needs_second_factor = rules is not None and rules.needs_second_factor
        second = self.second_factors.get(binding.user_id, SecondFactor())
        if isinstance(binding, Membership):
            return Facts(
                binding.starts_at,
                binding.ends_at,
                has_contract=False,
                needs_second_factor=needs_second_factor,
                second_factor_from=second.since,
                second_factor_until=second.until,
            )
        starts_at, ends_at = _dates(binding)
        contract = self._contract(binding)
        if binding.vendor_id is None:
            return Facts(
                starts_at,
                ends_at,
                has_contract=False,
                versions=tuple(self.versions.get(binding.client_id, ())),
                accepted=self.accepted.get((binding.client_id, binding.user_id), 0),
                needs_second_factor=needs_second_factor,
                second_factor_from=second.since,
                second_factor_until=second.until,
            )
        if contract is None:
            return Facts(starts_at, ends_at, has_contract=True)
        terms, user = self.terms_of(contract.pk), self.users[binding.user_id]
        return Facts(
            starts_at,
            ends_at,
            has_contract=True,
            contract_in_force=contract.state in Contract.IN_FORCE,
            contract_from=contract.valid_from,
            contract_until=contract.valid_until,
            suspended_at=self._suspended_at(binding),
            versions=tuple(self.versions.get(binding.client_id, ())),
            accepted=self.accepted.get((binding.client_id, binding.user_id), 0),
            locations=tuple(terms.locations) if terms else (),
            location=user.location,
            terms_change_at=self._terms_change_at(contract.pk),
            needs_second_factor=needs_second_factor,
            second_factor_from=second.since,
            second_factor_until=second.until,
        )

    def duties(self, binding: Binding) -> list[Duty]:
        """What is asked of the person before they take new tickets; nothing of whoever takes none by their place."""
        if not isinstance(binding, Assignment):
            return []
        rules = self.rules.get(binding.client_id) or ClearanceRules()
        grace = timedelta(days=rules.certification_grace_days)
        held = self.held.get((binding.client_id, binding.user_id), {})
        asked = [
            _certification(row, held.get(row.pk), binding, grace)
            for row in self.certifications.get(binding.client_id, ())
        ]
        elsewhere = self.asked_elsewhere.get((binding.client_id, binding.user_id), ())
        patience = timedelta(days=rules.must_read_grace_days)
        return asked + [_asked(row, binding, patience) for row in elsewhere if row.role in ("", binding.role)]

    def shifts(self, binding: Binding) -> WeekCalendar | None:
        """The person's weekly roster at this client, None where there is none."""
        week = getattr(binding, "shifts", None)
        if not week or not any(week):
            return None
        return _roster(self.users[binding.user_id].time_zone, tuple(tuple(map(tuple, day)) for day in week))

    def networks_for(self, binding: Binding) -> tuple[Network, ...]:
        """From where the person may work here; the client's own people from anywhere."""
        return () if isinstance(binding, Membership) else self.networks.get(binding.client_id, ())

    def _contract(self, binding: Assignment | EmergencyAccess) -> Contract | None:
        """The contract under which the person works: their assignment's, or any that their vendor has in force."""
        if isinstance(binding, Assignment):
            return self.contracts.get(binding.contract_id)
        theirs = [
            row
            for row in self.contracts.values()
            if (row.client_id, row.vendor_id) == (binding.client_id, binding.vendor_id) and row.lasts_at(self.now)
        ]
        return min(theirs, key=lambda row: row.valid_from, default=None)

    def _suspended_at(self, binding: Assignment | EmergencyAccess) -> datetime | None:
        return min((s.since for s in self.suspensions.get(binding.client_id, ()) if stops(s, binding)), default=None)

    def _terms_change_at(self, contract_id: int) -> datetime | None:
        coming = [each.valid_from for each in self.terms.get(contract_id, ()) if each.valid_from > self.now]
        return min(coming, default=None)


def stops(suspension: Suspension, binding: Assignment | EmergencyAccess) -> bool:
    """Whether a suspension is about this person: their whole company, their team, or themselves."""
    if suspension.vendor_id != binding.vendor_id:
        return False
    if suspension.user_id is not None:
        return suspension.user_id == binding.user_id
    return not suspension.team or suspension.team == binding.team


def of_places(client_ids: Collection[int], user_ids: Collection[int], now: datetime) -> Evidence:
    """What the gates ask of people's places at these clients, in the scope of the caller.

    Nothing of how they sign in, nor of what they have learnt.  Six statements, however many there are of either.
    """
    here = {"client_id__in": list(client_ids)}
    found = Evidence(now, users=User.objects.in_bulk(list(user_ids)))
    found.contracts = {row.pk: row for row in Contract.objects.filter(**here)}
    signed = ContractTerms.objects.filter(**here, vendor_signed_at__isnull=False, client_signed_at__isnull=False)
    found.terms = _grouped(signed.order_by("-valid_from", "-number").defer("data_processing"), "contract_id")
    versions = defaultdict(list)
    for client_id, number, at in Nda.objects.filter(**here).values_list("client_id", "number", "effective_at"):
        versions[client_id].append(Version(number, at))
    found.versions = dict(versions)
    accepted = NdaAcceptance.objects.filter(**here, user_id__in=list(user_ids))
    for client_id, user_id, number in accepted.values_list("client_id", "user_id", "nda__number"):
        found.accepted[client_id, user_id] = max(number, found.accepted.get((client_id, user_id), 0))
    found.suspensions = _grouped(Suspension.objects.filter(**here, ended_at=None), "client_id")
    return found


def read(client_ids: Collection[int], user_ids: Collection[int], now: datetime) -> Evidence:
    """The evidence about these people at these clients, in the scope of the caller.

    Eleven statements and those of the declared sources, however many there are of either.
    """
    here = {"client_id__in": list(client_ids)}
    found = of_places(client_ids, user_ids, now)
    found.second_factors = second_factor.of_people(user_ids)
    found.rules = {row.client_id: row for row in ClearanceRules.objects.filter(**here)}
    networks = defaultdict(list)
    for client_id, text in NetworkRule.objects.filter(**here).values_list("client_id", "network"):
        networks[client_id].append(rule(text))
    found.networks = {client_id: tuple(rules) for client_id, rules in networks.items()}
    found.certifications = _grouped(Certification.objects.filter(**here, retired_at=None), "client_id")
    for row in CertificationHeld.objects.filter(**here, user_id__in=list(user_ids)):
        found.held.setdefault((row.client_id, row.user_id), {})[row.certification_id] = row
    for source in _SOURCES:
        for asked in source(client_ids, user_ids):
            found.asked_elsewhere.setdefault((asked.client_id, asked.user_id), []).append(asked)
    return found


def _dates(binding: Assignment | EmergencyAccess) -> tuple[datetime, datetime | None]:
    """From when until when the person has their place; one that was never granted has none."""
    if isinstance(binding, Assignment):
        return binding.starts_at, binding.ends_at
    return binding.starts_at or binding.asked_at, binding.until or binding.asked_at


def _grouped(rows: Iterable, name: str) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return dict(found)


def _certification(row: Certification, held: CertificationHeld | None, binding: Assignment, grace: timedelta) -> Duty:
    """A certificate that is missing is due since the person began; one that is held, when it ends."""
    if held is None:
        return Duty(Soft.CERTIFICATION, row.name, binding.starts_at, grace, key=row.pk)
    return Duty(Soft.CERTIFICATION, row.name, held.expires_at, grace, held.extended_until, key=row.pk)


def _asked(row: Asked, binding: Assignment, grace: timedelta) -> Duty:
    """Whoever comes later than the day it was due by has it to do since they began."""
    return Duty(row.kind, row.name, max(row.due_at, binding.starts_at), grace, key=row.key)


@lru_cache(maxsize=4096)
def _roster(zone: str, week: tuple) -> WeekCalendar:
    return WeekCalendar(zone=zone, week=week)
