from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may see what."""

    name = "access"

    def ready(self) -> None:
        from django.core.signals import got_request_exception

        from access import asked, connections, holdings, middleware, register, sign_in
        from access.console import asking
        from access.rights import Right

        connections.guard()
        sign_in.listen()
        holdings.tell()
        asked.ask_by(Right.EMERGENCY_DECIDE, asking.emergencies)
        asked.ask_by(Right.CLEARANCE_EDIT, register.asked_of_client)
        got_request_exception.connect(middleware.note_fault, dispatch_uid="access.note_fault")
