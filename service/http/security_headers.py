"""What a browser may do with an answer: the headers that say so, on every one of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.config.settings import Settings

CONTENT_POLICY: Final = "Content-Security-Policy"
# What no answer needs, nor what it is shown in.
_UNUSED: Final = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")


def page_policy(settings: Settings) -> str:
    """The Content-Security-Policy of the page: everything from here, the background map aside.

    `blob:` is for the pictures that MapLibre makes of tiles, `data:` for those in style sheets.
    Workers come from files: no script is made of text anywhere.
    """
    background = settings.background.allowed_hosts
    return _policy(
        settings,
        script="'self'",
        style="'self'",
        img=" ".join(("'self'", "data:", "blob:", *background)),
        font="'self'",
        connect=" ".join(("'self'", *background)),
        worker="'self'",
        manifest="'self'",
    )


def document_policy(settings: Settings, *, style_sha256: str) -> str:
    """That of a plain document with one style sheet inside, known by its digest, and pictures."""
    return _policy(settings, style=f"'sha256-{style_sha256}'", img="'self'")


def report_policy(settings: Settings, *, style_sha256: str) -> str:
    """That of a document that stands alone: pictures and typeface are inside it."""
    return _policy(settings, style=f"'sha256-{style_sha256}'", img="data:", font="data:")


def answer_policy(settings: Settings) -> str:
    """That of everything else: data, which loads nothing wherever it is opened."""
    return _policy(settings)


def answer_headers(settings: Settings) -> Mapping[str, str]:
    """The headers of every answer that does not say otherwise.

    A background map at another host is told from which origin it is asked, which its makers may
    require; nobody is ever told the address, which says what was looked at.
    """
    to_others = settings.background.allowed_hosts
    referrer = "strict-origin-when-cross-origin" if to_others else "same-origin"
    return MappingProxyType(
        {
            CONTENT_POLICY: answer_policy(settings),
            "Cross-Origin-Opener-Policy": "same-origin",
            # A page that is named asks in the mode of CORS, which this does not concern.
            "Cross-Origin-Resource-Policy": (
                "cross-origin" if "*" in settings.cors_origins else "same-origin"
            ),
            "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
            "Referrer-Policy": referrer,
            "X-Content-Type-Options": "nosniff",
        }
    )


def _policy(settings: Settings, **sources: str) -> str:
    ancestors = " ".join(settings.frame_ancestors) or "'none'"
    directives = [
        "default-src 'none'",
        *(f"{name}-src {allowed}" for name, allowed in sources.items()),
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {ancestors}",
    ]
    return "; ".join(directives)


class SecurityHeadersMiddleware:
    """ASGI middleware that gives every answer the headers that it does not have."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                names = {name.lower() for name, _ in headers}
                headers += [each for each in self._headers if each[0] not in names]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_secured)
