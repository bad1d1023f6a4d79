"""The gate: nothing is answered before it is known who asks.

Every request passes it, whatever its address, known or not. What everybody may ask for is listed
here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from flask import Blueprint, Response, g, redirect, request

from gisapp.access.caller import Caller
from gisapp.access.identity import Identities, Known
from gisapp.access.scope import NOTHING
from gisapp.access.sessions import touch_session, use_token
from gisapp.database.engine import Reader
from gisapp.database.state import State, read_state
from gisapp.errors import Forbidden, NotSignedIn
from gisapp.web.context import Services, known_caller, services
from gisapp.web.i18n import language
from layers.spec import Role, Text

BLUEPRINT = Blueprint("gate", __name__)
STATE = "gisapp.state"  # in the environ: what `plain_answers` has read already
FAULT = "gisapp.fault"  # in the environ: why it could not answer
HOSTS = "gisapp.hosts"  # among the extensions: the only names that hosts of requests may have


@dataclass(frozen=True)
class Step:
    """What an account has to do first: on which page, and the endpoints it may use for it."""

    page: str
    why: Forbidden
    allowed: frozenset[str]


# Endpoints that everybody may ask: the sign-in, the health check and our own static files.
PUBLIC = frozenset(
    {
        "assets.give_asset",
        "health.show_health",
        "open_id.finish",
        "open_id.start",
        "sign_in.send_code",
        "sign_in.show_code",
        "sign_in.show_sign_in",
        "sign_in.sign_in",
        "static",
    }
)
# What an account may do before it has chosen a password of its own.
BEFORE_PASSWORD = frozenset({"account.show_account", "account.change_password", "sign_in.sign_out"})
# And before it has the second factor that it must have.
BEFORE_FACTOR = BEFORE_PASSWORD | {
    "second_factor.begin_set_up",
    "second_factor.confirm",
    "second_factor.give_picture",
    "second_factor.show_factor",
}
CHANGE_FIRST = Step(
    "/account",
    Forbidden(Text("请先修改初始口令。", "Choose a password of your own first.")),
    BEFORE_PASSWORD,
)
SET_UP_FIRST = Step(
    "/account/factor",
    Forbidden(Text("请先设置二次验证。", "Set up the second factor first.")),
    BEFORE_FACTOR,
)
# What an open page asks by itself: a session is not in use because a map is left open.
PASSIVE = frozenset({"live.follow_changes", "live.tell_state"})
SAFE = ("GET", "HEAD", "OPTIONS")
COOKIE = "gisapp_session"
SIGN_IN = Text("请先登录。", "Please sign in.")
SIGN_IN_HINT = Text(
    "网页请登录；程序请用 Authorization: Bearer 令牌。",
    "On a page, sign in; a program sends Authorization: Bearer and its token.",
)
ROLE_LABELS: dict[Role, Text] = {
    "viewer": Text("查看者", "Viewer"),
    "inspector": Text("检查员", "Inspector"),
    "planner": Text("规划员", "Planner"),
    "leader": Text("领导", "Leader"),
    "administrator": Text("管理员", "Administrator"),
}
FOREIGN = Forbidden(
    Text("这个请求不是从本站页面发出的。", "This request does not come from a page of ours."),
    Text("请刷新页面后重试。", "Load the page again and repeat."),
)


@BLUEPRINT.before_app_request
def admit() -> Response | None:
    """Find out who asks; refuse whoever is not known.

    What went wrong in front of Flask is raised here: it is known by now to whom it is told.
    """
    endpoint, safe = request.endpoint, request.method in SAFE
    if not safe:
        require_own_origin()
    if endpoint in PUBLIC:
        return None
    held = services()
    known = find_caller(held)
    if known is None:
        raise NotSignedIn(SIGN_IN, SIGN_IN_HINT)
    g.caller = known.caller
    step = first_step(known, held.settings.access.second_factor)
    if step and endpoint not in step.allowed:
        return lead_to(step.page, step.why)
    if not safe and known.caller.credential == "session":
        require_proof(known.caller.proof)
    if FAULT in request.environ:
        raise request.environ[FAULT]
    return None


def first_step(known: Known, wanted: str) -> Step | None:
    """Return what a caller has to do before anything else; ``wanted`` has a second factor."""
    if known.must_change:
        return CHANGE_FIRST
    if known.has_factor or not needs_factor(known.caller, wanted):
        return None
    return SET_UP_FIRST


def needs_factor(caller: Caller, wanted: str) -> bool:
    """Tell whether a browser's caller must have a second factor, as the setting ``wanted`` asks."""
    if caller.credential != "session":
        return False
    return wanted == "everybody" or (wanted == "administrators" and caller.administers)


def lead_to(page: str, why: Forbidden) -> Response:
    """Lead a person to ``page``. Raises ``why`` for scripts and programs."""
    if not wants_page():
        raise why
    return redirect(page)  # type: ignore[return-value]  # werkzeug's Response


def find_caller(held: Services) -> Known | None:
    """Return whose token or cookie the request carries, or None.

    A request with a token is judged by it alone: a wrong one is not made up for by a cookie.
    """
    token = request_token()
    cookie = "" if token else request.cookies.get(COOKIE, "")
    if not token and not cookie:
        return None
    passive = request.endpoint in PASSIVE
    with held.database.read(NOTHING) as reader:
        g.state = state = request.environ.get(STATE) or read_state(reader)
        known = look_up(held.identities, reader, state, token, cookie, passive=passive)
    if known and known.fresh:
        with held.database.write() as connection:
            if token:
                use_token(connection, token)
            else:
                touch_session(connection, cookie)
    return known


def look_up(
    identities: Identities, reader: Reader, state: State, token: str, cookie: str, *, passive: bool
) -> Known | None:
    """Return whose token it is or, without one, whose session, as of ``state``; None: nobody's."""
    if token:
        return identities.of_token(reader, state.access, token, passive=passive)
    return identities.of_session(reader, state.access, cookie, passive=passive)


def request_token() -> str:
    """Return the token that the request sends: Bearer, or the password of Basic; "" without any.

    A header that holds none, or cannot be read, counts as a wrong token.
    """
    if not request.headers.get("Authorization"):
        return ""
    sent = request.authorization
    token = sent and (sent.token if sent.type == "bearer" else sent.password)
    return token or "-"


def require_own_origin() -> None:
    """Raise Forbidden when a browser says that another site's page sends this."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise FOREIGN
    if site is not None and site not in ("same-origin", "none"):
        raise FOREIGN


def require_proof(proof: str) -> None:
    """Raise Forbidden unless the request repeats its session's proof, which only our pages know."""
    sent = request.headers.get("X-Proof") or request.form.get("proof") or ""
    if not compare_digest(sent.encode(), proof.encode()):
        raise FOREIGN


def wants_page() -> bool:
    """Tell whether a person's browser asks for a page, and not a script or a program."""
    if request.method not in SAFE or request.path.startswith("/api"):
        return False
    return "text/html" in request.headers.get("Accept", "")


@BLUEPRINT.after_app_request
def keep_private(answer: Response) -> Response:
    """Keep answers to a known caller out of shared caches."""
    if known_caller() is not None:
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        answer.headers.add("Vary", "Cookie, Authorization")
    return answer


@BLUEPRINT.app_context_processor
def template_names() -> dict[str, object]:
    """Give every template who is signed in."""
    return {"caller": known_caller(), "role_label": role_label}


def role_label(role: Role) -> str:
    """Return what a role is called in the language of the page."""
    return ROLE_LABELS[role].say(language())
