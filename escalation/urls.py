"""The routes of `escalation`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from escalation.views import contacts, emergency_letter, home, inbox, letter, matrix
from escalation.views import desk as strip

desk: list[URLPattern] = [
    path("<slug:client>/<int:number>/escalate/", strip.escalate, name="escalate"),
    path("<slug:client>/<int:number>/escalation/", strip.escalation_strip, name="escalation_strip"),
    path("<slug:client>/<int:number>/take-on/", strip.take_on, name="take_on"),
    path("<slug:client>/<int:number>/take-back/", strip.take_back, name="take_back"),
]
console: list[URLPattern] = [
    path("", home.home, name="home"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:escalation_id>/", inbox.escalation, name="escalation"),
    path("matrix/", matrix.show, name="matrix"),
    path("matrix/edit/", matrix.edit, name="matrix_edit"),
    path("matrix/paste/", matrix.paste_rows, name="matrix_paste"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/add/", contacts.add_contact, name="add_contact"),
    path("contacts/<int:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<int:contact_id>/switch/", contacts.switch_contact, name="switch_contact"),
]
portal: list[URLPattern] = []
site: list[URLPattern] = [
    path("l/<str:token>/", letter.answer_letter, name="letter"),
    path("l/emergency/<str:token>/", emergency_letter.emergency_letter, name="emergency_letter"),
]
