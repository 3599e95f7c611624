"""Names and types of files that strangers send, and pictures drawn anew.

A type comes from the content, never from the name or from what the sender says. A name is data for
people: nothing is stored or opened under it.
"""

import codecs
import re
import unicodedata
from enum import Enum
from io import BytesIO

from django.utils.translation import gettext
from PIL import Image, ImageOps

MAX_NAME = 120
MAX_EXTENSION = 16
# Enough of a file for `sniff` to know it.
HEAD_BYTES = 4096


class MediaType(Enum):
    """What a file's content is."""

    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    PDF = "pdf"
    ZIP = "zip"
    OFFICE = "office"
    TEXT = "text"
    # svg, html, xml, mhtml: a browser would run what is inside.
    ACTIVE = "active"
    UNKNOWN = "unknown"

    @property
    def mime(self) -> str:
        """The type to serve it as; bytes that a browser must not read are application/octet-stream."""
        return _MIME_TYPES.get(self, "application/octet-stream")


_MIME_TYPES = {
    MediaType.PNG: "image/png",
    MediaType.JPEG: "image/jpeg",
    MediaType.GIF: "image/gif",
    MediaType.WEBP: "image/webp",
    MediaType.PDF: "application/pdf",
    MediaType.ZIP: "application/zip",
    MediaType.TEXT: "text/plain",
}
# Rasters alone: what gets a preview, when it is called what it is.
_PICTURE_EXTENSIONS = {
    MediaType.PNG: (".png",),
    MediaType.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    MediaType.GIF: (".gif",),
    MediaType.WEBP: (".webp",),
}


class BadImage(ValueError):
    """These bytes can't be shown as a picture; says why in words for the sender."""


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF),
    (b"%PDF-", MediaType.PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", MediaType.OFFICE),
    (b"PK\x05\x06", MediaType.ZIP),
    (b"PK\x03\x04", MediaType.ZIP),
)
_OFFICE_ENTRY = re.compile(
    rb"\[Content_Types\]\.xml|mimetypeapplication/vnd\.oasis\.opendocument|_rels/\.rels"
    rb"|word/|xl/|ppt/"
)
_ACTIVE_START = re.compile(rb"\s*<(?:[!?a-z]|/[a-z])", re.IGNORECASE)
_ACTIVE_INSIDE = re.compile(
    rb"<(?:script|html|svg|iframe|body|object|embed|meta|!doctype|\?xml)[\s>/:]"
    rb"|^mime-version:.*^content-type:\s*multipart/related",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_CODE_IN_PICTURE = re.compile(rb"<(?:script|html|svg|iframe|body|!doctype)[\s>/]", re.IGNORECASE)
_TEXT_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\ufffd]")


def sniff(head: bytes) -> MediaType:
    """The type of a file whose first HEAD_BYTES (or all, when shorter) are `head`.

    Anything that a browser might run is ACTIVE, however it is encoded and wherever in the head the
    code stands, unless the file is a picture, a PDF or an archive by its first bytes.
    """
    for magic, media in _MAGIC:
        if head.startswith(magic):
            office = media is MediaType.ZIP and _OFFICE_ENTRY.search(head, 30)
            return MediaType.OFFICE if office else media
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaType.WEBP
    # Without the zero bytes, UTF-16 and UTF-32 read like ASCII.
    bare = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe")
    if _ACTIVE_START.match(bare) or _ACTIVE_INSIDE.search(bare):
        return MediaType.ACTIVE
    return MediaType.TEXT if _is_text(head) else MediaType.UNKNOWN


def _is_text(head: bytes) -> bool:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")()
    try:
        # Not final: the head may end in the middle of a character.
        words = decoder.decode(head)
    except UnicodeDecodeError:
        return False
    return bool(words) and not _TEXT_CONTROLS.search(words)


def is_preview_image(media: MediaType, name: str) -> bool:
    """Whether to try a preview: a raster picture whose name doesn't claim to be something else."""
    return name.lower().endswith(_PICTURE_EXTENSIONS.get(media, ()))


