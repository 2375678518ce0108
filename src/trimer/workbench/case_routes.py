"""Routes of cases: the page's document, uploading, the file itself, the replay's report, and figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trimer.workbench import answers, drawing
from trimer.workbench.case_view import CRS, RESPONSE
from trimer.workbench.cases import Cases, InvalidCaseError, shown_name

Handler = Callable[[Request], Awaitable[Response]]


def routes(cases: Cases) -> list[Route]:
    """Return the routes of a session's cases, to be mounted under ``/api``."""

    async def shown(request: Request) -> Response:
        response, crs = _asked(request, "response", RESPONSE), _asked(request, "crs", CRS)
        return answers.answer(await answers.aside(cases.page, _address(request), response, crs))

    async def upload(request: Request) -> Response:
        found = await answers.document(request)
        answers.known(found, "name", "text")
        name, text = answers.text(found, "name", "case.yaml"), answers.text(found, "text", longest=answers.LARGEST)
        try:
            address = await answers.aside(cases.add, name, text)
        except InvalidCaseError as fault:
            return _invalid(fault)
        case = await answers.aside(cases.get, address)
        return answers.answer({"id": address, "title": case.title, "name": shown_name(name)})

    async def file(request: Request) -> Response:
        address = _address(request)
        text = await answers.aside(cases.text, address)
        return answers.attachment(text, f"{address}.yaml", "application/yaml")

    async def report(request: Request) -> Response:
        address = _address(request)
        place = await answers.aside(cases.place, address)
        found, check = [await answers.patiently(_source, kind, place, request=request) for kind in ("course", "vpc")]
        return answers.attachment(await answers.draw(_page, found, check), f"{address}.html", "text/html")

    async def figure(request: Request) -> Response:
        address, kind, ending = _address(request), request.path_params["kind"], request.path_params["ending"]
        width = await answers.aside(_checked, kind, ending, request.query_params.get("width") or "page")
        place = await answers.aside(cases.place, address)
        found = await answers.patiently(_source, "vpc" if kind == "vpc" else "course", place, request=request)
        drawn = await answers.draw(drawing.drawn, kind, ending, found, width)
        return Response(drawn, media_type=drawing.MEDIA[ending])

    return [
        Route("/cases", upload, methods=["POST"]),
        Route("/cases/{id}", shown),
        Route("/cases/{id}/case.yaml", file),
        Route("/cases/{id}/report.html", report),
        Route("/cases/{id}/figure/{kind}.{ending}", figure),
    ]


def _address(request: Request) -> str:
    return str(request.path_params["id"])


def _asked(request: Request, key: str, default: str) -> str:
    return answers.text(dict(request.query_params), key, default)


def _invalid(fault: InvalidCaseError) -> Response:
    """Return everything that is wrong with an uploaded case, each beside its field."""
    parts = {key: getattr(fault, key) for key in ("where", "found", "expected", "hint")}
    return answers.answer({"error": parts | {"text": str(fault)}, "problems": fault.listed()}, 400)


@lru_cache(maxsize=4)
def _source(kind: str, place: str | Path) -> Any:
    """Return the check (``vpc``) or the replay (``course``) of a case.

    A few seconds; a minute where the fit of a replay is not kept on disk.
    """
    from trimer.report.plots.sources import of_case

    return of_case(kind, place, threads=1)  # the live course needs the other cores


def _page(found: Any, check: Any) -> str:
    from trimer.report import html

    return html.render(found, check)


def _checked(kind: str, ending: str, width: str) -> float:
    """Return the width (inch) of a figure that there is; raises as :func:`trimer.workbench.drawing.check`."""
    from trimer.report.plots import base

    drawing.check("case", kind, ending)
    return base.read_width(width)
