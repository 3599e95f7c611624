from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHANGES = {
    "escalated": gettext_lazy("escalated the ticket"),
    "acknowledged": gettext_lazy("said that they are on it"),
    "colleague asked": gettext_lazy("asked a colleague about the ticket"),
    "went up": gettext_lazy("had both sides’ next told, for it went back and forth too often"),
    "given": gettext_lazy("gave more of what the client asks for"),
    "step pressed": gettext_lazy("had the next of an escalation told by hand"),
    "passed on": gettext_lazy("passed the question on"),
    "asked again": gettext_lazy("had a new link mailed"),
    "returned": gettext_lazy("answered and gave the ticket back"),
    "not_needed": gettext_lazy("gave the ticket back as not needed"),
    "not needed": gettext_lazy("gave the ticket back as not needed"),
    "incomplete": gettext_lazy("gave the ticket back as incomplete"),
    "declined": gettext_lazy("declined the question"),
    "taken over": gettext_lazy("took the ticket over"),
    "taken_over": gettext_lazy("took the ticket over"),
    "withdrawn": gettext_lazy("took the question back"),
    "ended with the ticket": gettext_lazy("ended the escalation with the ticket"),
    "began to climb": gettext_lazy("began an escalation by itself"),
    "expired": gettext_lazy("ended an escalation that nobody answered"),
    "contact saved": gettext_lazy("saved a contact"),
    "contact activated": gettext_lazy("has a contact asked again"),
    "contact deactivated": gettext_lazy("stopped asking a contact"),
    "contact group saved": gettext_lazy("saved a group of contacts"),
    "contact group activated": gettext_lazy("has a group of contacts asked again"),
    "contact group deactivated": gettext_lazy("stopped asking a group of contacts"),
    "matrix published": gettext_lazy("published the matrix"),
    "matrix draft saved": gettext_lazy("saved a draft of the matrix"),
    "matrix draft discarded": gettext_lazy("threw a draft of the matrix away"),
    "matrix called off": gettext_lazy("called off a matrix that was to come"),
    "matrix proposal saved": gettext_lazy("wrote a proposal of another matrix"),
    "matrix proposed": gettext_lazy("proposed another matrix"),
    "matrix proposal taken back": gettext_lazy("took a proposed matrix back"),
    "matrix proposal discarded": gettext_lazy("threw a proposal of another matrix away"),
    "matrix proposal accepted": gettext_lazy("accepted a proposed matrix"),
    "matrix proposal declined": gettext_lazy("declined a proposed matrix"),
    "team hours saved": gettext_lazy("saved a team’s hours"),
    "hours saved": gettext_lazy("saved support hours"),
    "hours restored": gettext_lazy("restored earlier support hours"),
    "hours withdrawn": gettext_lazy("withdrew support hours that were to come"),
    "promises proposed": gettext_lazy("proposed other promises"),
    "promises agreed": gettext_lazy("agreed to other promises"),
    "promises declined": gettext_lazy("declined other promises"),
    "promises taken back": gettext_lazy("took a proposal of promises back"),
    "on-call saved": gettext_lazy("saved an on-call schedule"),
    "on-call retired": gettext_lazy("stopped using an on-call schedule"),
    "on-call overridden": gettext_lazy("put somebody else on call"),
    "on-call override called off": gettext_lazy("called an override off"),
    "on-call swap asked": gettext_lazy("asked a colleague to take a shift"),
    "on-call swap accepted": gettext_lazy("took a colleague’s shift"),
    "on-call swap declined": gettext_lazy("declined a colleague’s shift"),
    "on-call swap taken back": gettext_lazy("asked no longer for a swap"),
    "on-call feed made": gettext_lazy("made an address for their on-call calendar"),
    "scope asked": gettext_lazy("asked for work outside the contract"),
    "scope allowance": gettext_lazy("asked for work outside the contract, approved by the emergency allowance"),
    "scope budget": gettext_lazy("asked for work outside the contract, approved by the budget of the month"),
    "scope approved": gettext_lazy("approved work outside the contract"),
    "scope declined": gettext_lazy("declined work outside the contract"),
    "scope expired": gettext_lazy("ended a request for work that nobody answered"),
    "scope withdrawn": gettext_lazy("took a request for work back"),
    "scope work": gettext_lazy("recorded work outside the contract"),
    "scope done": gettext_lazy("finished work outside the contract"),
    "scope stabilise": gettext_lazy("noted that the work makes something stable again"),
    "scope rules saved": gettext_lazy("set what may be done outside the contract"),
    "excuse proposed": gettext_lazy("asked to have a broken promise excused"),
    "excuse accepted": gettext_lazy("excused a broken promise"),
    "excuse refused": gettext_lazy("did not excuse a broken promise"),
    "excuse taken back": gettext_lazy("took an excuse back"),
    "incident begun": gettext_lazy("wrote down a known problem or declared a major incident"),
    "incident declared": gettext_lazy("declared a major incident on the ticket"),
    "incident changed": gettext_lazy("changed what is said of an incident"),
    "incident linked": gettext_lazy("linked the ticket to an incident"),
    "incident unlinked": gettext_lazy("took the ticket off an incident"),
    "incident told": gettext_lazy("wrote to the customers of an incident"),
    "incident told again": gettext_lazy("tried again to write to customers of an incident"),
    "incident told on the portal": gettext_lazy("said something of an incident on the portal"),
    "incident no more on the portal": gettext_lazy("took what was said of an incident off the portal"),
    "incident eased": gettext_lazy("noted that the worst of an incident is over"),
    "incident fixed": gettext_lazy("noted that an incident is fixed"),
    "incident again": gettext_lazy("opened an incident again"),
    "incident closed": gettext_lazy("closed an incident"),
    "call promised": gettext_lazy("promised the customer a call"),
    "call moved": gettext_lazy("moved a promised call"),
    "call called": gettext_lazy("called the customer as promised"),
    "call withdrawn": gettext_lazy("took a promised call back"),
    "on-call feed revoked": gettext_lazy("took the address of their on-call calendar back"),
}


