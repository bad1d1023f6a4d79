"""Errors as answers: problem details (RFC 9457) under ``/api``, a plain page elsewhere.

One table says which class of error has which HTTP status. An exception that is in no table is
a fault of ours: it is logged under an id, and the answer says the id and nothing else.
"""

from __future__ import annotations

import json
import secrets
from urllib.parse import urlencode

import psycopg2
from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from gisapp.errors import (
    BadParameter,
    Changed,
    Conflict,
    DatabaseUnusable,
    Forbidden,
    NotFound,
    NotSignedIn,
    StorageFull,
    TooLarge,
    TooMany,
    Unavailable,
    Unconditional,
    UserError,
)
from gisapp.web.gate import wants_page
from gisapp.web.i18n import language
from gisapp.web.openapi_parts import spoken
from layers.spec import Text

BLUEPRINT = Blueprint("problems", __name__)
# The first class that fits counts.
STATUSES: tuple[tuple[type[UserError], int], ...] = (
    (BadParameter, 400),
    (NotSignedIn, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Changed, 412),
    (TooLarge, 413),
    (Unconditional, 428),
    (TooMany, 429),
    (DatabaseUnusable, 503),
    (Unavailable, 503),
    (StorageFull, 507),
    (UserError, 422),
)
TITLES = {
    400: Text("请求无效", "Bad request"),
    401: Text("需要登录", "Sign-in needed"),
    403: Text("没有权限", "Not allowed"),
    404: Text("找不到", "Not found"),
    405: Text("不支持此方法", "Method not allowed"),
    409: Text("与现有数据冲突", "Conflict"),
    412: Text("已被他人修改", "Changed by someone else"),
    413: Text("请求过大", "Request too large"),
    414: Text("地址过长", "Address too long"),
    415: Text("内容类型不支持", "Content type not supported"),
    422: Text("无法处理", "Cannot be processed"),
    428: Text("须注明所依据的版本", "Say which version you change"),
    429: Text("请求过于频繁", "Too many requests"),
    500: Text("服务器出错", "Server error"),
    503: Text("暂时不可用", "Not available now"),
    507: Text("服务器磁盘空间不足", "No room on the server"),
}
NO_PAGE = NotFound(
    Text("没有这个地址。", "There is nothing at this address."),
    Text("从首页重新开始。", "Start again from the first page."),
)
MESSAGES = {
    404: NO_PAGE.message,
    405: Text("此地址不支持这种请求。", "This address does not take such a request."),
    413: Text("发来的内容过大。", "What was sent is too large."),
    415: Text("不接受这种内容类型。", "This content type is not accepted."),
}
REFUSED = Text("请求无法理解。", "The request cannot be understood.")
RETRY_AFTER = "5"  # seconds after which a database that restarts is usually back
UNSTORABLE = BadParameter(Text("数据库不接受这个值。", "The database does not accept this value."))
UNKNOWN = Text(
    "出现意外错误，已记入日志，编号 {log_id}。",
    "Something unexpected went wrong. It is in the log as {log_id}.",
)


def status_of(error: UserError) -> int:
    """Return the HTTP status of a user's error."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def answer_problem(
    status: int, message: Text, hint: Text | None = None, **more: object
) -> Response:
    """Return the answer for a problem, in the form that the caller reads."""
    said = language()
    title = TITLES.get(status, TITLES[400 if status < 500 else 500]).say(said)
    if not request.path.startswith("/api"):
        page = render_template(
            "error.html",
            status=status,
            message=message.say(said),
            hint=hint.say(said) if hint else "",
            **more,
        )
        return Response(page, status)
    body = {"type": "about:blank", "title": title, "status": status, "detail": message.say(said)}
    if hint:
        body["hint"] = hint.say(said)
    text = json.dumps({**body, **spoken(more, said)}, ensure_ascii=False)
    return Response(text, status, content_type="application/problem+json")


@BLUEPRINT.app_errorhandler(UserError)
def answer_user_error(error: UserError) -> Response:
    """Answer an error that the user can mend; who is not signed in is led to the sign-in."""
    if isinstance(error, NotSignedIn) and wants_page():
        onward = request.full_path.rstrip("?")
        return redirect("/sign-in?" + urlencode({"next": onward}))  # type: ignore[return-value]
    answer = answer_problem(status_of(error), error.message, error.hint, **error.details)
    if isinstance(error, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if answer.status_code == 503:
        answer.headers["Retry-After"] = RETRY_AFTER
    return answer


@BLUEPRINT.app_errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> Response:
    """Answer what the framework refused, keeping its headers (such as Allow)."""
    status = error.code or 500
    if status < 400:
        return Response(error.get_response().response, status, error.get_headers())
    message = MESSAGES.get(status, REFUSED)
    answer = answer_problem(status, message, NO_PAGE.hint if status == 404 else None)
    for name, value in error.get_headers():
        if name != "Content-Type":
            answer.headers[name] = value
    return answer


@BLUEPRINT.app_errorhandler(psycopg2.DataError)
def answer_data_error(error: psycopg2.DataError) -> Response:
    """Answer a value that passed the checks but not the database; logged, to add the check."""
    current_app.logger.warning("refused by the database: %r: %s", request.full_path, error)
    return answer_user_error(UNSTORABLE)


@BLUEPRINT.app_errorhandler(Exception)
def answer_unknown_error(error: Exception) -> Response:
    """Answer an exception that nobody foresaw, without a word of its text."""
    log_id = secrets.token_hex(6)
    current_app.logger.error("unexpected error %s at %r", log_id, request.path, exc_info=error)
    return answer_problem(500, UNKNOWN.format(log_id=log_id), log_id=log_id)
