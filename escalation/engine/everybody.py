"""Everybody whom a step can tell, those on call among them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from escalation.matrix.document import Target, Who
from escalation.models import OnCallSchedule
from escalation.oncall.queries import on_call
from escalation.recipients import Reach, Recipient

ON_CALL = frozenset({Target.VENDOR_CALL, Target.CLIENT_CALL})


class Everybody(Reach):
    """As `Reach`, with the schedules: each is asked once who is on call."""

    def __init__(self, client_id: int, at: datetime) -> None:
        super().__init__(client_id, at)
        self._on_call: dict[str, list[Recipient]] = {}

    def of(self, who: Who, vendor_id: int | None) -> list[Recipient]:
        """Whom a target reaches; of a schedule whoever is on call at the moment.

        Of a vendor's schedule only its own people who may be told: another vendor's hear nothing of this one's tickets.
        """
        if who.kind not in ON_CALL:
            return super().of(who, vendor_id)
        if who.key not in self._on_call:
            self._on_call[who.key] = on_call(self.client_id, who.key, self.at)
        found = self._on_call[who.key]
        if who.kind is Target.VENDOR_CALL and found:
            told = {one.user_id for one in self.of_vendor(vendor_id)}
            return [one for one in found if one.user_id in told]
        return found

    def name_of(self, who: Who) -> str:
        """The name of a target as the client's people call it."""
        return self._schedules.get(who.key, "") if who.kind in ON_CALL else super().name_of(who)

    @cached_property
    def _schedules(self) -> Mapping[str, str]:
        return dict(OnCallSchedule.objects.filter(client_id=self.client_id).values_list("key", "name"))
