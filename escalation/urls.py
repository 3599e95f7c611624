"""The routes of `escalation`, by the door they stand behind; `helpdesk.urls` mounts them."""

from collections.abc import Callable

from django.urls import URLPattern, path

from access.contracting.sides import View, at_console, at_console_to_sign, at_office, behind
from access.doors import console as console_door
from access.floor.views import at_desk
from access.rights import Right
from escalation.views import (
    banners,
    call_backs,
    colleagues,
    contacts,
    coverage,
    emergency_letter,
    excuses,
    groups,
    home,
    hours,
    inbox,
    incidents,
    letter,
    matrix,
    matrix_draft,
    matrix_letter,
    matrix_lot,
    matrix_try,
    my_on_call,
    notices,
    on_call,
    on_call_edit,
    policies,
    pressing,
    proposal,
    scope_client,
    scope_desk,
    scope_letter,
    scope_log,
)
from escalation.views import desk as strip


def _on_call(begin: str, reading: Callable[[View], View], planning: Callable[[View], View]) -> list[URLPattern]:
    """The pages of on-call schedules, behind the doors of the client's side or of a vendor's."""
    one = f"{begin}<int:schedule_id>/"
    return [
        path(begin, reading(on_call.on_call), name="on_call"),
        path(f"{begin}add/", planning(on_call_edit.edit), name="add_on_call"),
        path(one, reading(on_call.schedule), name="on_call_schedule"),
        path(f"{one}edit/", planning(on_call_edit.edit), name="edit_on_call"),
        path(f"{one}override/", planning(on_call.override), name="override_on_call"),
        path(f"{one}override/<int:override_id>/call-off/", planning(on_call.call_off), name="call_off_on_call"),
        path(f"{one}retire/", planning(on_call.retire), name="retire_on_call"),
    ]


def _at_console_to_read(view: View) -> View:
    """The view behind the console's door, for whoever reads the client's figures."""
    return behind(console_door(Right.REPORT_READ), view)


_ON_TICKET = "<slug:client>/<int:number>/scope/"


def _promises(begin: str, reading: Callable[[View], View], signing: Callable[[View], View]) -> list[URLPattern]:
    """The pages of what a contract promises, which both its sides have."""
    one = f"{begin}contracts/<int:contract_id>/promises/"
    return [
        path(one, reading(policies.show), name="promises"),
        path(f"{one}edit/", signing(policies.edit), name="propose_promises"),
        path(f"{one}<int:policy_id>/", reading(policies.version), name="promises_version"),
        path(f"{one}<int:policy_id>/agree/", signing(policies.agree), name="agree_promises"),
        path(f"{one}<int:policy_id>/refuse/", signing(policies.refuse), name="refuse_promises"),
    ]


_INCIDENT = "incidents/<slug:client>/<int:number>/"

