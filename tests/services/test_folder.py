"""The data folder: held once, writable, with room."""

import os
import stat
from pathlib import Path

import pytest

from helpdesk.services import secrets_file
from helpdesk.services.errors import CannotStart
from helpdesk.services.folder import hold


def test_a_folder_is_held_once_and_free_again_after_release(tmp_path: Path) -> None:
    held = hold(tmp_path)

    with pytest.raises(CannotStart, match="Another copy"):
        hold(tmp_path)
    held.release()

    hold(tmp_path).release()


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    hold(tmp_path / "deep" / "var").release()

    assert (tmp_path / "deep" / "var").is_dir()


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CannotStart, match="set HELPDESK_VAR"):
        hold(tmp_path / "file" / "var")


def test_a_full_disk_is_refused_and_leaves_the_folder_free(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="MB left"):
        hold(tmp_path, needed_bytes=2**62)

    hold(tmp_path).release()


def test_secrets_are_made_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    first = secrets_file.read_or_make(tmp_path)

    assert secrets_file.read_or_make(tmp_path) == first
    assert len(set(first.values())) == len(secrets_file.NAMES)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_secrets_stay_private_under_any_file_mode_mask(tmp_path: Path) -> None:
    earlier = os.umask(0)
    try:
        secrets_file.read_or_make(tmp_path)
    finally:
        os.umask(earlier)

    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_new_kind_of_secret_is_added_and_the_known_ones_stay(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"owner": "kept"}', encoding="utf-8")

    secrets = secrets_file.read_or_make(tmp_path)

    assert secrets["owner"] == "kept"
    assert set(secrets) == set(secrets_file.NAMES)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"owner": 1}'])
def test_a_damaged_secrets_file_is_told_and_not_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.json").write_text(content, encoding="utf-8")

    with pytest.raises(CannotStart, match=r"secrets\.json"):
        secrets_file.read_or_make(tmp_path)

    assert (tmp_path / "secrets.json").read_text(encoding="utf-8") == content
