"""Loads the demo through the product's own actions, at the times its story tells."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial

from django.contrib.auth.hashers import make_password
from django.db import transaction

from access import actions, scope, standing
from access import actor as actors
from access.actor import Actor
from access.models import Client, StaffCard, User, Vendor
from access.models.organisations import CustomerWord
from access.rights import Right, Role
from access.tasks import in_client
from escalation import actions as escalating
from escalation.actions.calendars import content_of
from escalation.calendars import week_of
from escalation.hours import Hours
from escalation.models import Calendar, Contact, Escalation
from helpdesk.demo import (
    articles,
    beyond,
    calls,
    clearance,
    customers,
    endpoints,
    incidents,
    matrices,
    on_call,
    people,
    promised,
    story,
)
from helpdesk.demo.clearance import Moment
from helpdesk.demo.people import PASSWORD, Person
from helpdesk.demo.story import Plan, Step
from helpdesk.demo.texts import CLIENTS, ClientDemo
from helpdesk.lib import clock
from helpdesk.lib.progress import Progress
from knowledgebase import actions as writing
from knowledgebase.actions import Foreign
from knowledgebase.models import Article
from post.models import OutboxHint, OutboxMail
from reporting.actions import take_baseline
from tickets.actions import conversation, handling, history, intake, priorities, services
from tickets.actions.words import set_impact_words
from tickets.conversations import Conversation, Said
from tickets.desk.ticket import log_view
from tickets.models import (
    Criticality,
    Customer,
    Impact,
    Message,
    Service,
    Status,
    Ticket,
    TicketCategory,
    Urgency,
)

BEFORE = timedelta(days=story.DAYS + story.EARLIER_DAYS + 30)


def load() -> None:
    """Load everything; the caller has seen that the database is empty."""
    now = clock.now().replace(second=0, microsecond=0)
    with clock.at(now - BEFORE):
        vendor = actions.create_vendor(slug="havnvik", name="Havnvik")
        made = [(demo, _client(demo, vendor)) for demo in CLIENTS]
        staff = _staff(vendor, {client.slug: client for _demo, client in made})
        boss = clearance.make_office(staff)
    for demo, client in made:
        with clock.at(now - BEFORE + timedelta(days=1)):
            _articles(client)
            _services(client, demo)
            _matrix(client)
        # Rights of a later time are remembered no longer than their client's story.
        standing.forget_all()
        _Teller(demo, client, staff, now).tell(
            [
                *clearance.moments(client, staff, boss, now),
                *on_call.moments(client, staff, now),
                *beyond.moments(client, staff, now),
                *calls.moments(client, staff, now),
                *incidents.moments(client, staff, now),
                *promised.moments(client, staff, boss, now),
                *matrices.moments(client, staff, now),
            ]
        )
        _mark_sent(client)
        _weigh(client)
        endpoints.tell(client, now)
    _compare(made[0][1], staff)
    standing.forget_all()


def _weigh(client: Client) -> None:
    """From today the client's services count: one step for a vital one, one more in its busy season."""
    table = {(int(i), int(u)): min(4, int(i) + int(u) - 1) for i in Impact for u in Urgency}
    with in_client(client.pk, "demo") as actor:
        if Service.objects.filter(client_id=client.pk).exists():
            weights = {"vital": 1, "busy": 1}
            priorities.set_priorities(actor, client_id=client.pk, table=table, weights=weights)


def _compare(client: Client, staff: dict[str, User]) -> None:
    """One client has taken its baseline; the others still may."""
    admin = next(p for p in people.CLIENT_PEOPLE if client.slug in p.clients and p.role is Role.CLIENT_ADMIN)
    with transaction.atomic(), standing.acting(staff[admin.key]) as actor:
        take_baseline(actor, client_id=client.pk, zone=client.time_zone)


