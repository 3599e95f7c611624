import struct
import time
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from helpdesk.lib import files
from helpdesk.lib.files import BadImage, MediaType

any_name = st.text(st.characters()) | st.lists(
    st.sampled_from(["..", "/", "\\", ".", "a", "é", "\u200b", "\u202e", "\0", " ", ".png", "x" * 90])
).map("".join)
LIMITS = {"max_side": 256, "max_pixels": 1_000_000}


def picture(kind="PNG", size=(40, 30), mode="RGB", **options):
    target = BytesIO()
    Image.new(mode, size, "red" if mode != "P" else 1).save(target, kind, **options)
    return target.getvalue()


def huge_png(width, height):
    def chunk(name, body):
        checked = name + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@given(any_name)
@example("e\u200b\u0301")
@example("x" * 115 + ". .png")
@example("0" * 100 + ".." + "0" * 40)
def test_a_safe_name_is_safe_and_stays_so(name):
    safe = files.safe_name(name)

    assert safe
    assert len(safe) <= files.MAX_NAME
    assert not set(safe) & set("/\\")
    assert not safe.startswith((".", " "))
    assert not safe.endswith((".", " "))
    assert not {unicodedata.category(char) for char in safe} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert files.safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("\u200b.htaccess", "htaccess"),
        (".\u200b./x.png", "x.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("e\u0301te\u0301.png", "\xe9t\xe9.png"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("x" * 300, "x" * 120),
        ("a." + "x" * 300, "a." + "x" * 118),
        ("...", "file"),
        ("", "file"),
        ("..", "file"),
        ("dir/..", "dir"),
        ("  many   blanks .txt ", "many blanks.txt"),
        ('"><img src=x onerror=alert(1)>.png', '"><img src=x onerror=alert(1)>.png'),
    ],
)
def test_safe_name(name, safe):
    assert files.safe_name(name) == safe


def zipped(*names):
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (picture("PNG"), MediaType.PNG),
        (picture("JPEG"), MediaType.JPEG),
        (picture("GIF", mode="P"), MediaType.GIF),
        (picture("WEBP"), MediaType.WEBP),
        (b"%PDF-1.7\n", MediaType.PDF),
        (zipped("a.txt"), MediaType.ZIP),
        (zipped("[Content_Types].xml", "word/document.xml"), MediaType.OFFICE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", MediaType.OFFICE),
        (b"plain words\n", MediaType.TEXT),
        ("Grüße, 你好".encode(), MediaType.TEXT),
        ("half a character 你".encode()[:-1], MediaType.TEXT),
        ("wide words".encode("utf-16"), MediaType.TEXT),
        (b"a < b and b > c", MediaType.TEXT),
        (b"", MediaType.UNKNOWN),
        (b"\x00\x01\x02", MediaType.UNKNOWN),
        (b"MZ\x90\x00\x03", MediaType.UNKNOWN),
        (b"\xff\xfe\x00\xdc\x00\xdc", MediaType.UNKNOWN),
    ],
)
def test_sniff(head, media):
    assert files.sniff(head) is media


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize(
    "content",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "<!DOCTYPE html><p>x",
        "\n\t <ScRiPt>alert(1)</ScRiPt>",
        "<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><x/>",
        "<!-- a note --><svg/>",
        "<x:html xmlns:x='http://www.w3.org/1999/xhtml'/>",
        "harmless words, then <script>alert(1)</script>",
        "words\n<html >",
        "From: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n",
    ],
)
def test_what_a_browser_would_run_is_active(content, encoding):
    assert files.sniff(content.encode(encoding)) is MediaType.ACTIVE


@given(st.binary(max_size=600))
def test_sniff_never_raises_and_never_shows_unknown_bytes(head):
    media = files.sniff(head)

    assert media.mime in {"application/octet-stream", "text/plain"} or head[:2] in {
        *(b"\x89P", b"\xff\xd8", b"GI", b"%P", b"\xd0\xcf", b"PK", b"RI")
    }


def test_no_active_type_is_served_as_something_a_browser_runs():
    assert {MediaType.ACTIVE.mime, MediaType.UNKNOWN.mime} == {"application/octet-stream"}


