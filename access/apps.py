from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may see what."""

    name = "access"

    def ready(self) -> None:
        from django.core.signals import got_request_exception

        from access import connections, holdings, middleware, sign_in

        connections.guard()
        sign_in.listen()
        holdings.tell()
        got_request_exception.connect(middleware.note_fault, dispatch_uid="access.note_fault")
