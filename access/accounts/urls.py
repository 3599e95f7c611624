"""The routes of one's own sign-in, under /accounts/."""

from django.urls import URLPattern, path

from access.accounts import company, entering, proving, views
from access.second_step import second_step

accounts: list[URLPattern] = [
    path("login/", entering.login, name="account_login"),
    path("passkey/", entering.passkey, name="account_passkey"),
    path("company/<slug:key>/", company.start, name="company_start"),
    path("company/<slug:key>/back/", company.callback, name="company_callback"),
    path("second-step/", second_step, name="mfa_authenticate"),
    path("reauthenticate/", proving.confirm, name="account_reauthenticate"),
    path("go-on/<slug:kept>/", proving.go_on, name="account_go_on"),
    path("security/", views.security, name="account_security"),
    path("security/key/", views.add_key, name="account_add_key"),
    path("security/device/", views.add_device, name="account_add_device"),
    path("security/recovery-codes/", views.recovery_codes, name="account_recovery_codes"),
    path("security/factors/<int:factor_id>/remove/", views.remove_factor, name="account_remove_factor"),
    path("security/sessions/<int:session_id>/end/", views.end_session, name="account_end_session"),
    path("security/sessions/end/", views.end_other_sessions, name="account_end_other_sessions"),
    path("security/shift-code/", views.enter_shift_code, name="account_enter_shift_code"),
]
