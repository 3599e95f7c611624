from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib import env
from helpdesk.lib.env import BadSetting

NAME = "HELPDESK_TEST_VALUE"
plain_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@pytest.fixture
def put(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    return lambda value: monkeypatch.setenv(NAME, value)


def test_text_is_trimmed(put):
    put("  hello ")

    assert env.text(NAME) == "hello"


@pytest.mark.parametrize("value", ["", "   "])
def test_a_variable_set_to_nothing_takes_the_default(put, value):
    put(value)

    assert env.text(NAME, "fallback") == "fallback"


def test_an_unset_variable_without_default_is_refused_with_its_name(put):
    with pytest.raises(BadSetting, match=f"{NAME} is not set"):
        env.text(NAME)


def test_an_empty_default_means_none(put):
    assert env.text(NAME, "") == ""
    assert env.url(NAME, "") == ""


@pytest.mark.parametrize("value", ["0", "7", "10"])
def test_integer_accepts_both_bounds(put, value):
    put(value)

    assert env.integer(NAME, 3, 0, 10) == int(value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("-1", "at least 0"), ("11", "at most 10"), ("ten", "whole number"), ("1.5", "whole number")],
)
def test_integer_refuses(put, value, sentence):
    put(value)

    with pytest.raises(BadSetting, match=sentence):
        env.integer(NAME, 3, 0, 10)


def test_integer_default(put):
    assert env.integer(NAME, 3, 0, 10) == 3


@pytest.mark.parametrize(
    ("value", "answer"),
    [("1", True), ("Yes", True), ("ON", True), ("true", True)]
    + [("0", False), ("no", False), ("off", False), ("False", False)],
)
def test_boolean_spellings(put, value, answer):
    put(value)

    assert env.boolean(NAME) is answer


def test_boolean_default_and_refusal(put):
    assert env.boolean(NAME, True) is True
    assert env.boolean(NAME, False) is False

    put("maybe")
    with pytest.raises(BadSetting, match="true or false"):
        env.boolean(NAME, True)


def test_one_of(put):
    put("smtp")

    assert env.one_of(NAME, ["smtp", "file"]) == "smtp"
    with pytest.raises(BadSetting, match="one of a, b"):
        env.one_of(NAME, ["a", "b"])


def test_words_split_at_commas_and_blanks(put):
    assert env.words(NAME, ["localhost"]) == ["localhost"]

    put("a.example, b.example c.example,,")
    assert env.words(NAME) == ["a.example", "b.example", "c.example"]


@pytest.mark.parametrize(
    ("value", "schemes"),
    [
        ("https://desk.example", ("http", "https")),
        ("http://localhost:8000/base", ("http", "https")),
        ("redis://:secret@localhost:6379/0", ("redis", "rediss", "unix")),
        ("unix:///tmp/redis.sock", ("redis", "unix")),
    ],
)
def test_url_accepts(put, value, schemes):
    put(value)

    assert env.url(NAME, schemes=schemes) == value


def test_url_loses_its_trailing_slash(put):
    put("https://desk.example/")

    assert env.url(NAME) == "https://desk.example"


@pytest.mark.parametrize(
    "value",
    ["desk.example", "ftp://desk.example", "javascript:alert(1)", "https://", "https://a b"]
    + ["https://desk.example:port", "https://[::1", "https:///path"],
)
def test_url_refuses_and_never_repeats_a_password(put, value):
    put(value.replace("://", "://me:hunter2@"))

    with pytest.raises(BadSetting, match=NAME) as refusal:
        env.url(NAME)
    assert "hunter2" not in str(refusal.value)


def test_database_url_over_tcp():
    answer = env.database_url("postgresql://desk:p%40ss@db.example:6432/help?sslmode=require")

    assert answer == {
        "ENGINE": "helpdesk.postgres",
        "NAME": "help",
        "USER": "desk",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_url_over_a_socket():
    answer = env.database_url("postgresql://desk:pw@/help?host=/tmp/Sock+et&port=5433")

    assert (answer["HOST"], answer["PORT"]) == ("/tmp/Sock+et", "5433")
    assert answer["OPTIONS"] == {}


def test_database_url_keeps_the_case_of_an_encoded_socket_folder():
    assert env.database_url("postgres://desk@%2Ftmp%2FXy/help")["HOST"] == "/tmp/Xy"


def test_database_url_with_an_ipv6_host():
    answer = env.database_url("postgresql://desk@[::1]:5433/help")

    assert (answer["HOST"], answer["PORT"]) == ("::1", "5433")


@given(user=plain_text, password=plain_text, database=plain_text.filter(lambda v: "/" not in v))
def test_any_login_survives_percent_encoding(user, password, database):
    encoded = [quote(part, safe="") for part in (user, password, database)]

    answer = env.database_url("postgresql://{}:{}@host/{}".format(*encoded))

    assert (answer["USER"], answer["PASSWORD"], answer["NAME"]) == (user, password, database)


@pytest.mark.parametrize(
    "value",
    ["mysql://u:hunter2@h/d", "postgresql://u:hunter2@h", "postgresql://u:hunter2@h/a/b"]
    + ["postgresql://u:hunter2@h:99999/d", "postgresql://u:hunter2@h:x/d", "hunter2"]
    + ["postgresql://u:hunter2@[::1/d", "postgresql://u:hunter2@h/d?sslmode", "sqlite:///hunter2"],
)
def test_database_url_refuses_without_repeating_the_password(value):
    with pytest.raises(BadSetting, match="DATABASE_URL") as refusal:
        env.database_url(value)
    assert "hunter2" not in str(refusal.value)


def test_a_plain_word_has_one_spelling_only(put):
    put("Peeraddress")
    assert env.plain_word(NAME) == "Peeraddress"
    for word in ("X-Real-Ip", "X_Real_Ip", "Peer address", "Pëër"):
        put(word)
        with pytest.raises(BadSetting, match="one word"):
            env.plain_word(NAME)


def test_networks_are_read_and_a_host_within_one_is_told(put):
    put("10.1.0.0/16, fd00::/8")

    assert [str(each) for each in env.networks(NAME)] == ["10.1.0.0/16", "fd00::/8"]
    put("10.1.0.1/16")
    with pytest.raises(BadSetting, match=r"names no network with '10\.1\.0\.1/16'"):
        env.networks(NAME)


def test_named_paths(put):
    put("twilio=company.phones.Twilio, other=a.B")
    assert env.named_paths(NAME) == {"twilio": "company.phones.Twilio", "other": "a.B"}
    assert env.named_paths("HELPDESK_UNSET_ONE") == {}


@pytest.mark.parametrize("value", ["twilio", "twilio=", "twilio=Twilio", "a b=c.D", "x=os.system('ls')"])
def test_named_paths_refuses(put, value):
    put(value)
    with pytest.raises(BadSetting, match=r"name=package\.module\.Class"):
        env.named_paths(NAME)
