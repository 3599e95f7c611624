import pytest

from helpdesk.lib import vault


def test_what_was_locked_is_read_again_and_nobody_else_reads_it(settings):
    kept = vault.lock("client-secret")

    assert vault.unlock(kept) == "client-secret"
    assert "client-secret" not in kept
    assert kept != vault.lock("client-secret")


def test_a_replaced_key_still_opens_what_it_locked(settings):
    kept = vault.lock("seed")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key altogether"

    assert vault.unlock(kept) == "seed"


@pytest.mark.parametrize("spoil", [lambda kept: kept[:-3] + "AA=", lambda kept: "", lambda kept: "plain"])
def test_a_changed_one_is_refused(spoil):
    with pytest.raises(vault.Locked):
        vault.unlock(spoil(vault.lock("seed")))


def test_another_installation_opens_nothing(settings):
    kept = vault.lock("seed")
    settings.SECRET_KEY = "the key of somebody else"

    with pytest.raises(vault.Locked):
        vault.unlock(kept)
