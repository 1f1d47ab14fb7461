"""The page that the browser shows at the end of a sign-in."""

from __future__ import annotations

import base64
import hashlib
from html import escape

_STYLE = """
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #F4F5F3; color: #1A1D1E;
  font: 16px/1.5 system-ui, sans-serif }
main { max-width: 30em; margin: 24px; padding: 32px; background: #FFFFFF; border: 1px solid #E7E9E7;
  border-radius: 14px; overflow-wrap: anywhere }
h1 { margin: 4px 0 8px; font-size: 1.5em; line-height: 1.25 }
p { margin: 0 0 8px } .by { color: #565D60 } .back { margin: 16px 0 0; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  body { background: #191C1E; color: #ECEFEF } main { background: #212527; border-color: #32383B }
  .by { color: #A9B1B4 }
}
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What goes with the page: it loads nothing, runs nothing, is framed by nobody and kept nowhere."""


def final_page(organization: str, title: str, text: str, way_back: str) -> bytes:
    """Return the page.

    Args:
        organization: in whose name it speaks.
        title: what happened.
        text: the circumstances.
        way_back: what to do now.
    """
    by, title, text, way_back = (escape(words) for words in (organization, title, text, way_back))
    return (
        '<!doctype html>\n<html lang="en" dir="auto"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} – Tagdrop</title><style>{_STYLE}</style></head>\n"
        f'<body><main><p class="by">{by}</p><h1>{title}</h1><p>{text}</p><p class="back">{way_back}</p></main>'
        "</body></html>\n"
    ).encode()
