"""`manage.py company_sign_in`: a vendor's own provider, and the rescue of a client."""

import io

import pytest
from django.core.management import CommandError, call_command

from access.models import SignInDomain, VendorProvider
from helpdesk.lib import vault
from tests.access.company import AUDIENCE, Company, keep
from tests.cast import World


def run(*args: str, stdin: str = "", monkeypatch: pytest.MonkeyPatch) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    call_command("company_sign_in", *args, stdout=out)
    return out.getvalue()


def test_a_vendors_is_set_and_taken_away(world: World, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    args = ("--vendor", "havnvik", "--issuer", company.issuer, "--audience", AUDIENCE, "--domain", "havnvik.example")
    told = run(*args, stdin="the secret\n", monkeypatch=monkeypatch)

    assert f"/accounts/company/v{world.havnvik.pk}/back/" in told
    assert vault.unlock(VendorProvider.objects.get().secret) == "the secret"
    assert SignInDomain.objects.get().organisation == "Havnvik Support"
    run("--vendor", "havnvik", "--remove", monkeypatch=monkeypatch)
    assert not SignInDomain.objects.exists()


def test_a_clients_is_taken_away_only(world: World, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(world, world.o1, company)
    with pytest.raises(CommandError):
        run("--client", "voltarra", monkeypatch=monkeypatch)
    run("--client", "voltarra", "--remove", monkeypatch=monkeypatch)
    assert not SignInDomain.objects.exists()


@pytest.mark.parametrize("args", [("--vendor", "nobody"), ("--vendor", "havnvik"), ("--client", "nobody", "--remove")])
def test_what_cannot_be_done_is_one_sentence(
    world: World, args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError):
        run(*args, monkeypatch=monkeypatch)
