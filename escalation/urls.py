"""The routes of `escalation`, by the door they stand behind; `helpdesk.urls` mounts them."""

from collections.abc import Callable

from django.urls import URLPattern, path

from access.contracting.sides import View, at_office
from access.floor.views import at_desk
from escalation.views import (
    contacts,
    coverage,
    emergency_letter,
    home,
    hours,
    inbox,
    letter,
    matrix,
    my_on_call,
    on_call,
    on_call_edit,
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


desk: list[URLPattern] = [
    path("coverage/", at_desk(coverage.board), name="coverage"),
    path("<slug:client>/<int:number>/escalate/", strip.escalate, name="escalate"),
    path("<slug:client>/<int:number>/escalation/", strip.escalation_strip, name="escalation_strip"),
    path("<slug:client>/<int:number>/take-on/", strip.take_on, name="take_on"),
    path("<slug:client>/<int:number>/take-back/", strip.take_back, name="take_back"),
    path("my-on-call/", my_on_call.my_on_call, name="my_on_call"),
    path("my-on-call/<slug:client>/swap/", my_on_call.ask_swap, name="ask_swap"),
    path("my-on-call/<slug:client>/swaps/<int:swap_id>/", my_on_call.answer_swap, name="answer_swap"),
    path("my-on-call/<slug:client>/calendar/", my_on_call.feed_address, name="on_call_address"),
    *_on_call("on-call/<slug:client>/", on_call.at_desk, on_call.at_desk),
]
console: list[URLPattern] = [
    path("", home.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:escalation_id>/", inbox.escalation, name="escalation"),
    path("matrix/", matrix.show, name="matrix"),
    path("matrix/edit/", matrix.edit, name="matrix_edit"),
    path("matrix/paste/", matrix.paste_rows, name="matrix_paste"),
    path("hours/", hours.show, name="hours"),
    path("hours/edit/", hours.edit, name="hours_edit"),
    path("hours/<int:calendar_id>/", hours.version, name="hours_version"),
    path("hours/<int:calendar_id>/restore/", hours.restore, name="restore_hours"),
    path("hours/<int:calendar_id>/withdraw/", hours.withdraw, name="withdraw_hours"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/add/", contacts.add_contact, name="add_contact"),
    path("contacts/<int:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<int:contact_id>/switch/", contacts.switch_contact, name="switch_contact"),
    *_on_call("on-call/", on_call.at_console, on_call.at_console_to_plan),
]
office: list[URLPattern] = [
    path("coverage/", at_office(coverage.board), name="coverage"),
    path("clients/<slug:client>/contracts/<int:contract_id>/team/", at_office(coverage.team), name="team_hours"),
]
portal: list[URLPattern] = []
site: list[URLPattern] = [
    path("l/<str:token>/", letter.answer_letter, name="letter"),
    path("on-call/<str:token>.ics", my_on_call.on_call_feed, name="on_call_feed"),
    path("l/emergency/<str:token>/", emergency_letter.emergency_letter, name="emergency_letter"),
]
