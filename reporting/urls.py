"""The routes of `reporting`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from reporting import views
from reporting.views import at_console, at_desk

desk: list[URLPattern] = [
    path("reports/", views.overview, name="reports"),
    path("reports/<slug:client>/", at_desk(views.report), name="report"),
    path("reports/<slug:client>/baseline/", at_desk(views.show_baseline), name="baseline"),
    path("reports/<slug:client>/report.csv", at_desk(views.report_csv), name="report_csv"),
    path("reports/<slug:client>/tickets/", at_desk(views.report_tickets), name="report_tickets"),
    path("reports/<slug:client>/tickets.csv", at_desk(views.report_tickets_csv), name="report_tickets_csv"),
]
console: list[URLPattern] = [
    path("reports/", at_console(views.report), name="reports"),
    path("reports/baseline/", at_console(views.show_baseline), name="baseline"),
    path("reports/baseline/take/", views.take_baseline, name="take_baseline"),
    path("reports/report.csv", at_console(views.report_csv), name="report_csv"),
    path("reports/tickets/", at_console(views.report_tickets), name="report_tickets"),
    path("reports/tickets.csv", at_console(views.report_tickets_csv), name="report_tickets_csv"),
]
portal: list[URLPattern] = []
site: list[URLPattern] = []
