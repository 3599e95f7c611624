from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """The project itself: settings, urls, commands, base templates."""

    name = "helpdesk"
