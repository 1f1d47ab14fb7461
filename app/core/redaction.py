"""Takes secrets out of text before it is kept or shown: known to us, by their name, or by what they look like."""

from __future__ import annotations

import re
import threading

HIDDEN = "***"
"""Stands in place of a secret."""

# As AWS and OAuth name them in requests, answers, headers, settings and variables.
_NAMES = "|".join(
    (
        r"secret[_-]?(?:access[_-]?)?key",
        r"(?:session|security|bearer|refresh|access|id|identity)[_-]?token",
        r"x-amz-(?:signature|credential)",
        r"signature",
        r"client[_-]?secret",
        r"(?:authorization|auth|device)[_-]?code",
        r"code[_-]?verifier",
        r"password",
        r"assertion",
    )
)
_QUOTE = r"\\*[\"']"
# `=` in a form, also within an address in an address; `: ` in JSON and headers; `>` in XML; `, ` in a pair.
_IS = rf"(?:=|%3d|>|(?:{_QUOTE})?\s*[:=]>?\s*|{_QUOTE}\s*,\s*)"
_BARE_VALUE = r"(?:(?!%26)[^\s&\"'<>,;)\]}␊␍])+"

_NAMED = re.compile(
    rf"(?P<name>(?:{_NAMES}){_IS}(?P<quote>b?{_QUOTE})?)(?(quote)[^\"'\\\r\n]+|{_BARE_VALUE})", re.IGNORECASE
)
# A header goes on to the end of its line, or of the string that it is shown as.
_HEADER = re.compile(rf"(?P<name>(?:authorization|cookie){_IS}(?:b?{_QUOTE})?)[^\"'\\\r\n␊␍]+", re.IGNORECASE)
# The word is common, so only where it is a parameter, or the name of something long that isn't words.
_CODE = re.compile(
    rf"(?P<name>(?:(?<![a-z_])|(?<=%[0-9a-f]{{2}}))code(?:=|%3d)){_BARE_VALUE}"
    rf"|(?P<key>{_QUOTE}code{_QUOTE}\s*[:,]\s*b?{_QUOTE})(?![a-z-]+[\"'\\])[^\"'\\\r\n]{{12,}}",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?P<name>\b(?:Bearer|Basic) )[\w+/=.~-]{8,}")
_PRIVATE_KEY = re.compile(r"(?P<name>-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\Z)", re.DOTALL)

_SHAPES = re.compile(
    r"\beyJ[\w-]+(?:\.[\w-]*)+"  # a signed token (RFC 7519)
    r"|\bGOCSPX-[\w-]+"  # Google: a client's secret, an access token, a refresh token, an authorization code
    r"|\bya29\.[\w.-]+"
    r"|(?<![\w/:])1//[\w-]{10,}"
    r"|(?<![\w/])4/0[\w-]{10,}"
    r"|\b(?:FwoGZXIvYXdz|FQoGZXIvYXdz|IQoJb3JpZ2luX2Vj|AQoDYXdz)[\w+/=%-]*"  # AWS: a session's token
)
# A secret key of AWS is 40 signs of base64; a token is of such signs too, only longer. Letters of both cases tell
# them from a checksum, and a long stretch without a slash tells a token from a path.
_RUN = re.compile(r"(?P<escape>\\[nrt])?(?P<run>[A-Za-z0-9+/_-]{40,})")
_SECRET_KEY_LENGTH = 40
_TOKEN_LENGTH = 100


_SHORTEST_KNOWN = 8  # anything shorter stands in many a text by chance
_MOST_KNOWN = 1000
_known: dict[str, None] = {}
_known_lock = threading.Lock()


def conceal(*secrets: str | None) -> None:
    """Hide these texts from now on, whatever they look like; who gets hold of a secret calls this first.

    The latest thousand are remembered: sessions come and go.
    """
    with _known_lock:
        for secret in secrets:
            if secret is not None and len(secret) >= _SHORTEST_KNOWN:
                _known[secret] = None
        while len(_known) > _MOST_KNOWN:
            del _known[next(iter(_known))]


def redact(text: str) -> str:
    """Return the text with `HIDDEN` in place of every secret in it.

    Found are what was concealed, AWS's secret keys, session tokens and signatures, `Authorization` headers, ID,
    access and refresh tokens, authorization codes and their verifiers, and clients' secrets. When in doubt it
    hides too much.
    """
    with _known_lock:
        known = list(_known)
    for secret in known:
        text = text.replace(secret, HIDDEN)
    for named in (_PRIVATE_KEY, _HEADER, _NAMED, _SCHEME):
        text = named.sub(rf"\g<name>{HIDDEN}", text)
    text = _CODE.sub(rf"\g<name>\g<key>{HIDDEN}", text)
    text = _SHAPES.sub(HIDDEN, text)
    return _RUN.sub(_without_secret_run, text)


def _without_secret_run(found: re.Match[str]) -> str:
    run = found["run"]
    is_mixed = run != run.lower() and run != run.upper()
    is_token = len(run) >= _TOKEN_LENGTH and max(map(len, run.split("/"))) >= _SECRET_KEY_LENGTH
    if is_mixed and (len(run) == _SECRET_KEY_LENGTH or is_token):
        return f"{found['escape'] or ''}{HIDDEN}"
    return found[0]
