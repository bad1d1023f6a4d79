"""Who asks: an account with its role, its area scope and what its credential allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gisapp.access.scope import EVERYTHING, Scope
from gisapp.errors import Forbidden
from layers.spec import Action, Layer, Role, Text

Credential = Literal["session", "token", "system"]
READING: tuple[Action, ...] = ("read", "history", "export")


@dataclass(frozen=True)
class Caller:
    """Whoever a request or a command acts for.

    ``account`` is the account's number, None for the command line and the server itself.
    ``read_only`` is set by a token that was made for reading. ``proof`` is what a form has to
    repeat (against forged requests); empty for tokens, which a browser never sends by itself.
    """

    account: int | None
    name: str
    role: Role
    scope: Scope
    credential: Credential = "session"
    read_only: bool = False
    proof: str = ""
    language: str = ""

    def may(self, action: Action, layer: Layer) -> bool:
        """Tell whether the caller may do ``action`` on rows of ``layer`` inside the scope."""
        if self.read_only and action not in READING:
            return False
        return layer.access.allows(self.role, action)

    def require(self, action: Action, layer: Layer) -> None:
        """Raise Forbidden unless the caller may do ``action`` on rows of ``layer``."""
        if not self.may(action, layer):
            raise Forbidden(
                Text(
                    f"当前账号无权对图层“{layer.label.zh}”执行此操作。",
                    f"This account may not do this with the layer “{layer.label.en}”.",
                ),
                Text("如有需要，请联系管理员。", "Ask an administrator if you need to."),
            )

    @property
    def oversees(self) -> bool:
        """Tell whether the caller may know of everybody's acts, whatever the area."""
        return self.administers and self.scope.prefixes is None

    @property
    def administers(self) -> bool:
        """Tell whether the caller may manage accounts, jobs and the audit trail."""
        return self.role == "administrator"


SYSTEM = Caller(None, "gisapp", "administrator", EVERYTHING, "system")