@pytest.mark.parametrize(
    ("media", "name", "shown"),
    [
        (MediaType.PNG, "a.PNG", True),
        (MediaType.JPEG, "a.jpeg", True),
        (MediaType.PNG, "a.html", False),
        (MediaType.PNG, "a.jpg", False),
        (MediaType.ACTIVE, "a.svg", False),
        (MediaType.ACTIVE, "a.png", False),
        (MediaType.PDF, "a.pdf", False),
        (MediaType.UNKNOWN, "a.png", False),
    ],
)
def test_only_pictures_that_are_what_they_are_called_get_a_preview(media, name, shown):
    assert files.is_preview_image(media, name) is shown


@pytest.mark.parametrize(
    ("kind", "mode", "made"),
    [("PNG", "RGB", "PNG"), ("PNG", "RGBA", "PNG"), ("PNG", "I;16", "PNG"), ("PNG", "1", "PNG")]
    + [
        ("GIF", "P", "PNG"),
        ("JPEG", "RGB", "WEBP"),
        ("JPEG", "L", "WEBP"),
        ("WEBP", "RGB", "WEBP"),
    ],
)
def test_pictures_are_drawn_anew(kind, mode, made):
    source = BytesIO()
    Image.new(mode, (40, 30)).save(source, kind)

    with Image.open(BytesIO(files.reencode_image(source.getvalue(), **LIMITS))) as image:
        assert image.format == made
        assert image.size == (40, 30)


def test_a_large_side_is_shrunk_in_proportion():
    with Image.open(BytesIO(files.reencode_image(picture(size=(900, 300)), **LIMITS))) as image:
        assert image.size == (256, 85)


def test_metadata_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-PLACE"
    source = picture("JPEG", exif=exif, icc_profile=b"SECRET-PROFILE", comment="SECRET-NOTE")
    assert b"SECRET" in source

    made = files.reencode_image(source, **LIMITS)

    assert b"SECRET" not in made
    assert b"EXIF" not in made
    with Image.open(BytesIO(made)) as image:
        assert image.size == (30, 40)


@pytest.mark.parametrize("size", [(50_000, 50_000), (20_000, 5_000), (12_000, 8_000), (1001, 1000)])
def test_a_bomb_is_refused_before_it_is_decoded(size):
    start = time.process_time()

    with pytest.raises(BadImage, match="too large"):
        files.reencode_image(huge_png(*size), **LIMITS)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "data",
    [b"", b"words", b"<svg/>", b"%PDF-1.7", picture("TIFF"), picture("BMP"), b"\x89PNG"],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(BadImage, match="not a picture"):
        files.reencode_image(data, **LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_web_page_code_behind_a_picture_is_refused(kind):
    with pytest.raises(BadImage, match="web page code"):
        files.reencode_image(picture(kind) + b"<script>alert(1)</script>", **LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_cut_picture_is_refused(kind):
    whole = picture(kind, size=(300, 300))

    with pytest.raises(BadImage, match="broken"):
        files.reencode_image(whole[: len(whole) // 3], **LIMITS)


@settings(max_examples=150)
@given(
    st.sampled_from([picture("PNG"), picture("JPEG"), picture("GIF"), picture("WEBP")]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_bytes_give_a_picture_or_a_clear_refusal(data, damage):
    spoiled = bytearray(data)
    for at, value in damage:
        spoiled[at % len(spoiled)] = value

    with suppress(BadImage):
        made = files.reencode_image(bytes(spoiled), **LIMITS)
        assert files.sniff(made) in (MediaType.PNG, MediaType.WEBP)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("note.exe", b"hello"),
        ("Note.EXE ", b"hello"),
        ("invoice.pdf.scr", b"hello"),
        ("holiday.jpg", b"MZ\x90\x00\x03"),
        ("readme", b"\x7fELF\x02\x01\x01\x00"),
        ("app", bytes.fromhex("cffaedfe") + b"\x00"),
    ],
)
def test_a_program_is_known_by_its_content_or_its_name(name, head):
    assert files.is_program(name, head)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("MZ-100.txt", b"MZ-100 does not start"),
        ("exe.txt", b"hello"),
        ("door.png", b"\x89PNG\r\n"),
        ("page.html", b"<script>"),
        ("", b""),
    ],
)
def test_what_is_no_program_is_none(name, head):
    assert not files.is_program(name, head)
