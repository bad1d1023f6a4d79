"""Signing in through an OpenID Connect provider, when the settings name one."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from gisapp.access.accounts import account_of_subject
from gisapp.access.open_id import REFUSED, begin_open_id, finish_open_id, subject_digest
from gisapp.access.steps import take_step
from gisapp.errors import NotFound, NotSignedIn, Unavailable
from gisapp.settings import OpenIdSettings
from gisapp.web.context import services
from gisapp.web.sign_in import STEP_COOKIE, go_on, note_refusal, own_path, sign_in_page, wait_for
from layers.spec import Text

BLUEPRINT = Blueprint("open_id", __name__)
OFF = NotFound(Text("没有设置统一登录。", "No sign-in provider is set up."))
NOT_CONNECTED = NotSignedIn(
    Text("此身份还没有绑定账号。", "No account is connected with this identity."),
    Text("请联系管理员。", "Ask an administrator."),
)


@BLUEPRINT.get("/sign-in/open-id")
def start() -> Response:
    """Lead the browser to the provider. A link, since our policy keeps forms on this site."""
    onward = own_path(request.args.get("next", ""))
    try:
        address, step = begin_open_id(provider(), callback(), onward)
    except Unavailable as error:
        return sign_in_page(error)
    return wait_for(step, address)


@BLUEPRINT.get("/sign-in/open-id/callback")
def finish() -> Response:
    """Take the provider's answer, once, in the browser that asked for it."""
    settings = provider()
    with services().database.write() as connection:
        step = take_step(connection, request.cookies.get(STEP_COOKIE, ""))
    try:
        if step is None or not step.state:
            raise REFUSED
        if not compare_digest(step.state.encode(), request.args.get("state", "").encode()):
            raise REFUSED
        subject = finish_open_id(settings, callback(), step, request.args.get("code", ""))
    except NotSignedIn as error:
        if step:  # whoever never began is nobody: an address alone must not fill the trail
            note_refusal("", "open id")
        return sign_in_page(error)
    except Unavailable as error:
        return sign_in_page(error)
    with services().database.write() as connection:
        account = account_of_subject(connection, subject_digest(settings.issuer, subject))
    if account is None:
        note_refusal("", "open id, not connected")
        return sign_in_page(NOT_CONNECTED, subject=subject)
    return go_on(account, step.onward, "open id")


def provider() -> OpenIdSettings:
    """Return the provider's settings. Raises NotFound without one."""
    settings = services().settings.open_id
    if not settings.issuer:
        raise OFF
    return settings


def callback() -> str:
    """Return the address that the provider leads the browser back to."""
    return url_for("open_id.finish", _external=True)