def _client(demo: ClientDemo, vendor: Vendor) -> Client:
    client = actions.create_client(
        slug=demo.slug,
        name=demo.name,
        monogram=demo.monogram,
        colour=demo.colour,
        vendor=vendor,
        mailbox=f"help@{demo.slug}.example",
        language=demo.language,
        languages=demo.languages,
        time_zone=demo.zone,
        customer_word=CustomerWord(demo.word),
        phone=demo.phone,
        logo=demo.logo,
        greeting=demo.greeting,
        signature=demo.signature,
        voice=demo.voice,
        dos=demo.dos,
        donts=demo.donts,
        hosts=(f"{demo.slug}.localhost",),
    )
    with in_client(client.pk, "demo"):
        TicketCategory.objects.filter(client_id=client.pk).update(is_offered=False, is_retired=True, position=90)
        made: dict[str, TicketCategory] = {}
        for position, (slug, name, parent) in enumerate(demo.categories, 1):
            facts = {
                "name": name,
                "position": position,
                "is_offered": True,
                "is_retired": False,
                "parent": made.get(parent),
            }
            made[slug], _new = TicketCategory.objects.update_or_create(client_id=client.pk, slug=slug, defaults=facts)
        _hours(client, demo)
    return client


def _hours(client: Client, demo: ClientDemo) -> None:
    """The client's week from the beginning, with its country's public holidays, and its own days around Christmas."""
    year = clock.now().year
    country, region = ("GB", "ENG") if demo.zone == "Europe/London" else ("SE", "")
    eve, last = ("Julafton", "Nyårsafton") if demo.language == "sv" else ("Christmas Eve", "New Year’s Eve")
    wanted = Hours(
        zone=demo.zone,
        week=demo.week,
        country=country,
        region=region,
        own={date(year, 12, 24): eve, date(year, 12, 31): last},
        extra={date(year, 12, 27): ((600, 840),)},
    )
    for row in Calendar.objects.filter(client_id=client.pk):
        content = content_of(wanted, demo.language, since=clock.now())
        Calendar.objects.filter(pk=row.pk).update(**content)


def _staff(vendor: Vendor, clients: dict[str, Client]) -> dict[str, User]:
    staff = {}
    for person in people.AGENTS:
        staff[person.key] = user = _user(person, vendor)
        for slug in person.clients:
            actions.hire(client=clients[slug], user=user, role=person.role)
    for person in people.CLIENT_PEOPLE:
        staff[person.key] = user = _user(person, None)
        for slug in person.clients:
            actions.add_member(client=clients[slug], user=user, role=person.role)
    return staff


def _user(person: Person, vendor: Vendor | None) -> User:
    host = "havnvik.example" if vendor else f"{person.clients[0]}.example"
    user = actions.create_user(email=f"{person.key}@{host}", name=person.name, vendor=vendor, language=person.interface)
    user.languages = list(person.languages)
    # Everybody's password is the same, and so is its hash: making one takes a third of a second.
    user.password = _hash()
    user.save(update_fields=["languages", "password"])
    return user


@cache
def _hash() -> str:
    return make_password(PASSWORD)


def _articles(client: Client) -> None:
    with in_client(client.pk, "demo") as actor:
        for slug, shelf, audience, title, body in articles.ARTICLES[client.slug]:
            foreign = Foreign(slug, title, body, shelf, audience, client.language)
            writing.import_article(actor, client_id=client.pk, foreign=foreign)
        for language, texts in articles.TRANSLATED.get(client.slug, {}).items():
            for slug, shelf, title, body in texts:
                foreign = Foreign(slug, title, body, shelf, articles.PUBLIC, language)
                writing.import_article(actor, client_id=client.pk, foreign=foreign)
        for language, sentences in articles.IMPACT_WORDS[client.slug].items():
            words = dict(zip(Impact, sentences, strict=True))
            set_impact_words(actor, client_id=client.pk, language=language, words=words)


def _services(client: Client, demo: ClientDemo) -> None:
    with in_client(client.pk, "demo") as actor:
        for name, owner, criticality, busy in demo.services:
            given = services.Definition(name=name, owner=owner, criticality=Criticality(criticality), busy=busy)
            services.add_service(actor, client_id=client.pk, given=given)


