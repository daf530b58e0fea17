"""The child's side of making pictures: what lies only in the cloud is not fetched for one."""

import os
from typing import Any

from app.errors import MediaError
from app.files.placeholders import HAS_PLACEHOLDERS, is_placeholder
from app.jobs.framing import Send
from app.media import thumbnails


def serve(request: dict[str, Any], send: Send) -> None:
    """As `app.media.thumbnails.serve`, for files that are really there.

    Raises:
        MediaError: there is no picture of it, and why.
    """
    if HAS_PLACEHOLDERS:
        try:
            only_in_cloud = is_placeholder(os.stat(request["path"]))  # noqa: PTH116 - may be no valid text
        except OSError as error:
            raise MediaError(f"it cannot be read: {error.strerror or error}", code="media.unreadable") from error
        if only_in_cloud:
            raise MediaError("it is only in the cloud", code="media.placeholder")
    thumbnails.serve(request, send)