def safe_name(name: str) -> str:
    """A file name fit to show and to send in a header, never empty and never a path.

    NFC; the last part of a path; without controls, zero-width and bidi characters and without
    leading dots; at most MAX_NAME characters with the extension kept. The same for its own result.
    """
    visible = "".join(
        char if char.isprintable() or char.isspace() else ""
        for char in unicodedata.normalize("NFC", name)
        if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    visible = unicodedata.normalize("NFC", visible).replace("\\", "/")
    parts = (" ".join(part.split()).strip(". ") for part in visible.split("/"))
    last = next((part for part in reversed(list(parts)) if part), "file")
    # What a cut leaves may end in an extension that the whole did not have: cut until nothing changes.
    while (shorter := _cut(last)) != last:
        last = shorter
    return last


def _cut(name: str) -> str:
    """At most MAX_NAME characters, with the extension kept."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) >= MAX_EXTENSION:
        return name[:MAX_NAME].rstrip(". ")
    return stem[: MAX_NAME - len(extension) - 1].rstrip(". ") + dot + extension


def drawing_cost(data: bytes) -> int:
    """How many pixels `reencode_image` would decode, 0 for what is no picture; nothing is decoded to tell.

    A JPEG is read at a fraction of its size.
    """
    media = sniff(data[:HEAD_BYTES])
    if media not in _PICTURE_EXTENSIONS:
        return 0
    try:
        with Image.open(BytesIO(data), formats=[media.name]) as image:
            pixels = image.width * image.height
    except Exception:  # the decoders raise nearly every kind of error on a broken file
        return 0
    return pixels // 16 if media is MediaType.JPEG else pixels


def reencode_image(data: bytes, *, max_side: int, max_pixels: int) -> bytes:
    """The picture drawn anew: first frame, upright, no side over `max_side`, nothing but pixels.

    PNG for PNG and GIF, WebP for JPEG and WebP. The size is checked before anything is decoded.
    Raises BadImage for more than `max_pixels`, for other formats, for broken files and for pictures
    with web page code in them.
    """
    media = sniff(data[:HEAD_BYTES])
    if media not in _PICTURE_EXTENSIONS:
        raise BadImage(gettext("This is not a picture of a kind we can show."))
    if _CODE_IN_PICTURE.search(data):
        raise BadImage(gettext("This picture has web page code in it, so we don't show it."))
    try:
        with Image.open(BytesIO(data), formats=[media.name]) as image:
            if image.width * image.height > max_pixels:
                raise BadImage(gettext("This picture is too large to show. Send a smaller one."))
            return _drawn_anew(image, media=media, max_side=max_side)
    except BadImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadImage(gettext("This picture is too large to show. Send a smaller one.")) from None
    except Exception as error:
        # The decoders raise nearly every kind of error on a broken file.
        raise BadImage(gettext("This picture is broken. Please save it again.")) from error


def _drawn_anew(image: Image.Image, *, media: MediaType, max_side: int) -> bytes:
    image.thumbnail((max_side, max_side))
    upright = ImageOps.exif_transpose(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    # A new image takes over the pixels and none of the metadata that saving would write again.
    bare = Image.new(mode, upright.size)
    bare.paste(upright.convert(mode))
    target = BytesIO()
    if media in (MediaType.PNG, MediaType.GIF):
        bare.save(target, format="PNG", optimize=False)
    else:
        bare.save(target, format="WEBP", quality=82, method=3)
    return target.getvalue()


# Windows, Linux, macOS in both orders of bytes.
_MACH_O = ("feedface", "feedfacf", "cefaedfe", "cffaedfe")
_PROGRAM_HEADS = (
    b"MZ",
    b"\x7fELF",
    *(bytes.fromhex(each) for each in ("feedface", "feedfacf", "cefaedfe", "cffaedfe")),
)
# What a double click runs although its content is text, or a container of code.
_PROGRAM_NAMES = frozenset("exe msi msp bat cmd com scr pif cpl vbs vbe wsf wsh hta lnk ps1 jar apk dmg".split())


def is_program(name: str, head: bytes) -> bool:
    """Whether a double click on the file would run it, by its first bytes or the end of its name."""
    # A text may begin with those letters; no program is without a NUL.
    is_code = head.startswith(_PROGRAM_HEADS) and b"\0" in head
    return is_code or name.rstrip(". ").lower().rpartition(".")[2] in _PROGRAM_NAMES
