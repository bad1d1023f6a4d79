"""Signing in through an OpenID Connect provider: code flow with PKCE, state and nonce.

Authlib speaks the protocol and checks the ID token. Of the token only issuer and subject are
used, as one digest: nothing of it is stored or logged. (The name claims of a token may be changed
or given to somebody else; OpenID Connect Core, section 5.7, promises the subject alone.)

Nothing is kept between sign-ins: they are rare, and so a provider may change keys and addresses.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import IDToken
from joserfc.errors import JoseError
from requests import RequestException

from gisapp.access.sessions import digest
from gisapp.access.steps import Step
from gisapp.errors import NotSignedIn, Unavailable
from gisapp.settings import OpenIdSettings
from layers.spec import Text

TIMEOUT = 8  # seconds for each of the provider's answers
LEEWAY = 60  # seconds by which the two clocks may differ
# Never "none", and never a secret shared with the provider (HS256).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
DOWN = Unavailable(
    Text("统一登录暂时不可用。", "The sign-in provider cannot be used now."),
    Text("请用口令登录，或稍后再试。", "Sign in by password, or try again later."),
)
REFUSED = NotSignedIn(
    Text("统一登录未通过核验。", "The provider's answer could not be verified."),
    Text("请重新开始登录。", "Begin the sign-in again."),
)


class Client(OpenIDMixin, OAuth2Mixin, BaseApp):  # type: ignore[misc]  # Authlib has no types
    """Authlib's client without a web framework: we keep the state ourselves."""

    client_cls = OAuth2Session


def begin_open_id(settings: OpenIdSettings, callback: str, onward: str) -> tuple[str, Step]:
    """Return the provider's address to lead the browser to, and what to keep until it is back.

    Raises Unavailable when the provider does not answer as one.
    """
    try:
        client = make_client(settings)
        begun = client.create_authorization_url(callback)
    except FAILURES as error:
        raise DOWN from error
    kept = Step(None, onward, begun["state"], begun["nonce"], begun["code_verifier"])
    return begun["url"], kept


def finish_open_id(settings: OpenIdSettings, callback: str, step: Step, code: str) -> str:
    """Return the subject that the provider vouches for, having checked its ID token.

    Raises NotSignedIn for a code or a token that does not hold, Unavailable without an answer.
    """
    try:
        client = make_client(settings)
        token = client.fetch_access_token(callback, code=code, code_verifier=step.verifier)
        claims = client.parse_id_token(
            token,
            nonce=step.nonce,
            claims_options={
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
            },
            claims_cls=IDToken,
            leeway=LEEWAY,
        )
    except RequestException as error:
        raise DOWN from error
    except FAILURES as error:
        raise REFUSED from error
    if not claims or not isinstance(claims.get("sub"), str):
        raise REFUSED
    return str(claims["sub"])


# What Authlib, joserfc and answers that are none of a provider's raise.
FAILURES = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError)


def make_client(settings: OpenIdSettings) -> Any:
    """Return a client that has read the provider's metadata. Raises one of ``FAILURES``."""
    issuer = settings.issuer
    if urlsplit(issuer).scheme != "https" and urlsplit(issuer).hostname not in LOOPBACK:
        raise ValueError("an issuer without https")
    client = Client(
        None,
        client_id=settings.client_id,
        client_secret=settings.client_secret or None,
        server_metadata_url=issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
        },
    )
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != issuer:
        raise ValueError("metadata of another issuer")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    allowed = [name for name in offered if name in ALGORITHMS]
    if not allowed:
        raise ValueError("no algorithm that is safe")
    metadata["id_token_signing_alg_values_supported"] = allowed
    return client


def subject_digest(issuer: str, subject: str) -> bytes:
    """Return what an account is connected by: SHA-256 of issuer and subject."""
    return digest(f"{issuer} {subject}")