def _matrix(client: Client) -> None:
    """The client's own matrix instead of the starter rows."""
    with in_client(client.pk, "demo") as actor:
        categories = dict(TicketCategory.objects.filter(client_id=client.pk).values_list("slug", "name"))
        matrices.make(actor, client, categories)
        # A contact who has an account finds it on the pages too.
        cards = dict(StaffCard.objects.filter(client_id=client.pk, vendor=None).values_list("name", "pk"))
        for row in Contact.objects.filter(client_id=client.pk, name__in=list(cards)):
            escalating.save_contact(
                actor,
                client_id=client.pk,
                contact_id=row.pk,
                name=row.name,
                email=row.email,
                phone=row.phone,
                job=row.job,
                language=row.language,
                card_id=cards[row.name],
            )


class _Teller:
    """Tells one client's story: each step under the scope of whoever does it."""

    def __init__(self, demo: ClientDemo, client: Client, staff: dict[str, User], now: datetime) -> None:
        self.demo, self.client, self.now = demo, client, now
        self.handed_over_at = now - story.HANDED_OVER
        self.rng = random.Random(f"teller/{demo.slug}")  # noqa: S311  # a story, no secret
        here = [p for p in people.AGENTS if demo.slug in p.clients and p.role in (Role.AGENT, Role.TEAM_LEAD)]
        self.agents = [staff[p.key] for p in here]
        self.client_people = [
            staff[p.key]
            for p in people.CLIENT_PEOPLE
            if demo.slug in p.clients and Right.ESCALATION_ANSWER in p.role.rights
        ]
        self.customers: list[int] = []
        self.do: dict[Step, Callable[[Plan, int, User], None]] = {
            Step.TAKE: self._take,
            Step.ANSWER: self._answer,
            Step.CUSTOMER: self._customer,
            Step.NOTE: self._note,
            Step.ESCALATE: self._escalate,
            Step.RULING: self._ruling,
            Step.NOT_NEEDED: self._not_needed,
            Step.SOLVE: self._solve,
            Step.CLOSE: self._close,
        }

    def tell(self, around: Sequence[Moment]) -> None:
        """Open and work every ticket of the plan, and do what happens around them.

        Everything in the order of time, which is that of the access log.
        """
        with in_client(self.client.pk, "demo"):
            calendar = week_of(Calendar.objects.get(client_id=self.client.pk))
        before = list(story.earlier(self.demo, calendar, now=self.now))
        every = before + list(story.plans(self.demo, calendar, now=self.now))
        with clock.at(every[0].opened_at - timedelta(days=2)):
            self.customers = customers.make(self.demo, self.client, self.rng, count=96)
        old = [plan for plan in every if plan.opened_at < self.handed_over_at]
        with Progress(f"Demo: {self.demo.name}", total=len(every)) as progress:
            moments: list[Moment] = [*around, (self.handed_over_at, partial(self._hand_over, old, progress))]
            moments += self._live(every[len(old) :], progress)
            for at, act in sorted(moments, key=lambda moment: moment[0]):
                with clock.at(at):
                    act()

    def _hand_over(self, plans: list[Plan], progress: Progress) -> None:
        """Take the older tickets as history from another system."""
        progress.advance(len(plans))
        with in_client(self.client.pk, "demo") as actor:
            names = dict(TicketCategory.objects.filter(client_id=self.client.pk).values_list("slug", "name"))
            people_here = {c.pk: c for c in Customer.objects.filter(client_id=self.client.pk)}
            old = [self._conversation(n, plan, names, people_here) for n, plan in enumerate(plans, 1)]
            history.import_conversations(actor, client_id=self.client.pk, conversations=old)

    def _conversation(
        self, number: int, plan: Plan, names: dict[str, str], people_here: dict[int, Customer]
    ) -> Conversation:
        customer = people_here[self.rng.choice(self.customers)]
        agent = self.rng.choice(self.agents).name
        signature = self.demo.signature.format(agent=agent.split()[0])
        body = self._text(plan.topic.body, plan)
        answer = f"{self._text(plan.topic.answer, plan)}\n\n{signature}"
        said = [Said(Message.Author.CUSTOMER, Message.Audience.PUBLIC, body, plan.opened_at)]
        for at, step in plan.steps:
            # What was still to be said then was said before the tickets were handed over.
            at = min(at, self.handed_over_at)
            if step is Step.ANSWER:
                said.append(Said(Message.Author.STAFF, Message.Audience.PUBLIC, answer, at, agent))
            elif step is Step.CUSTOMER:
                thanks = self._text(plan.topic.thanks, plan)
                said.append(Said(Message.Author.CUSTOMER, Message.Audience.PUBLIC, thanks, at))
        return Conversation(
            external_id=f"old-{number}",
            subject=self._text(plan.topic.subject, plan),
            category=names[plan.topic.category],
            tags=(plan.topic.tag,) if plan.topic.tag else (),
            customer={"id": "", "name": customer.name, "email": customer.email, "phone": "", "tier": ""},
            created_at=plan.opened_at,
            messages=tuple(said),
            status=Status.CLOSED,
            language=self.demo.language,
            impact=plan.topic.impact,
        )

    def _live(self, plans: list[Plan], progress: Progress) -> Iterator[Moment]:
        """Every ticket's opening and steps, each at its time."""
        opened: dict[int, tuple[int, User]] = {}

        def begin(n: int) -> None:
            opened[n] = self._open(plans[n]), self.rng.choice(self.agents)
            progress.advance()

        def go_on(n: int, step: Step) -> None:
            self.do[step](plans[n], *opened[n])

        for n, plan in enumerate(plans):
            yield plan.opened_at, partial(begin, n)
        for n, plan in enumerate(plans):
            for at, step in plan.steps:
                yield at, partial(go_on, n, step)

    def _text(self, text: str, plan: Plan) -> str:
        return text.format(n=plan.number)

    def _open(self, plan: Plan) -> int:
        customer_id = self.rng.choice(self.customers)
        face = standing.face(self.client)
        actor = actors.portal(face, customer_id=customer_id)
        with transaction.atomic(), scope.enter(actor.scope()):
            customer = Customer.objects.get(pk=customer_id)
            category = TicketCategory.objects.select_related("parent").get(
                client_id=self.client.pk, slug=plan.topic.category
            )
            # A service that is called as the category, or as what that is a part of, is what its tickets are about.
            called = [each.name for each in (category, category.parent) if each]
            service = Service.objects.filter(client_id=self.client.pk, name__in=called).first()
            ticket = intake.open_ticket(
                actor,
                client_id=self.client.pk,
                customer=customer,
                subject=self._text(plan.topic.subject, plan),
                body=self._text(plan.topic.body, plan),
                impact=plan.topic.impact,
                urgency=Urgency.NOW if plan.topic.impact is Impact.BLOCKED else Urgency.SOON,
                category_id=category.pk,
                service_id=service.pk if service else None,
                channel="mail" if plan.is_late_riser else "portal",
                language=self.demo.language,
            )
        return ticket.pk

    def _as(self, user: User, act: Callable[[Actor], object]) -> None:
        with transaction.atomic(), standing.acting(user) as actor, scope.enter(actor.only(self.client.pk).scope()):
            act(actor)

    def _look(self, actor: Actor, ticket_id: int) -> None:
        """Open the ticket's page, which stands in the client's log."""
        log_view(actor, Ticket.objects.get(client_id=self.client.pk, pk=ticket_id))

    def _take(self, plan: Plan, ticket_id: int, agent: User) -> None:
        def act(actor: Actor) -> None:
            self._look(actor, ticket_id)
            card = actor.card_id(self.client.pk)
            handling.assign(actor, client_id=self.client.pk, ticket_id=ticket_id, card_id=card)
            handling.sort(actor, client_id=self.client.pk, ticket_id=ticket_id, need=plan.topic.need)
            if plan.topic.tag:
                handling.set_tags(actor, client_id=self.client.pk, ticket_id=ticket_id, names=[plan.topic.tag])

        self._as(agent, act)

    def _answer(self, plan: Plan, ticket_id: int, agent: User) -> None:
        def act(actor: Actor) -> None:
            self._look(actor, ticket_id)
            article = Article.objects.filter(client_id=self.client.pk, external_id=plan.topic.article).first()
            revision = article.revisions.order_by("-number").first() if article else None
            signature = self.demo.signature.format(agent=actor.name.split()[0])
            conversation.reply(
                actor,
                client_id=self.client.pk,
                ticket_id=ticket_id,
                body=f"{self._text(plan.topic.answer, plan)}\n\n{signature}",
                revision_id=revision.pk if revision else None,
            )

        self._as(agent, act)

    def _customer(self, plan: Plan, ticket_id: int, agent: User) -> None:
        with in_client(self.client.pk, "demo"):
            ticket = Ticket.objects.get(pk=ticket_id)
        actor = actors.portal(standing.face(self.client), customer_id=ticket.customer_id)
        with transaction.atomic(), scope.enter(actor.scope()):
            conversation.write_as_customer(
                actor, client_id=self.client.pk, ticket_id=ticket_id, body=self._text(plan.topic.thanks, plan)
            )

    def _note(self, plan: Plan, ticket_id: int, agent: User) -> None:
        text = f"{plan.topic.need}. {plan.topic.tag}".strip(". ")
        audience = self.rng.choice((Message.Audience.VENDOR, Message.Audience.SHARED))
        self._as(
            agent,
            lambda actor: conversation.add_note(
                actor, client_id=self.client.pk, ticket_id=ticket_id, body=text, audience=audience
            ),
        )

    def _escalate(self, plan: Plan, ticket_id: int, agent: User) -> None:
        self._as(
            agent,
            lambda actor: escalating.escalate(
                actor,
                client_id=self.client.pk,
                ticket_id=ticket_id,
                reason="decision",
                question=self._text(plan.topic.question, plan),
                facts=self._text(plan.topic.body, plan),
                suggestion=self._text(plan.topic.ruling, plan),
                given=matrices.GIVEN,
            ),
        )

    def _running(self, ticket_id: int) -> int | None:
        found = Escalation.objects.filter(client_id=self.client.pk, ticket_id=ticket_id, ended_at=None)
        return found.values_list("pk", flat=True).first()

    def _ruling(self, plan: Plan, ticket_id: int, agent: User) -> None:
        def act(actor: Actor) -> None:
            if running := self._running(ticket_id):
                answer = self._text(plan.topic.ruling, plan)
                escalating.return_to_support(actor, client_id=self.client.pk, escalation_id=running, answer=answer)

        self._as(self.rng.choice(self.client_people), act)

    def _not_needed(self, plan: Plan, ticket_id: int, agent: User) -> None:
        def act(actor: Actor) -> None:
            if running := self._running(ticket_id):
                escalating.not_needed(actor, client_id=self.client.pk, escalation_id=running, answer="")

        self._as(self.rng.choice(self.client_people), act)

    def _solve(self, plan: Plan, ticket_id: int, agent: User) -> None:
        self._as(agent, lambda actor: handling.solve(actor, client_id=self.client.pk, ticket_id=ticket_id))

    def _close(self, plan: Plan, ticket_id: int, agent: User) -> None:
        with in_client(self.client.pk, "demo") as actor:
            handling.close(actor, client_id=self.client.pk, ticket_id=ticket_id)


def _mark_sent(client: Client) -> None:
    """The past's mails were accepted then; nothing of them is sent now."""
    with in_client(client.pk, "demo"):
        for mail in OutboxMail.objects.filter(client_id=client.pk, state=OutboxMail.State.DUE):
            mail.state, mail.attempted_at, mail.attempts = OutboxMail.State.ACCEPTED, mail.created_at, 1
            mail.accepted_at = mail.created_at
            mail.save(update_fields=["state", "attempted_at", "accepted_at", "attempts"])
            OutboxHint.objects.filter(mail_id=mail.pk).delete()
        # One answer met a full mailbox, so that the pages about such letters show one.
        full = OutboxMail.objects.filter(client_id=client.pk, kind="answer").order_by("-pk").first()
        if full is not None:
            full.state, full.accepted_at, full.last_error = OutboxMail.State.DEAD, None, "552 5.2.2 mailbox full"
            full.save(update_fields=["state", "accepted_at", "last_error"])
