"""Signed links: found by their digest, spent once, dead after their time or when taken back."""

from datetime import timedelta

import pytest
import time_machine

from access import links
from access.models import SignedLink
from helpdesk.lib import clock, tokens

PURPOSE = SignedLink.Purpose.ESCALATION


@pytest.fixture
def token(world):
    return links.make(purpose=PURPOSE, client_id=world.c1.pk, subject_id=5, lasts=timedelta(hours=24))


def test_the_token_itself_is_nowhere_stored(world, token, superuser):
    row = superuser.execute("SELECT to_jsonb(l)::text FROM access_signedlink l").fetchone()[0]

    assert token not in row
    assert tokens.digest(token) in row


def test_a_link_is_spent_once(token):
    link = SignedLink.objects.get()

    assert links.spend(link)
    assert not links.spend(link)


def test_a_link_dies_after_its_time(token):
    link = SignedLink.objects.get()
    assert not links.is_expired(link)

    with time_machine.travel(clock.now() + timedelta(hours=24)):
        assert links.is_expired(link)


def test_taking_back_meets_one_subject_of_one_client_only(world, token):
    for client, subject in ((world.c1, 6), (world.c2, 5)):
        links.make(purpose=PURPOSE, client_id=client.pk, subject_id=subject, lasts=timedelta(hours=1))

    assert links.revoke(purpose=PURPOSE, client_id=world.c1.pk, subject_id=5) == 1
    assert SignedLink.objects.filter(revoked_at=None).count() == 2


def test_addresses_in_mails_stand_on_our_own_base():
    assert links.absolute("/l/x") == "http://testserver/l/x"
