"""Requests that bring files: written to the folder of uploads while they arrive, never to memory.

A request is parsed when its form is first asked for, which may be by the gate; so what may be sent,
and by whom, is decided here and not in the handler.
"""

from __future__ import annotations

from typing import IO, Any, cast

import flask
from flask import Blueprint, request

from gisapp.imports.rights import require_importer
from gisapp.imports.uploads import Incoming, Sent, clean_name, require_room, too_large
from gisapp.web.context import caller, services
from gisapp.web.gate import PUBLIC

BLUEPRINT = Blueprint("receiving", __name__)
RECEIVING = frozenset({"api_imports.create_import", "import_pages.create_import"})
URLENCODED = "application/x-www-form-urlencoded"
# A form of this kind is taken apart as a whole, in as many parts as were sent: ten megabytes of
# them kept a process busy for seconds, before it was known who sent them.
LARGEST_FORM = 1 << 20  # bytes
LARGEST_FOR_ALL = 1 << 16  # bytes, of what everybody may send
FORM_BYTES = 1 << 20  # of a form beside its files


class Request(flask.Request):
    """A request; one to an endpoint of ``RECEIVING`` may bring files."""

    incoming: list[Incoming]

    @property
    def max_content_length(self) -> int | None:
        """Return how many bytes the request may have: more where files are received.

        Few of whoever is not known, and few that are one form without files. Raises TooLarge, with
        the limit, for files that say beforehand that they have more.
        """
        if self.endpoint in PUBLIC:
            return LARGEST_FOR_ALL
        if self.mimetype == URLENCODED:
            return LARGEST_FORM
        if self.endpoint in RECEIVING:
            largest = services().settings.uploads.largest_mb
            most = (largest << 20) + FORM_BYTES
            if (self.content_length or 0) > most:
                raise too_large(largest)
            return most
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.endpoint not in RECEIVING:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        require_importer(caller())
        settings = services().settings.uploads
        require_room(settings.folder, total_content_length, settings.largest_mb)
        begun = Incoming(settings.folder)
        self.incoming = [*getattr(self, "incoming", ()), begun]
        return cast(IO[bytes], begun)


def sent_files() -> list[Sent]:
    """Return the files that the request brings; a form's empty place for one is none."""
    return [
        Sent(clean_name(one.filename), cast(Any, one.stream))
        for name in request.files
        for one in request.files.getlist(name)
        if one.filename
    ]


@BLUEPRINT.teardown_app_request
def forget_files(_error: BaseException | None) -> None:
    """Forget received files that were not kept."""
    for one in getattr(request, "incoming", ()):
        one.close()
