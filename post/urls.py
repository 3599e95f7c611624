"""The routes of `post`, by the door they stand behind; `helpdesk.urls` mounts them."""

from functools import partial

from django.urls import URLPattern, path

from access.contracting.sides import at_office, behind
from access.doors import console as console_door
from access.rights import Right
from post import endpoint_pages as pages
from post import views

desk: list[URLPattern] = []
# The office's stand behind its own door, under the client's name.
office: list[URLPattern] = [
    path("clients/<slug:client>/endpoints/", at_office(pages.overview), name="endpoints"),
    path("clients/<slug:client>/endpoints/new/", at_office(pages.new_endpoint), name="new_endpoint"),
    path("clients/<slug:client>/endpoints/<int:endpoint_id>/", at_office(pages.endpoint), name="endpoint"),
    path(
        "clients/<slug:client>/endpoints/<int:endpoint_id>/secret/",
        at_office(pages.renew_secret),
        name="renew_endpoint_secret",
    ),
]
_to_edit = partial(behind, console_door(Right.SOURCES_EDIT))
console: list[URLPattern] = [
    path("endpoints/", _to_edit(pages.overview), name="endpoints"),
    path("endpoints/new/", _to_edit(pages.new_endpoint), name="new_endpoint"),
    path("endpoints/<int:endpoint_id>/", _to_edit(pages.endpoint), name="endpoint"),
    path("endpoints/<int:endpoint_id>/secret/", _to_edit(pages.renew_secret), name="renew_endpoint_secret"),
    path("endpoints/<int:endpoint_id>/test/", _to_edit(pages.send_test), name="test_endpoint"),
    path("endpoints/<int:endpoint_id>/again/", _to_edit(pages.retry_calls), name="retry_calls"),
    path("endpoints/<int:endpoint_id>/calls/<int:call_id>/again/", _to_edit(pages.retry_call), name="retry_call"),
]
portal: list[URLPattern] = []
site: list[URLPattern] = [
    path("files/<str:token>/", views.file_bytes, name="file_bytes"),
    path("dev/mail/", views.mailbox, name="mailbox"),
    path("dev/mail/<slug:slug>/<int:number>/", views.mailbox_letter, name="mailbox_letter"),
]
