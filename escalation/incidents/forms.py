"""The forms of incidents."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from escalation.forms import RefusableForm
from escalation.incidents.leading import LONGEST_KNOWN, Definition
from escalation.models import Contact, Incident, SlaPolicy
from escalation.models.incidents import LONGEST_BANNER, LONGEST_TITLE
from helpdesk.lib import tokens
from knowledgebase.models import Article
from tickets.actions.parts import LONGEST_BODY
from tickets.models import Ticket

MOST_ARTICLES = 500


class IncidentForm(RefusableForm):
    """What is wrong, who mends it, and what customers can do meanwhile."""

    title = forms.CharField(label=_("What is wrong, in a line"), max_length=LONGEST_TITLE)
    known = forms.CharField(
        label=_("What is known"),
        required=False,
        max_length=LONGEST_KNOWN,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For staff of both sides; customers never see it."),
    )
    owner = forms.ChoiceField(label=_("Who mends it"), choices=SlaPolicy.Party.choices, initial=SlaPolicy.Party.CLIENT)
    contact = forms.TypedChoiceField(label=_("Whom to ask at the client"), required=False, coerce=int, empty_value=None)
    article = forms.TypedChoiceField(
        label=_("The article with the workaround"), required=False, coerce=int, empty_value=None
    )
    due_on = forms.DateField(
        label=_("To be mended by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    review = forms.CharField(
        label=_("What we learned"),
        required=False,
        max_length=LONGEST_KNOWN,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the review: what happened, why, and what is done so that it does not happen again."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, client_id: int, row: Incident | None, ticket: Ticket | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {}
        if row is not None:
            names = ("title", "known", "owner", "due_on", "review", "revision")
            initial |= {name: getattr(row, name) for name in names}
            initial |= {"contact": row.contact_id, "article": row.article_id}
        super().__init__(*args, **{**kwargs, "initial": initial})
        help_text = gettext("It stands on every ticket that is linked, and stays: name no customer in it.")
        if ticket is not None:
            # Shown and not filled in: these are one customer's words, which go when that customer's data go.
            said = gettext("The ticket says: “%(subject)s”.") % {"subject": ticket.subject}
            help_text = f"{said} {help_text}"
        self.fields["title"].help_text = help_text
        # What was chosen before stays, though it could not be chosen any more.
        chosen = (row.contact_id, row.article_id) if row is not None else (None, None)
        contacts = Contact.objects.filter(Q(is_active=True) | Q(pk=chosen[0]), client_id=client_id).order_by("name")
        articles = Article.objects.filter(client_id=client_id).order_by("title")
        kept = articles.filter(pk=chosen[1])
        others = articles.exclude(published_number=None).exclude(pk=chosen[1])[:MOST_ARTICLES]
        self._choices("contact", contacts.values_list("pk", "name"))
        self._choices("article", [*kept.values_list("pk", "title"), *others.values_list("pk", "title")])
        if row is None:
            del self.fields["review"]

    def _choices(self, name: str, rows: Any) -> None:
        self.fields[name].choices = [("", gettext("None")), *rows]  # type: ignore[attr-defined]  # a choice field

    def definition(self) -> Definition:
        """What was written."""
        data = self.cleaned_data
        return Definition(
            title=data["title"],
            known=data["known"],
            owner=data["owner"],
            contact_id=data["contact"],
            article_id=data["article"],
            due_on=data["due_on"],
        )


class TellForm(RefusableForm):
    """What all customers are told, sent once for each form."""

    body = forms.CharField(
        label=_("What their customers read"), max_length=LONGEST_BODY, widget=forms.Textarea(attrs={"rows": 8})
    )
    solves = forms.BooleanField(label=_("Their tickets are solved by it"), required=False, initial=True)
    once = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("once", tokens.random_token())
        super().__init__(*args, **kwargs)


class BannerForm(RefusableForm):
    """What the portal says."""

    banner = forms.CharField(
        label=_("On every page of the portal"),
        max_length=LONGEST_BANNER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One plain sentence. Empty takes it away; it goes by itself once the incident is fixed."),
    )
