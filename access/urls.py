"""The routes of `access`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from access import views

desk: list[URLPattern] = [
    path("my-access/", views.my_access, name="my_access"),
    path("my-access/<slug:client>/token/", views.new_token, name="new_token"),
    path("my-access/tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
]
console: list[URLPattern] = [
    path("access-log/", views.access_log, name="access_log"),
    path("people/", views.people, name="people"),
]
portal: list[URLPattern] = []
site: list[URLPattern] = []