KINDS = {
    "escalation": gettext_lazy("escalation"),
    "contact": gettext_lazy("contact"),
    "contact_group": gettext_lazy("group of contacts"),
    "matrix": gettext_lazy("escalation matrix"),
    "matrix_proposal": gettext_lazy("proposed escalation matrix"),
    "calendar": gettext_lazy("support hours"),
    "incident": gettext_lazy("known problem or incident"),
    "call_back": gettext_lazy("promised call"),
    "excuse": gettext_lazy("excuse for a broken promise"),
    "on_call": gettext_lazy("on-call schedule"),
    "on_call_feed": gettext_lazy("on-call calendar"),
    "sla_policy": gettext_lazy("promises"),
    "team": gettext_lazy("team’s hours"),
    "scope_request": gettext_lazy("work outside the contract"),
    "scope_rules": gettext_lazy("rules for work outside the contract"),
}


REASONS = {
    "letter": gettext_lazy("to answer the question, by the link in a letter"),
    "question": gettext_lazy("to answer the question"),
}


class EscalationConfig(AppConfig):
    """Promises, their clocks, and the way of a ticket to the client and back."""

    name = "escalation"

    def ready(self) -> None:
        from access import asked
        from access.actions.flags import tell_hours
        from access.lines import tell_changes, tell_deed, tell_kinds, tell_reasons
        from access.rights import Right
        from escalation import (
            calendars,
            emergencies,
            emergency_letters,
            history,
            holdings,
            letters,
            merging,
            nightly,
            promises,
            readiness,
            row_words,
            starter,
            timers,
            withdrawal,
        )
        from escalation.engine import receipts, sorting
        from escalation.oncall import letters as on_call_letters
        from escalation.proposals import letters as proposal_letters
        from escalation.proposals import queries as proposals
        from escalation.scope import letters as scope_letters
        from escalation.scope import queries as scope_queries
        from tickets.desk.sentences import tell_sentence
        from tickets.events import Kind
        from tickets.promises import tell_first_answer

        starter.listen()
        timers.listen()
        sorting.listen()
        merging.listen()
        withdrawal.listen()
        history.listen()
        for each in (letters, emergency_letters, nightly, on_call_letters, proposal_letters, scope_letters):
            each.listen()
        emergencies.listen()
        receipts.listen()
        readiness.declare()
        asked.ask_by(Right.SCOPE_DECIDE, scope_queries.asked_of_client)
        asked.ask_by(Right.MATRIX_EDIT, proposals.asked_of_client)
        holdings.tell()
        tell_changes(CHANGES)
        tell_kinds(KINDS)
        tell_reasons(REASONS)
        tell_deed("escalation.sweep_due", lambda: _("did what was due"))
        tell_deed("escalation.look_at_climb", lambda: _("took the question back"))
        tell_deed("escalation.recount_clocks", lambda: _("counted the open clocks on new support hours or promises"))
        tell_hours(calendars.support_hours)
        tell_sentence(Kind.BEGAN_TO_CLIMB, row_words.began)
        tell_first_answer(promises.first_answer_by)
