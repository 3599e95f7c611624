"""Whoever works on a ticket is told that a promise on it runs out: once for each share that the contract names.

Told is the assignee, else those who lead, here and by mail.  What has stopped warns nobody, and of several shares
that were passed while nothing was swept the highest is told alone.  The client's own clock warns by its matrix.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from access.actor import Actor
from escalation import clocks, letters
from escalation.engine import digests
from escalation.engine.everybody import Everybody
from escalation.matrix.document import Channel
from escalation.models import ClockMark, Metric, Notice, SlaPolicy
from escalation.recipients import Recipient
from post.outbox import post_mails
from tickets.models import Holder, Ticket


def tell(actor: Actor, client_id: int, tickets: Mapping[int, Ticket], marks: Sequence[ClockMark], at: datetime) -> None:
    """Tell of these new marks of locked tickets; at most seven statements, one where no contract warns at them."""
    wanted = {mark.clock_id: mark for mark in sorted(_wanted(client_id, marks), key=lambda mark: mark.share)}
    if not wanted:
        return
    reach = Everybody(client_id, at)
    told: list[tuple[Notice, Recipient]] = []
    for mark in wanted.values():
        ticket = tickets[mark.ticket_id]
        for one in reach.of_ticket(ticket):
            told += [(_notice(mark, ticket, channel, one, at), one) for channel in (Channel.APP, Channel.MAIL)]
    notices = [notice for notice, _to in told]
    digests.hold(client_id, notices, at)
    Notice.objects.bulk_create(notices)
    digests.gather_later(client_id, [notice for notice in notices if notice.is_held], at)
    by_mail = [(n, to) for n, to in told if n.channel == Channel.MAIL and not n.is_held]
    post_mails(actor, client_id, [letters.warning(actor, notice, to) for notice, to in by_mail])


def _wanted(client_id: int, marks: Sequence[ClockMark]) -> list[ClockMark]:
    """The marks that somebody is told of: of a call its own, of another promise those that its contract names.

    A promise that is broken by now warns nobody; of a call that is due its caller is told.
    """
    calls = [mark for mark in marks if mark.metric == Metric.CALL_BACK and mark.share in _of_call(mark)]
    broken = {mark.clock_id for mark in marks if mark.share >= letters.BROKEN}
    warned = {metric for metric, rule in clocks.RULES.items() if rule.runs_with is Holder.VENDOR}
    before = [mark for mark in marks if mark.metric in warned and mark.clock_id not in broken]
    if not before:
        return calls
    policies = {mark.clock.policy_id for mark in before if mark.clock.policy_id is not None}
    shares = dict(SlaPolicy.objects.filter(client_id=client_id, pk__in=policies).values_list("pk", "warn_at"))
    return [*calls, *(mark for mark in before if mark.share in shares.get(mark.clock.policy_id or 0, ()))]


def _of_call(mark: ClockMark) -> tuple[int, int]:
    return clocks.share_before(mark.clock.target_seconds), letters.BROKEN


def _notice(mark: ClockMark, ticket: Ticket, channel: Channel, to: Recipient, at: datetime) -> Notice:
    return Notice(
        client_id=mark.client_id,
        unique=f"clock/{mark.clock_id}/{mark.share}/{channel.value}/{to.user_id}",
        clock=mark.clock,
        share=mark.share,
        ticket=ticket,
        channel=channel,
        user_id=to.user_id,
        name=to.name[:160],
        due_at=at,
        attempted_at=at,
        accepted_at=at if channel is Channel.APP else None,
    )
