"""One customer's data, asked for by the customer in the portal: put together by the keeper, told by mail, fetched."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import links, log
from access.actor import Actor, ClientFace
from access.errors import Conflict, NotFound
from access.models import SignedLink
from helpdesk.leaving import dispatch, places
from helpdesk.leaving.models import Job, Kind
from helpdesk.lib import clock, tokens
from helpdesk.lib.locks import hold
from post import kinds
from post.models import OutboxMail
from post.outbox import Letter, post_mail, write_anew
from tickets import letters
from tickets.models import Customer

LETTER = "own_data"
# The link in the mail works so long, and the file is given to its customer as long.
LINK_LASTS = timedelta(days=7)
ASKED_AGAIN_AFTER = timedelta(hours=24)


def listen() -> None:
    """Say how the letter is brought up to date before it is sent again."""
    kinds.declare(LETTER, kinds.Whose.CUSTOMER, gettext_lazy("A customer’s own data"), _renew)


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """With a link of its own again; raises `Conflict` where the file is not given any more, or nobody is there."""
    job = Job.objects.filter(client_id=mail.client_id, pk=kinds.last_number(mail)).first()
    if job is None or not is_here(job):
        raise kinds.is_over()
    customer = Customer.objects.filter(client_id=mail.client_id, pk=job.customer_id or 0).first()
    if customer is None or not customer.email:
        raise kinds.nobody()
    write_anew(mail, _letter(actor, job, customer))


def latest(actor: Actor, client_id: int) -> Job | None:
    """What the customer asked for last; one statement."""
    rows = Job.objects.filter(client_id=client_id, kind=Kind.CUSTOMER_DATA, by_customer=True)
    return rows.filter(customer_id=actor.customer_id or 0).order_by("-pk").first()


def is_here(job: Job | None) -> bool:
    """Whether the file can be fetched now."""
    return job is not None and bool(job.size) and job.ended_at is not None and clock.now() < job.ended_at + LINK_LASTS


def ask(actor: Actor, *, client_id: int) -> Job:
    """Have the customer's own data put together; the mail that says so follows.

    Raises `NotFound` for whoever is no customer, and `Conflict` within a day of the last time.
    """
    if actor.customer_id is None:
        raise NotFound
    hold("own data", client_id, actor.customer_id)
    now, last = clock.now(), latest(actor, client_id)
    if last is not None and last.state != Job.State.FAILED and last.asked_at > now - ASKED_AGAIN_AFTER:
        raise Conflict(_("You asked for it less than a day ago. You can ask again a day later."))
    job = Job.objects.create(
        client_id=client_id,
        kind=Kind.CUSTOMER_DATA,
        unique=f"own/{actor.customer_id}/{tokens.random_token()[:24]}",
        customer_id=actor.customer_id,
        by_customer=True,
        language=(translation.get_language() or "en")[:8],
        asked_at=now,
    )
    # A database that was put back to an earlier day gives numbers again whose files are still there.
    places.discard(client_id, job.pk)
    dispatch.put(client_id, job.pk, at=now)
    _log(actor, job, "export asked for")
    return job


def fetch(actor: Actor, *, client_id: int) -> Job:
    """Note that the customer takes the file away; raises `NotFound` where there is none of theirs any more."""
    job = latest(actor, client_id)
    if job is None or not is_here(job):
        raise NotFound
    _log(actor, job, "export downloaded")
    return job


def tell_done(actor: Actor, *, client_id: int) -> int:
    """Mail each customer whose data is ready the link to it, once; returns how many."""
    rows = Job.objects.select_for_update().filter(client_id=client_id, kind=Kind.CUSTOMER_DATA, by_customer=True)
    found = list(rows.filter(state=Job.State.DONE, told_at=None).order_by("pk")[:100])
    for job in found:
        job.told_at = clock.now()
        job.save(update_fields=["told_at"])
        customer = Customer.objects.filter(client_id=client_id, pk=job.customer_id or 0).first()
        if customer is not None and customer.email:
            post_mail(actor, job.client_id, _letter(actor, job, customer))
    return len(found)


def _letter(actor: Actor, job: Job, customer: Customer) -> Letter:
    face = actor.standing(job.client_id).client
    token = links.make(
        purpose=SignedLink.Purpose.CUSTOMER, client_id=job.client_id, subject_id=customer.pk, lasts=LINK_LASTS
    )
    path = letters.enter_path(face.slug, token, f"/{face.slug}/my-data/")
    subject, text = _written(job, face, customer, links.absolute(path))
    return Letter(
        unique=f"own-data/{job.pk}",
        kind=LETTER,
        to_address=customer.email,
        to_name=customer.name if customer.email_confirmed_at else "",
        from_address=face.mailbox,
        from_name=face.name,
        subject=subject,
        text=text,
        automatic=True,
        customer_id=customer.pk,
        language=job.language,
    )


def _written(job: Job, face: ClientFace, customer: Customer, link: str) -> tuple[str, str]:
    name = customer.name if customer.email_confirmed_at else ""
    context = {"name": name, "client": face, "link": link, "until": clock.now() + LINK_LASTS}
    with translation.override(job.language):
        subject = " ".join(render_to_string("leaving/mail/own_data_subject.txt", context).split())
        return subject, render_to_string("leaving/mail/own_data.txt", context).strip() + "\n"


def _log(actor: Actor, job: Job, what: str) -> None:
    detail = {"what": what, "kind": "customer", "job": job.pk}
    log.record(actor, job.client_id, log.Action.EXPORT, (log.CUSTOMER, job.customer_id or 0), detail=detail)
