"""What can be checked of the container files without an engine to run them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from helpdesk.services.__main__ import COMMANDS
from helpdesk.services.postgres import programs, start_postgres

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
OURS = ("migrate", "web", "worker", "caller", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (DOCKER / "Dockerfile").read_text(encoding="utf-8")


def test_the_compose_file_keeps_to_its_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", DOCKER / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([linter, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_a_numbered_user_and_checks_its_health(dockerfile: str) -> None:
    final = dockerfile.rpartition("\nFROM ")[2]

    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert '"helpdesk.services", "healthy"' in final
    assert re.search(r'^ENTRYPOINT \["python", "-m", "helpdesk\.services"\]$', final, re.MULTILINE)


def test_base_images_are_pinned_and_nothing_is_fetched_by_address(compose: dict[str, Any], dockerfile: str) -> None:
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    images = [service["image"] for service in compose["services"].values() if service["image"] != "helpdesk"]

    assert all(re.search(r":\d+[.\d]*[\w.-]*$", image) for image in [*bases, *images])
    assert "://" not in dockerfile
    assert not re.search(r"^ADD ", dockerfile, re.MULTILINE)


def test_the_image_gets_every_app_and_nothing_beside(dockerfile: str) -> None:
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    allowed = set(re.findall(r"^!(\S+)$", (DOCKER / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE))

    names = {name for line in copied for name in line.split()}

    assert {*apps, "LICENSE"} <= names
    assert names == allowed


def test_no_secret_stands_in_the_files(compose: dict[str, Any]) -> None:
    secret = re.compile(r"PASSWORD|KEY|AUTH$")
    example = dict(
        line.split("=", 1)
        for line in (DOCKER / ".env.example").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )

    for service in compose["services"].values():
        for name, value in (service.get("environment") or {}).items():
            assert not secret.search(name) or str(value).startswith("${"), name
    assert not [name for name, value in example.items() if secret.search(name) and value]


def test_every_variable_of_the_compose_file_is_in_the_example(compose: dict[str, Any]) -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text(encoding="utf-8")))
    given = set(re.findall(r"^(\w+)=", (DOCKER / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))

    assert asked == given


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_locked_down(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["command"][0] in COMMANDS


def test_only_the_migration_knows_the_owner_and_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    with_owner = {name for name in OURS if "MIGRATION_DATABASE_URL" in services[name]["environment"]}

    assert with_owner == {"migrate"}
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["inside"]


def test_the_first_start_of_the_database_container_makes_the_roles(data_folder: Path) -> None:
    postgres = start_postgres(data_folder / "postgres", log=data_folder / "log", say=lambda _: None, durable=False)
    passwords = {f"{role}_PASSWORD".upper(): f"word-of-{role}" for role in ("owner", "app", "keeper", "backup")}
    try:
        with psycopg.connect(postgres.superuser_dsn, autocommit=True) as superuser:
            superuser.execute("CREATE DATABASE helpdesk")

        done = subprocess.run(
            ["sh", DOCKER / "initdb" / "10-roles.sh"],
            env=os.environ
            | passwords
            | {
                "PATH": f"{programs()}:{os.environ['PATH']}",
                "PGHOST": str(postgres.sockets),
                "POSTGRES_USER": "postgres",
                "POSTGRES_DB": "helpdesk",
                "ROLES_FOLDER": str(ROOT / "helpdesk" / "services"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stderr
        with psycopg.connect(postgres.dsn(user="owner", database="helpdesk", password="word-of-owner")) as owner:
            owner.execute("CREATE TABLE crate (id bigint)")
        with psycopg.connect(postgres.dsn(user="app", database="helpdesk", password="word-of-app")) as product:
            assert product.execute("SELECT count(*) FROM crate").fetchone() == (0,)
    finally:
        postgres.stop()


def test_the_proxy_holds_what_is_slow_away_from_the_web_servers_threads() -> None:
    text = (DOCKER / "Caddyfile").read_text(encoding="utf-8")

    assert all(word in text for word in ("request_buffers", "response_buffers", "read_header", "read_body", "write"))
