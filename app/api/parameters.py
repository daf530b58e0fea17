"""Parameters that several routes share.

What is asked for every request is `async`, though it waits for nothing: anything else FastAPI runs in a thread.
"""

import difflib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from app.api.answers import Refused
from app.api.service import Served
from app.catalog.search import SearchQuery
from app.catalog.where import Condition, conditions_of
from app.errors import UsageError
from app.model.kinds import Category
from app.model.times import parse_time

_VERDICTS = ("pass", "fail", "pending", "stale")
_HUGE = 1 << 62

#: Labels or ids of drives.
DriveLabels = Annotated[
    list[str], Query(description="Only this drive, by label or id; may be repeated.", default_factory=list)
]


async def _verdicts(
    verdict: Annotated[
        list[str], Query(description="Only pass, fail, pending or stale; may be repeated.", default_factory=list)
    ],
) -> tuple[str, ...]:
    return _words("verdict", verdict, _VERDICTS)


#: Words of verdicts.
Verdicts = Annotated[tuple[str, ...], Depends(_verdicts)]
#: One drive.
DriveLabel = Annotated[str, Query(description="The drive, by label or id.")]


@dataclass(frozen=True, slots=True)
class PageWish:
    """Which rows of an answer: `limit` at most, `offset` left out before them."""

    limit: int
    offset: int


async def _page(
    service: Served,
    limit: Annotated[
        int | None,
        Query(ge=0, description="Rows at most; 0 for as many as one answer holds. A higher one is lowered to that."),
    ] = None,
    offset: Annotated[int, Query(ge=0, description="Rows left out before the first.")] = 0,
) -> PageWish:
    most = service.settings.max_page_size
    wanted = min(service.settings.default_page_size, most) if limit is None else limit or most
    return PageWish(min(wanted, most), min(offset, _HUGE))


#: `limit` and `offset`, clamped.
Page = Annotated[PageWish, Depends(_page)]


async def _filters(
    *,
    q: Annotated[str, Query(max_length=4000, description="Words of the path below the drive's base.")] = "",
    category: Annotated[
        list[str], Query(description="Only image, video, audio, document, ...; may be repeated.", default_factory=list)
    ],
    ext: Annotated[list[str], Query(description="Only this extension; may be repeated.", default_factory=list)],
    min_size: Annotated[int | None, Query(ge=0, le=_HUGE, description="At least so many bytes.")] = None,
    max_size: Annotated[int | None, Query(ge=0, le=_HUGE, description="At most so many bytes.")] = None,
    since: Annotated[str | None, Query(description="Modified at this time (RFC 3339) or later.")] = None,
    verdict: Verdicts,
    where: Annotated[
        list[str],
        Query(
            description="On what was learnt: `attr:owner=ILM`, `width>=1920`; may be repeated.", default_factory=list
        ),
    ],
    as_of: Annotated[str | None, Query(description="As the last scan before this time left the drives.")] = None,
) -> SearchQuery:
    return SearchQuery(
        q,
        _words("category", category, tuple(kind.label for kind in Category)),
        tuple(ext),
        min_size,
        max_size,
        _time("since", since),
        verdict,
        as_of_us=_time("as_of", as_of),
        where=_conditions(where),
    )


#: What is searched for.
Filters = Annotated[SearchQuery, Depends(_filters)]


#: Names by route: a path has one for each of its methods.
_KNOWN: dict[tuple[str, frozenset[str]], set[str]] = {}


async def refuse_unknown(request: Request) -> None:
    """Refuse a parameter that the route does not know: a filter spelled wrongly would be no filter at all."""
    route = request.scope["route"]
    key = route.path, frozenset(route.methods)
    known = _KNOWN.get(key)
    if known is None:
        known = _KNOWN[key] = _names(route.dependant)
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "request.invalid",
                f"There is no parameter {name} here",
                f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(known)) or 'none'}.",
            )


def _names(dependant: Any) -> set[str]:
    found = {field.alias for field in dependant.query_params}
    return found.union(*(_names(below) for below in dependant.dependencies))


def _words(parameter: str, given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for word in given:
        if word.lower() not in known:
            raise UsageError(f"{parameter}: {word} is none of {', '.join(known)}")
    return tuple(word.lower() for word in given)


def _conditions(texts: list[str]) -> tuple[Condition, ...]:
    try:
        return conditions_of(texts)
    except UsageError as error:
        raise UsageError(f"where: {error.message}", hint=error.hint) from None


def _time(parameter: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except (ValueError, OverflowError):
        raise UsageError(f"{parameter}: {text} is no time", hint="Write 2026-11-20 or 2026-11-20T10:00:00Z.") from None
