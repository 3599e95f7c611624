from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Customers, tickets, and what is said and happens on them."""

    name = "tickets"

    def ready(self) -> None:
        from access.clearance import count_urgent_by
        from access.emergency import find_tickets_by
        from access.log_finding import find_customers_by
        from tickets import deeds, emergency, holdings, letters, log_finding, readiness, starter, suspensions

        starter.listen()
        letters.listen()
        suspensions.listen()
        deeds.tell()
        count_urgent_by(readiness.open_urgent)
        find_tickets_by(emergency.find)
        find_customers_by(log_finding.find)
        holdings.tell()
