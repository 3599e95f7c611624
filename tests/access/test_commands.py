"""The commands by which an operator takes on clients, people and programs."""

import io
import re

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from access.actions import organisations
from access.models import ApiToken, Client, ClientProfile, Operator, User
from access.rights import Right
from helpdesk.lib import tokens
from helpdesk.lib.colour import hue_distance
from tickets.models import TicketCategory

NEW = {"name": "Norrsken", "vendor": "havnvik", "admin_email": "Ada@norrsken.example"}


def run(command, /, *args, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *args, stdout=out, stderr=err, **options)
    return out.getvalue().strip()


def test_a_new_client_comes_with_its_contract_its_start_and_its_administrator(world):
    told = run("create_client", "norrsken", logo="bolt", **NEW)

    client = Client.objects.get(slug="norrsken")
    admin = User.objects.get(email="ada@norrsken.example")
    assert "/norrsken/" in told
    assert (client.monogram, client.logo) == ("NO", "bolt")
    assert world.actor(admin).may(Right.MATRIX_EDIT, client.pk)
    with world.enter(client):
        assert TicketCategory.objects.count() == 4


def test_a_new_client_speaks_with_closing_lines_of_its_own(world):
    run("create_client", "norrsken", **NEW, signature=r"{agent}\nNorrsken")

    with world.enter(Client.objects.get(slug="norrsken")):
        assert ClientProfile.objects.get().signature == "{agent}\nNorrsken"


def test_a_client_without_a_colour_gets_one_that_is_nobodys_on_charts(world):
    run("create_client", "norrsken", **NEW)

    styles = (settings.BASE_DIR / "helpdesk/static/css/tokens.css").read_text()
    ours = re.findall(r"--(?:accent|chart-us|chart-us-edge): light-dark\((#\w{6}), (#\w{6})\)", styles)
    assert len(ours) == 3
    assert Client.objects.get(slug="norrsken").colour == organisations.colour_for("norrsken")
    for colour in organisations.COLOURS:
        assert all(hue_distance(colour, each) > 30 for pair in ours for each in pair)
    assert {organisations.colour_for(f"client-{n}") for n in range(60)} == set(organisations.COLOURS)


@pytest.mark.parametrize(
    ("slug", "changed", "sentence"),
    [
        ("desk", {}, "one of our own addresses"),
        ("No", {}, "small letters"),
        ("voltarra", {}, "taken"),
        ("norrsken", {"colour": "red"}, "six hex digits"),
        ("norrsken", {"vendor": "nobody"}, "no vendor nobody"),
        ("norrsken", {"mailbox": "no address"}, "no e-mail address"),
        ("norrsken", {"time_zone": "Mars/Base"}, "not known here"),
        ("norrsken", {"logo": "../secret"}, "not known here"),
        ("norrsken", {"admin_email": "v1@havnvik.example"}, "own people"),
    ],
)
def test_a_refused_client_leaves_nothing_behind(world, slug, changed, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("create_client", slug, **{**NEW, **changed})

    assert Client.objects.count() == 3


def test_a_person_gets_a_place_and_a_password(world, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", "correct horse battery")

    run("create_user", "nina@havnvik.example", name="Nina Berg", vendor="havnvik", client="tallholm", role="agent")

    nina = User.objects.get(email="nina@havnvik.example")
    assert nina.check_password("correct horse battery")
    assert world.actor(nina).client_ids == (world.c3.pk,)


def test_somebody_who_is_there_keeps_their_password_and_gets_the_place(world, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", "correct horse battery")
    world.v1.set_password("an old horse, an old battery")
    world.v1.save()
    before = world.v1.password

    told = run("create_user", "v1@havnvik.example", client="tallholm", role="agent")
    again = run("create_user", "v1@havnvik.example", client="tallholm", role="agent")

    world.v1.refresh_from_db()
    assert world.v1.password == before
    assert world.c3.pk in world.actor(world.v1).client_ids
    assert "Agent at Tallholm now" in told
    assert "Agent at Tallholm already" in again
    run("create_user", "v1@havnvik.example", new_password=True)
    world.v1.refresh_from_db()
    assert world.v1.check_password("correct horse battery")


def test_a_client_s_first_administrator_gets_a_password(world, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", "correct horse battery")
    run("create_client", "norrsken", **NEW)

    told = run("create_user", "ada@norrsken.example", client="norrsken", role="client_admin")

    assert User.objects.get(email="ada@norrsken.example").check_password("correct horse battery")
    assert "Gave them a password." in told


def test_a_poor_password_creates_nobody(world, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", "short")

    with pytest.raises(CommandError, match="too short"):
        run("create_user", "nina@havnvik.example", name="Nina Berg", vendor="havnvik")

    assert not User.objects.filter(email="nina@havnvik.example").exists()


def test_an_operator_is_of_no_vendor_and_no_client(world, monkeypatch):
    monkeypatch.setenv("HELPDESK_PASSWORD", "correct horse battery staple")

    told = run("create_user", "drift@platform.example", name="Dora Drift", operator=True)

    assert "They run the platform now." in told
    assert Operator.objects.filter(user__email="drift@platform.example", ends_at=None).exists()
    with pytest.raises(CommandError, match="no vendor and no client"):
        run("create_user", "nina@havnvik.example", vendor="havnvik", operator=True)


def test_a_token_is_printed_alone_and_kept_as_a_digest(world):
    text = run("create_token", "v1@havnvik.example", "voltarra", rights=["read_tickets"])

    row = ApiToken.objects.get()
    assert row.digest == tokens.digest(text)
    assert row.rights == ["read_tickets"]


@pytest.mark.parametrize(
    ("person", "client", "more", "sentence"),
    [
        ("v1@havnvik.example", "alderby", {}, "does not work for Alderby"),
        ("x@havnvik.example", "voltarra", {}, "not in its dates"),
        ("v1ro@havnvik.example", "voltarra", {"rights": ["reply_to_customers"]}, "rights that you hold"),
        ("v1@havnvik.example", "voltarra", {"days": 0}, "future"),
        ("nobody@havnvik.example", "voltarra", {}, "no person"),
    ],
)
def test_a_token_never_goes_beyond_its_person(world, person, client, more, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("create_token", person, client, **more)

    assert not ApiToken.objects.exists()


def test_somebody_of_a_new_vendor_runs_its_office(world):
    more = {"vendor": "grannen", "vendor_name": "Grannen", "office": True, "no_password": True}
    told = run("create_user", "rut@grannen.example", name="Rut", **more)

    user = User.objects.get(email="rut@grannen.example")
    assert "They run the office of Grannen." in told
    assert world.browser(user).get("/office/").status_code == 200


def test_a_clients_own_person_runs_no_vendors_office(world):
    with pytest.raises(CommandError, match="Only a vendor's person"):
        run("create_user", "ada@norrsken.example", name="Ada", office=True, no_password=True)
    assert not User.objects.filter(email="ada@norrsken.example").exists()
