"""Where everything is mounted: each app brings its routes by the door they stand behind."""

from typing import Any

from allauth.account import views as account
from django.urls import include, path, re_path

import access.accounts.urls
import access.urls
import escalation.urls
import helpdesk.leaving.urls
import knowledgebase.urls
import post.urls
import reporting.urls
import tickets.urls
from access.doors import public
from helpdesk import api, views

_APPS: tuple[Any, ...] = (
    tickets.urls,
    escalation.urls,
    knowledgebase.urls,
    reporting.urls,
    helpdesk.leaving.urls,
    access.urls,
    post.urls,
)

_accounts = [
    path("logout/", public()(account.logout), name="account_logout"),
    path("inactive/", public()(account.account_inactive), name="account_inactive"),
    path("password/change/", public()(account.password_change), name="account_change_password"),
    path("password/reset/", public()(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", public()(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        # The first hyphen ends the person: the key has one of its own.
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[-0-9A-Za-z]{1,100})/$",
        public()(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        public()(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    *access.accounts.urls.accounts,
]

urlpatterns = [
    path("", views.start, name="home"),
    path("start/", views.start, name="start"),
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
    path("health/engine", views.engine, name="health_engine"),
    path("styles/mine/clients.css", views.client_styles, name="client_styles"),
    path("styles/mine/office.css", views.office_styles, name="office_styles"),
    path("styles/<slug:client>.css", views.client_style, name="client_style"),
    path("language/", views.choose_language, name="choose_language"),
    path("accounts/", include(_accounts)),
    path("api/", include((api.urlpatterns, "api"))),
    *(route for app in _APPS for route in app.site),
    path("office/", include(([*access.urls.office, *post.urls.office, *escalation.urls.office], "office"))),
    path("desk/", include(([route for app in _APPS for route in app.desk], "desk"))),
    path("client/<slug:client>/", include(([route for app in _APPS for route in app.console], "console"))),
    path("<slug:client>/", include(([route for app in _APPS for route in app.portal], "portal"))),
]

handler400 = "access.answers.bad_request"
handler403 = "access.answers.refused"
handler404 = "access.answers.not_found"
handler429 = "access.answers.too_many"
handler500 = "access.answers.broken"
