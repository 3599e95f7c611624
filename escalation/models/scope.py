"""Work outside a contract: what the client allows beforehand, what was asked for, and what it really took.

Amounts are hundredths of the request's currency, quantities hundredths of the kind's unit.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.fields import ClientForeignKey
from access.managers import ClientModel
from access.models import Contract, StaffCard, Vendor
from access.rate_card import LONGEST_NAME, Unit
from escalation.models.contacts import Contact
from tickets.models import Ticket

ANSWER_HOURS = 8


class ScopeRules(ClientModel):
    """What the client has set for requests under one contract: who is asked, how soon it answers, what it allows.

    `approvers` are keys of contacts in their order; `budgets` are amounts a month by the key of a kind of
    work, "" for the kinds without one of their own.  `allowance` is for each ticket of priority 1.
    `answer_hours` are hours of the client's support hours.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    answer_hours = models.PositiveSmallIntegerField(default=ANSWER_HOURS)
    approvers = models.JSONField(default=list)
    allowance = models.BigIntegerField(default=0)
    budgets = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=160)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "contract"], name="scope_rules_once"),
            models.CheckConstraint(condition=models.Q(allowance__gte=0), name="scope_allowance_is_none_or_more"),
        ]


class ScopeRequest(ClientModel):
    """One request for work of one kind on a ticket, priced by the rate card of the day.

    What is said of it in words stands in `ScopeWords`, which a vendor's office does not read.  `used_*` is
    what was recorded under it so far, never more than was asked for; `month` is the first day of the month
    to which its cost counts, on the client's calendar.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("not answered")
        WITHDRAWN = "withdrawn", _("taken back")
        DONE = "done", _("done")

    class CoveredBy(models.TextChoices):
        PERSON = "", _("a person")
        ALLOWANCE = "allowance", _("emergency allowance")
        BUDGET = "budget", _("budget of the month")

    # Those whose cost counts.
    COUNTED = (State.APPROVED, State.DONE)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    contract = ClientForeignKey(Contract, models.PROTECT, with_vendor=True, related_name="+")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    ticket_number = models.BigIntegerField()
    priority = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=120, blank=True)
    work_key = models.CharField(max_length=LONGEST_NAME)
    work = models.CharField(max_length=LONGEST_NAME)
    unit = models.CharField(max_length=8, choices=Unit)
    price = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    hundredths = models.BigIntegerField()
    estimate = models.BigIntegerField()
    used_hundredths = models.BigIntegerField(default=0)
    used = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_name = models.CharField(max_length=160, blank=True)
    covered_by = models.CharField(max_length=10, choices=CoveredBy, blank=True, default="")
    # The budget that it is taken from, by its key in the rules; "" is also the one for all other kinds.
    budget_of = models.CharField(max_length=LONGEST_NAME, blank=True)
    month = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            # What hangs on it is its vendor's.
            models.UniqueConstraint(fields=["client", "vendor", "id"], name="scope_request_of_vendor"),
            models.CheckConstraint(
                condition=models.Q(price__gte=0, estimate__gte=0), name="scope_price_is_none_or_more"
            ),
            models.CheckConstraint(condition=models.Q(hundredths__gt=0), name="scope_quantity_is_some"),
            models.CheckConstraint(
                condition=models.Q(
                    used__gte=0,
                    used_hundredths__gte=0,
                    used__lte=models.F("estimate"),
                    used_hundredths__lte=models.F("hundredths"),
                ),
                name="scope_used_within_the_estimate",
            ),
            models.CheckConstraint(
                condition=models.Q(used_hundredths=0) | models.Q(state__in=["approved", "done"]),
                name="scope_no_work_before_it_is_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "ticket"], name="scope_of_ticket"),
            models.Index(fields=["client", "contract", "month"], name="scope_of_month"),
            models.Index(fields=["client", "asked_by", "-id"], name="scope_of_asker"),
        ]


class ScopeWords(ClientModel):
    """What was said with a request: why, what happens without it, and the client's word with the answer."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    request = ClientForeignKey(ScopeRequest, models.CASCADE, with_vendor=True, related_name="+")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    why = models.CharField(max_length=600)
    otherwise = models.CharField(max_length=300)
    answer = models.CharField(max_length=300, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "vendor", "request"], name="scope_words_once")]


class ScopeStep(ClientModel):
    """Somebody who is asked, or reminded, at a time; without a contact everybody who may decide in the console."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    request = ClientForeignKey(ScopeRequest, models.CASCADE, with_vendor=True, related_name="steps")
    position = models.PositiveSmallIntegerField()
    contact = ClientForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    is_reminder = models.BooleanField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClientModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client", "vendor", "request", "position"], name="scope_step_once")
        ]


class WorkEntry(ClientModel):
    """Work done under a request: how much of its unit, what that comes to, by whom."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    request = ClientForeignKey(ScopeRequest, models.CASCADE, with_vendor=True, related_name="+")
    ticket = ClientForeignKey(Ticket, models.CASCADE, related_name="+")
    hundredths = models.BigIntegerField()
    amount = models.BigIntegerField()
    card = ClientForeignKey(StaffCard, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta(ClientModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(hundredths__gt=0, amount__gte=0), name="work_entry_is_some"),
        ]
        indexes = [models.Index(fields=["client", "ticket"], name="work_of_ticket")]
