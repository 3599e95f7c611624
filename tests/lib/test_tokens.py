import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from helpdesk.lib import tokens
from helpdesk.lib.tokens import BadToken, ExpiredToken

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_random_tokens_have_at_least_128_bits_and_differ():
    made = {tokens.random_token() for _ in range(500)}

    assert len(made) == 500
    assert all(len(base64.urlsafe_b64decode(token)) * 8 >= 128 for token in made)


def test_digest_is_sha256_and_not_the_token():
    assert tokens.digest("abc") == hashlib.sha256(b"abc").hexdigest()


@given(st.text(st.characters()), st.text(st.characters()))
def test_matches_only_the_own_digest(token, other):
    assert tokens.matches(token, tokens.digest(token))
    assert tokens.matches(other, tokens.digest(token)) is (other == token)
    assert not tokens.matches(token, other)


@given(json_values)
def test_a_signed_payload_comes_back(payload):
    assert tokens.unsigned("reset", tokens.signed("reset", payload, 60)) == payload


@given(st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=9))
def test_a_token_serves_its_own_purpose_only(purpose, other):
    assume(purpose != other)
    token = tokens.signed(purpose, 1, None)

    assert tokens.unsigned(purpose, token) == 1
    with pytest.raises(BadToken):
        tokens.unsigned(other, token)


@pytest.mark.parametrize("max_age", [3600, timedelta(hours=1)])
def test_a_token_ends_at_its_age(max_age):
    with time_machine.travel(NOON, tick=False) as moment:
        token = tokens.signed("reset", 1, max_age)

        moment.move_to(NOON + timedelta(seconds=3599))
        assert tokens.unsigned("reset", token) == 1

        moment.move_to(NOON + timedelta(seconds=3600))
        with pytest.raises(ExpiredToken):
            tokens.unsigned("reset", token)


def test_a_token_without_age_stays_good():
    with time_machine.travel(NOON, tick=False) as moment:
        token = tokens.signed("unsubscribe", 1, None)

        moment.move_to(NOON + timedelta(days=3650))
        assert tokens.unsigned("unsubscribe", token) == 1


def test_each_changed_character_is_refused():
    token = tokens.signed("reset", {"user": 5}, 60)

    for at, letter in enumerate(token):
        forged = token[:at] + ("A" if letter != "A" else "B") + token[at + 1 :]
        with pytest.raises(BadToken):
            tokens.unsigned("reset", forged)


@given(st.text(st.characters()))
def test_any_other_text_is_a_bad_token(text):
    with pytest.raises(BadToken):
        tokens.unsigned("reset", text)


def test_a_token_without_purpose_is_refused():
    with pytest.raises(ValueError, match="purpose"):
        tokens.signed("", 1, 60)
