"""The forms of a call that a customer is promised: when, on whose clock, how it went, why it is moved."""

from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.actor import Actor, ClientFace
from escalation.actions import call_backs
from escalation.forms import RefusableForm
from escalation.models import CallBack

Outcome = CallBack.Outcome


class MomentForm(RefusableForm):
    """A day and a time on the clock of a zone: the client's unless another is chosen."""

    at = forms.CharField(
        label=_("Day and time"),
        max_length=30,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    zone = forms.ChoiceField(
        label=_("On whose clock"), help_text=_("The time zone in which you named the time to the customer.")
    )

    def __init__(self, data: QueryDict | None = None, *, face: ClientFace, actor: Actor, zone: str = "") -> None:
        super().__init__(data, initial={"zone": zone or face.time_zone})
        choices = self.fields["zone"]
        assert isinstance(choices, forms.ChoiceField)
        near = {face.time_zone: gettext("%(zone)s (%(client)s)") % {"zone": face.time_zone, "client": face.name}}
        if actor.time_zone != face.time_zone:
            near[actor.time_zone] = gettext("%(zone)s (yours)") % {"zone": actor.time_zone}
        all_zones = sorted(each for each in available_timezones() if "/" in each and not each.startswith("Etc/"))
        choices.choices = [*near.items(), *((each, each) for each in all_zones if each not in near)]


class PromiseForm(MomentForm):
    """A call that is promised."""

    about = forms.CharField(
        label=_("What you call about"),
        required=False,
        max_length=call_backs.LONGEST_ABOUT,
        help_text=_("For whoever calls; the customer sees the time alone."),
    )


class MoveForm(MomentForm):
    """Another moment, and why."""

    reason = forms.CharField(label=_("Why it is moved"), max_length=call_backs.LONGEST_REASON)


class CalledForm(RefusableForm):
    """How a call went."""

    outcome = forms.ChoiceField(
        label=_("How it went"),
        choices=lambda: [(each.value, capfirst(each.label)) for each in CallBack.CALLED],
        initial=Outcome.REACHED,
        widget=forms.RadioSelect,
    )
    said = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=call_backs.LONGEST_SAID,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It becomes a note that both companies read."),
    )


class WithdrawForm(RefusableForm):
    """Why nobody calls."""

    reason = forms.CharField(label=_("Why nobody calls"), max_length=call_backs.LONGEST_REASON)
