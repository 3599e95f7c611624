"""The standing cast: one vendor, three clients, and a person for every relation to them.

Built once a worker through the product's own actions; afterwards the rows are put back as they
were, which takes milliseconds.  Names say the relation: V = vendor, O = client admin ("owner"),
A = client agent, E = escalation contact, X = whose assignment ended, R = customer; `office` runs
the vendor's office, `operator` the platform.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client as TestBrowser

from access import actions, scope, standing
from access import actor as actors
from access.actor import Actor
from access.models import Client, User, Vendor
from access.rights import Role
from access.tasks import in_client
from tickets.models import Customer

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
ENDED = datetime(2024, 6, 1, tzinfo=UTC)


class Browser(TestBrowser):
    """A browser that names the host it asks, as every real one does."""

    def __init__(self, **more: Any) -> None:
        headers = {"host": "testserver", **more.pop("headers", {})}
        super().__init__(headers=headers, **more)


def prove(browser: Browser, person: User, at: float = 4e9) -> None:
    """Note in the browser's session that the person has shown who they are `at` a moment (seconds)."""
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": at}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


@dataclass
class World:
    """The cast by name; `actor`, `enter` and `browser` let one of them act."""

    havnvik: Vendor
    c1: Client
    c2: Client
    c3: Client
    v1: User
    v12: User
    v1ro: User
    v1own: User
    lead: User
    office: User
    operator: User
    o1: User
    o2: User
    a1: User
    e1: User
    x: User
    r1: Customer
    r2: Customer
    staff: tuple[User, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.staff = (
            self.v1, self.v12, self.v1ro, self.v1own, self.lead, self.office, self.operator,
            self.o1, self.o2, self.a1, self.e1, self.x,
        )  # fmt: skip

    @contextmanager
    def enter(self, person: User | Customer | Client, only: Client | None = None) -> Iterator[Actor]:
        """Act as a person (a `Client` stands for the system there) in a transaction that commits."""
        if isinstance(person, Client):
            with in_client(person.pk, "tests.enter") as actor:
                yield actor
            return
        with transaction.atomic():
            if isinstance(person, Customer):
                face = standing.face(self.client_of(person))
                actor = actors.portal(face, customer_id=person.pk, name=person.name)
                with scope.enter(actor.scope()):
                    yield actor
            else:
                with standing.acting(person) as actor:
                    if only is None:
                        yield actor
                    else:
                        with scope.enter(actor.only(only.pk).scope()):
                            yield actor.only(only.pk)

    def actor(self, person: User | Customer | Client) -> Actor:
        """The actor of a person right now, to be used inside `enter` or an own scope."""
        with self.enter(person) as actor:
            return actor

    def client_of(self, customer: Customer) -> Client:
        """The client whose customer this is."""
        return next(c for c in (self.c1, self.c2, self.c3) if c.pk == customer.client_id)

    def browser(self, person: User | Customer | None = None, *, fresh: bool = True, **more: Any) -> Browser:
        """A browser in which this person is signed in (staff, or a customer of the portal).

        Staff have just shown who they are, whatever the time; not so without `fresh`.
        """
        browser = Browser(**more)
        if isinstance(person, User):
            browser.force_login(person)
            if fresh:
                prove(browser, person)
        elif person is not None:
            session = browser.session
            session["customers"] = {str(person.client_id): {"id": person.pk, "name": person.name}}
            session.save()
            browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return browser

    def program(self, person: User, client: Client, **more: Any) -> Browser:
        """A program with a token of this person's at one client."""
        text = actions.make_token(user=person, client=client, **more)
        return Browser(headers={"authorization": f"Bearer {text}"})


@time_machine.travel(SINCE, tick=False)
def build() -> World:
    """Make the cast through the product's own actions, as it stood at `SINCE`."""
    havnvik = actions.create_vendor(slug="havnvik", name="Havnvik Support")
    clients = [
        actions.create_client(
            slug=slug, name=name, colour=colour, vendor=havnvik, language=language,
            languages=["en", "sv"], customer_word=word, time_zone="Europe/Stockholm",
        )
        for slug, name, colour, language, word in (
            ("voltarra", "Voltarra", "#0e7a5f", "en", "customer"),
            ("alderby", "Alderby", "#8a4b2a", "sv", "guest"),
            ("tallholm", "Tallholm", "#3f5fa8", "en", "member"),
        )
    ]  # fmt: skip
    c1, c2, _c3 = clients

    def vendor_person(key: str, name: str, role: Role, *places: Client, ends_at: datetime | None = None) -> User:
        user = actions.create_user(email=f"{key}@havnvik.example", name=name, vendor=havnvik)
        for place in places:
            actions.hire(client=place, user=user, role=role, ends_at=ends_at)
        return user

    def runs_office(key: str, name: str) -> User:
        user = actions.create_user(email=f"{key}@havnvik.example", name=name, vendor=havnvik)
        actions.run_office(user=user)
        return user

    def runs_platform(key: str, name: str) -> User:
        user = actions.create_user(email=f"{key}@platform.example", name=name)
        actions.make_operator(user=user)
        return user

    def member(key: str, name: str, role: Role, place: Client) -> User:
        user = actions.create_user(email=f"{key}@{place.slug}.example", name=name)
        actions.add_member(client=place, user=user, role=role)
        return user

    def customer(name: str, email: str, place: Client) -> Customer:
        with in_client(place.pk, "tests.build"):
            return Customer.objects.create(
                client=place, name=name, email=email, email_confirmed_at=SINCE, language="en", created_at=SINCE
            )

    world = World(
        havnvik,
        *clients,
        v1=vendor_person("v1", "Vera Ahlm", Role.AGENT, c1),
        v12=vendor_person("v12", "Viggo Brandt", Role.AGENT, c1, c2),
        v1ro=vendor_person("v1ro", "Vilma Read", Role.READER, c1),
        v1own=vendor_person("v1own", "Valter Own", Role.AGENT_OWN, c1),
        lead=vendor_person("lead", "Lea Dahl", Role.TEAM_LEAD, c1, c2),
        office=runs_office("office", "Ove Kontor"),
        operator=runs_platform("op", "Oda Drift"),
        x=vendor_person("x", "Xenia Gone", Role.AGENT, c1, ends_at=ENDED),
        o1=member("o1", "Olle Voltarra", Role.CLIENT_ADMIN, c1),
        o2=member("o2", "Olga Alderby", Role.CLIENT_ADMIN, c2),
        a1=member("a1", "Alma Voltarra", Role.CLIENT_AGENT, c1),
        e1=member("e1", "Petra Lund", Role.CONTACT, c1),
        r1=customer("Rita Svensson", "rita@mail.example", c1),
        r2=customer("Rolf Nilsson", "rolf@mail.example", c2),
    )
    meet(*world.staff)
    return world


def meet(*people: User) -> None:
    """Let this process remember what these people may do, as one does that has answered them before."""
    standing.forget_all()
    for person in people:
        with standing.acting(person):
            pass


class Snapshot:
    """Every row of the database and where its sequences stand, to be put back quickly.

    The rows lie in temporary tables of the connection that made it, and one script brings all of them back.
    With the rows comes back what this process remembered of them: a change of rights is found by its version, as
    on a site, where no process begins anew with each request.
    """

    _numbers = count(1)

    def __init__(self, raw: psycopg.Connection[Any], tables: list[str]) -> None:
        self._raw = raw
        self._remembered = dict(standing._remembered)
        steps = ["SET LOCAL session_replication_role = replica"]
        for table in tables:
            if raw.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
                continue
            kept, columns = f"pg_temp.kept_{next(self._numbers)}", self._columns(table)
            raw.execute(f"CREATE TEMPORARY TABLE {kept.partition('.')[2]} AS SELECT {columns} FROM {table}")
            steps.append(f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {kept}")
        stand = raw.execute(
            "SELECT format('setval(%L, %s)', sequencename, last_value) FROM pg_sequences"
            " WHERE last_value IS NOT NULL AND schemaname = 'public'"
        ).fetchall()
        steps.append("SELECT " + ", ".join(call for (call,) in stand))
        self._script = "; ".join(steps).encode()

    def _columns(self, table: str) -> str:
        row = self._raw.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        ).fetchone()
        assert row is not None
        return str(row[0])

    def put_back(self) -> None:
        """Fill the emptied tables again, without triggers."""
        with self._raw.transaction():
            self._raw.execute(self._script)
        standing.forget_all()
        standing._remembered.update(self._remembered)


def fresh(world: World) -> World:
    """A copy whose rows are objects of their own, so that no test sees another's changes in memory."""
    values = {}
    for item in fields(World):
        value = getattr(world, item.name)
        if item.init:
            values[item.name] = _copy(value)
    return World(**values)


def _copy(row: Any) -> Any:
    copy = type(row)(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
    copy._state.adding = False
    copy._state.db = row._state.db
    return copy