desk: list[URLPattern] = [
    path("incidents/", incidents.listing, name="incidents"),
    path("incidents/<slug:client>/new/", incidents.begin, name="new_incident"),
    path(_INCIDENT, incidents.incident, name="incident"),
    path(f"{_INCIDENT}progress/", incidents.progress, name="incident_progress"),
    path(f"{_INCIDENT}edit/", incidents.edit, name="edit_incident"),
    path(f"{_INCIDENT}link/", incidents.link, name="link_tickets"),
    path(f"{_INCIDENT}unlink/<int:ticket_number>/", incidents.unlink, name="unlink_ticket"),
    path(f"{_INCIDENT}tell/", incidents.tell, name="tell_incident"),
    path(f"{_INCIDENT}fix/", incidents.fix, name="fix_incident"),
    path(f"{_INCIDENT}step/", incidents.step, name="incident_step"),
    path(f"{_INCIDENT}banner/", incidents.banner, name="incident_banner"),
    path("<slug:client>/<int:number>/incidents/", incidents.of_ticket, name="ticket_incidents"),
    path("<slug:client>/<int:number>/cause/", incidents.cause, name="cause"),
    path("out-of-scope/", scope_desk.own_scope, name="own_scope"),
    path(_ON_TICKET, scope_desk.scope, name="scope"),
    path(f"{_ON_TICKET}strip/", scope_desk.scope_strip, name="scope_strip"),
    path(f"{_ON_TICKET}<int:request_id>/withdraw/", scope_desk.withdraw_scope, name="withdraw_scope"),
    path(f"{_ON_TICKET}<int:request_id>/record/", scope_desk.record_work, name="record_work"),
    path(f"{_ON_TICKET}<int:request_id>/done/", scope_desk.finish_scope, name="finish_scope"),
    path("coverage/", at_desk(coverage.board), name="coverage"),
    path("pressing/", at_desk(pressing.board), name="pressing"),
    path("<slug:client>/<int:number>/escalate/", strip.escalate, name="escalate"),
    path("<slug:client>/<int:number>/escalation/", strip.escalation_strip, name="escalation_strip"),
    path("<slug:client>/<int:number>/take-on/", strip.take_on, name="take_on"),
    path("<slug:client>/<int:number>/take-back/", strip.take_back, name="take_back"),
    path("<slug:client>/<int:number>/ask/", colleagues.ask, name="ask_colleague"),
    path("<slug:client>/<int:number>/call/", call_backs.call_back, name="call_back"),
    path("<slug:client>/<int:number>/call/<int:call_id>/called/", call_backs.called, name="keep_call"),
    path("<slug:client>/<int:number>/call/<int:call_id>/move/", call_backs.move, name="move_call"),
    path("<slug:client>/<int:number>/call/<int:call_id>/withdraw/", call_backs.withdraw, name="withdraw_call"),
    path("<slug:client>/<int:number>/breaches/", excuses.breaches, name="breaches"),
    path("<slug:client>/<int:number>/breaches/<int:clock_id>/", excuses.propose, name="propose_excuse"),
    path("<slug:client>/<int:number>/excuses/<int:excuse_id>/", excuses.decide, name="decide_excuse"),
    path("<slug:client>/<int:number>/given/", strip.give, name="give"),
    path("<slug:client>/<int:number>/press/<int:step_id>/", strip.press, name="press_step"),
    path("notices/", notices.at_desk, name="notices"),
    path("notices/count/", notices.desk_count, name="notice_count"),
    path("notices/seen/", notices.see_all_at_desk, name="see_notices"),
    path("<slug:client>/notices/<int:notice_id>/", notices.open_at_desk, name="open_notice"),
    path("my-on-call/", my_on_call.my_on_call, name="my_on_call"),
    path("my-on-call/<slug:client>/swap/", my_on_call.ask_swap, name="ask_swap"),
    path("my-on-call/<slug:client>/swaps/<int:swap_id>/", my_on_call.answer_swap, name="answer_swap"),
    path("my-on-call/<slug:client>/calendar/", my_on_call.feed_address, name="on_call_address"),
    path("matrix/<slug:client>/", proposal.proposal, name="matrix_proposal"),
    path("matrix/<slug:client>/edit/", proposal.edit, name="edit_proposal"),
    path("matrix/<slug:client>/paths/add/", proposal.path, name="add_proposal_path"),
    path("matrix/<slug:client>/paths/<int:number>/", proposal.path, name="proposal_path"),
    path("matrix/<slug:client>/send/", proposal.send, name="send_proposal"),
    path("matrix/<slug:client>/change/", proposal.change, name="change_proposal"),
    *_on_call("on-call/<slug:client>/", on_call.at_desk, on_call.at_desk),
]
console: list[URLPattern] = [
    path("", home.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("incidents/", incidents.clients_listing, name="incidents"),
    path("inbox/<int:escalation_id>/", inbox.escalation, name="escalation"),
    path("inbox/<int:escalation_id>/press/<int:step_id>/", inbox.press, name="press_step"),
    path("notices/", notices.at_console, name="notices"),
    path("notices/count/", notices.console_count, name="notice_count"),
    path("notices/seen/", notices.see_all_at_console, name="see_notices"),
    path("notices/<int:notice_id>/", notices.open_at_console, name="open_notice"),
    path("matrix/", matrix.show, name="matrix"),
    path("matrix/draft/", matrix_draft.draft, name="matrix_draft"),
    path("matrix/draft/publish/", matrix_draft.publish, name="publish_matrix"),
    path("matrix/draft/discard/", matrix_draft.discard, name="discard_matrix_draft"),
    path("matrix/edit/", matrix_draft.edit, name="matrix_edit"),
    path("matrix/paths/add/", matrix_draft.path, name="add_matrix_path"),
    path("matrix/paths/<int:number>/", matrix_draft.path, name="matrix_path"),
    path("matrix/paste/", matrix_draft.paste_rows, name="matrix_paste"),
    path("matrix/try/", matrix_try.try_matrix, name="try_matrix"),
    path("matrix/try/lot/", matrix_lot.lot, name="matrix_lot"),
    path("matrix/try/past/", matrix_try.past, name="matrix_past"),
    path("matrix/proposals/<int:proposal_id>/", proposal.proposed, name="matrix_proposed"),
    path("matrix/proposals/<int:proposal_id>/answer/", proposal.answer, name="answer_proposal"),
    path("matrix/versions/", matrix.versions, name="matrix_versions"),
    path("matrix/versions/<int:number>/", matrix.version, name="matrix_version"),
    path("matrix/versions/<int:number>/restore/", matrix.restore, name="restore_matrix"),
    path("matrix/versions/<int:number>/call-off/", matrix.call_off, name="call_off_matrix"),
    path("hours/", hours.show, name="hours"),
    path("hours/edit/", hours.edit, name="hours_edit"),
    path("hours/<int:calendar_id>/", hours.version, name="hours_version"),
    path("hours/<int:calendar_id>/restore/", hours.restore, name="restore_hours"),
    path("hours/<int:calendar_id>/withdraw/", hours.withdraw, name="withdraw_hours"),
    path("scope/", _at_console_to_read(scope_log.scope_log), name="scope_log"),
    path("scope/requests.csv", _at_console_to_read(scope_log.scope_sheet), name="scope_sheet"),
    path("scope/<int:request_id>/", scope_client.scope_request, name="scope_request"),
    path("contracts/<int:contract_id>/scope/", scope_client.scope_rules, name="scope_rules"),
    path("contracts/<int:contract_id>/amend/", at_console_to_sign(scope_log.amend_contract), name="amend_contract"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/add/", contacts.add_contact, name="add_contact"),
    path("contacts/<int:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<int:contact_id>/switch/", contacts.switch_contact, name="switch_contact"),
    path("contacts/groups/", groups.groups, name="contact_groups"),
    path("contacts/groups/add/", groups.add_group, name="add_contact_group"),
    path("contacts/groups/<int:group_id>/", groups.group, name="contact_group"),
    path("contacts/groups/<int:group_id>/switch/", groups.switch_group, name="switch_contact_group"),
    *_on_call("on-call/", on_call.at_console, on_call.at_console_to_plan),
    *_promises("", at_console, at_console_to_sign),
]
office: list[URLPattern] = [
    path("coverage/", at_office(coverage.board), name="coverage"),
    path("clients/<slug:client>/scope/", at_office(scope_log.scope_log), name="scope_log"),
    path("clients/<slug:client>/scope/requests.csv", at_office(scope_log.scope_sheet), name="scope_sheet"),
    path(
        "clients/<slug:client>/contracts/<int:contract_id>/amend/",
        at_office(scope_log.amend_contract),
        name="amend_contract",
    ),
    path("clients/<slug:client>/contracts/<int:contract_id>/team/", at_office(coverage.team), name="team_hours"),
    *_promises("clients/<slug:client>/", at_office, at_office),
]
portal: list[URLPattern] = [
    path("banners/<int:banner_id>/close/", banners.close, name="close_banner"),
]
site: list[URLPattern] = [
    path("l/<str:token>/", letter.answer_letter, name="letter"),
    path("on-call/<str:token>.ics", my_on_call.on_call_feed, name="on_call_feed"),
    path("l/scope/<str:token>/", scope_letter.scope_letter, name="scope_letter"),
    path("l/matrix/<str:token>/", matrix_letter.matrix_letter, name="matrix_letter"),
    path("l/emergency/<str:token>/", emergency_letter.emergency_letter, name="emergency_letter"),
]
