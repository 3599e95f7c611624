"""How a customer is found: whole values, the last four with something beside them, and nothing by a part."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from access.models import AccessLogContent, Client
from access.standing import forget_all
from tests import factories
from tickets.actions import record_fields
from tickets.finding import fits, last_fours, loggable, plain
from tickets.models import Customer
from tickets.queries import customers
from tickets.queries.records import keeping
from tickets.records import specs


@pytest.fixture
def known(world):
    """A customer who can be found in several ways."""
    who = factories.customer(
        world, world.c1, name="Nils Åkerlund", email="nils@post.example", phone="+46701112233",
        external_id="K-20-4417", postcode="222 22",
    )  # fmt: skip
    factories.fact(world, who, "Contract", "AV 99-1234", "contact")
    factories.fact(world, who, "Payer", "SE-7788-5566", "sensitive")
    return who


def page(world, words, person=None):
    return world.browser(person or world.v1).get("/desk/customers/", {"q": words}).content.decode()


def finds(world, who, words):
    return f'/customers/{who.pk}/"' in page(world, words)


@pytest.mark.parametrize(
    "words",
    [
        "nils@post.example", "NILS@POST.example", "070-111 22 33", "+46 70 111 22 33", "0046701112233", "K-20-4417",
        "k204417", "AV99-1234", "Åkerlund", "nils", "2233 Nils", "Akerlund 4417", "4417 22222", "1234 nils åkerlund",
        "2233 222 22",
    ],
)  # fmt: skip
def test_found(world, known, words):
    assert finds(world, known, words)


@pytest.mark.parametrize(
    "words",
    [
        "nils@post", "@post.example", "0701112", "2233", "K-20", "4417", "2233 Nil", "2233 Berg", "2233 22223",
        "SE-7788-5566", "5566 Nils", "AV 99", "%", "222 22", "22222",
    ],
)  # fmt: skip
def test_not_found(world, known, words):
    assert not finds(world, known, words)


def test_at_most_five_masked_candidates(world, superuser):
    for number in range(7):
        factories.customer(
            world, world.c1, name="Nils Berg", phone=f"+4670{number}002233", email=f"n{number}@x.example"
        )

    shown = page(world, "2233 Berg")

    assert shown.count("data-key-row") == 5
    assert "+46 •• ••• •• 33" in shown
    assert "002233" not in shown
    assert "More than these match" in shown


def test_a_name_that_is_hidden_is_found_by_no_part(world, known):
    with world.enter(world.c1):
        Client.objects.filter(pk=world.c1.pk).update(name_class="contact")

    assert not finds(world, known, "Åkerlund")
    assert finds(world, known, "2233 Åkerlund")
    assert "<bdi>••••••</bdi>" in page(world, "2233 Åkerlund")


def test_a_sensitive_number_finds_nobody(world, known):
    with world.enter(world.o1) as actor:
        record_fields.guard_records(
            actor, client_id=world.c1.pk, classes={"external_id": "sensitive", "phone": "sensitive"}, reasons=[]
        )

    assert not any(finds(world, known, words) for words in ("K-20-4417", "4417 Nils", "070-111 22 33", "2233 Nils"))
    assert finds(world, known, "nils@post.example")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nils@post.example", "n•••@•••.example"),
        ("070-111 22 33", "•• ••• •• 33"),
        ("2233 Nils", "•••• Nils"),
        ("Åkerlund", "Åkerlund"),
        ("K-20-4417", "K-20-4417"),
    ],
)
def test_the_log_has_the_terms_without_what_is_hidden(world, known, words, told):
    page(world, words)

    with world.enter(world.c1):
        (entry,) = AccessLogContent.objects.filter(action="search")
    assert entry.detail == {"hits": 1, "terms": told}


def test_the_queue_writes_down_who_looks_for_an_address(world, known):
    world.browser(world.v1).get("/desk/", {"q": "nils@post.example"})

    with world.enter(world.c1):
        (entry,) = AccessLogContent.objects.filter(action="search")
    assert entry.detail == {"terms": "n•••@•••.example"}


@given(st.text(max_size=40))
def test_nothing_of_an_address_stands_in_the_log(text):
    words = f"{text} someone@secret.example"

    assert "secret" not in loggable(words, specs({}))


def test_the_last_four_are_read_with_what_stands_beside():
    assert [(each.end, each.beside) for each in last_fours("2233 Nils Berg")] == [("2233", "Nils Berg")]
    assert last_fours("2233") == last_fours("Nils Berg") == last_fours("2233 ab") == []
    assert fits(last_fours("2233 berg")[0], "Nils Berg", "", specs({}))
    assert not fits(last_fours("2233 ber")[0], "Nils Berg", "", specs({}))


@pytest.mark.parametrize(("guarded", "words"), [("name", "2233 Nils"), ("postcode", "2233 222 22")])
def test_what_is_sensitive_is_confirmed_by_no_last_four(world, known, guarded, words):
    other = {"name": "4417 22222", "postcode": "4417 Nils Åkerlund"}[guarded]
    with world.enter(world.o1) as actor:
        record_fields.guard_records(actor, client_id=world.c1.pk, classes={guarded: "sensitive"}, reasons=[])
    forget_all()

    assert not finds(world, known, words)
    assert finds(world, known, other)


def test_nor_by_a_program(world, known):
    program = world.program(world.v1, world.c1)

    def found(**terms):
        return [each["id"] for each in program.get("/api/v1/customers/", terms).json()["results"]]

    assert found(last_four="2233", name="Nils") == found(last_four="2233", postcode="222 22") == [known.pk]
    with world.enter(world.o1) as actor:
        classes = {"name": "sensitive", "postcode": "sensitive"}
        record_fields.guard_records(actor, client_id=world.c1.pk, classes=classes, reasons=[])
    forget_all()

    assert found(last_four="2233", name="Nils") == found(last_four="2233", postcode="222 22") == []


@given(st.text(max_size=30))
def test_plain_is_plain(text):
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("key", "value", "index"),
    [
        ("email", "c99@mail.example", "customer_by_email"),
        ("phone", "070-100 00 99", "customer_by_phone"),
        ("external_id", "K-99", "customer_by_number"),
    ],
)
def test_a_whole_value_is_found_from_an_index_under_row_security(world, superuser, key, value, index):
    superuser.execute(
        "INSERT INTO tickets_customer (client_id, name, email, phone, language, tier, external_id, created_at)"
        " SELECT %s, 'C ' || n, 'c' || n || '@mail.example', '+4670' || 1000000 + n, '', '', 'K' || n, now()"
        " FROM generate_series(1, 20000) n",
        [world.c1.pk],
    )
    superuser.execute("ANALYZE tickets_customer")
    with world.enter(world.v1) as actor:
        rows = Customer.objects.filter(
            customers.exactly(keeping(actor.standings[world.c1.pk].client), key, value), client_id=world.c1.pk
        )
        assert len(rows) == 1
        with connection.cursor() as cursor:
            sql, params = rows.query.sql_with_params()
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan
