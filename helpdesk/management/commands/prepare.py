"""`manage.py prepare`: migrates as the owner, brings search up to date, makes the log's key, loads the demo."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from access import links, log_keys
from access.models import Client, SignedLink
from access.tasks import in_client
from helpdesk.demo import clearance, people
from helpdesk.demo.load import load
from tickets.models import Customer

LINK_LASTS = timedelta(days=14)


class Command(BaseCommand):
    """What stands between a database and a running product; quick when nothing is to be done."""

    help = "Migrate as the owner, load the demo when the database is empty, write the demo's logins."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, each part only where it is missing."""
        if "owner" not in settings.DATABASES:
            raise CommandError("MIGRATION_DATABASE_URL is not set. Set it to the role that owns the tables.")
        self._migrate()
        call_command("index_articles", stdout=self.stdout)
        try:
            log_keys.begin()
        except log_keys.KeyMissing as error:
            raise CommandError(str(error)) from None
        if not settings.DEMO:
            return
        if not Client.objects.exists():
            self.stdout.write("Loading the demo: three clients, 600 tickets over 60 days …")
            load()
        if Client.objects.filter(slug="voltarra").exists():
            self._write_logins()

    def _migrate(self) -> None:
        try:
            executor = MigrationExecutor(connections["owner"])
            todo = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database can't be reached: {reason}. Check MIGRATION_DATABASE_URL.") from error
        if todo:
            self.stdout.write(f"Migrating the database: {len(todo)} steps …")
            call_command("migrate", database="owner", verbosity=0, interactive=False, skip_checks=True)
        connections["owner"].close()
        connection.close()

    def _write_logins(self) -> None:
        clients = Client.objects.filter(slug__in=["voltarra", "alderby", "tallholm"]).order_by("id")
        logins = [
            *(_login(person, f"{person.key}@havnvik.example", "/desk/") for person in people.AGENTS),
            *(
                _login(person, f"{person.key}@{person.clients[0]}.example", f"/client/{person.clients[0]}/")
                for person in people.CLIENT_PEOPLE
            ),
            *(_office(address) for address in clearance.OFFICES),
            *(self._customer(client) for client in clients),
        ]
        path = settings.VAR / "demo.json"
        path.write_text(json.dumps({"base": settings.BASE_URL, "logins": logins}, indent=1, ensure_ascii=False))
        path.chmod(0o600)

    @staticmethod
    def _customer(client: Client) -> dict[str, Any]:
        with in_client(client.pk, "prepare"):
            customer = Customer.objects.filter(client_id=client.pk, tickets__status="open").order_by("id").first()
            if customer is None:
                raise CommandError(f"The demo of {client.name} has no customer.")
            token = links.make(
                purpose=SignedLink.Purpose.CUSTOMER, client_id=client.pk, subject_id=customer.pk, lasts=LINK_LASTS
            )
        start = links.absolute(reverse("portal:enter", kwargs={"client": client.slug, "token": token}))
        return {
            "role": "customer",
            "client": client.slug,
            "email": customer.email,
            "password": None,
            "totp_secret": None,
            "start": start,
        }


def _office(email: str) -> dict[str, Any]:
    return {
        "role": "office",
        "client": "",
        "email": email,
        "password": people.PASSWORD,
        "totp_secret": None,
        "start": settings.BASE_URL + "/office/",
    }


def _login(person: people.Person, email: str, start: str) -> dict[str, Any]:
    return {
        "role": person.role.value,
        "client": ",".join(person.clients),
        "email": email,
        "password": people.PASSWORD,
        "totp_secret": None,
        "start": settings.BASE_URL + start,
    }
