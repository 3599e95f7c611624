"""The routes of `post`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from post import views

desk: list[URLPattern] = []
console: list[URLPattern] = []
portal: list[URLPattern] = []
site: list[URLPattern] = [
    path("files/<str:token>/", views.file_bytes, name="file_bytes"),
    path("dev/mail/", views.mailbox, name="mailbox"),
    path("dev/mail/<slug:slug>/<int:number>/", views.mailbox_letter, name="mailbox_letter"),
]
