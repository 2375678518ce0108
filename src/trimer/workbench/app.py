"""The web application: routes, what they answer with when something is at fault, and what is kept while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from trimer.errors import InputError, TrimerError
from trimer.study.outcome_values import Judging
from trimer.study.outcomes import Outcomes
from trimer.study.scenario import Scenario
from trimer.study.trial.treat import Treated
from trimer.workbench import answers, case_routes, job_routes, verdicts
from trimer.workbench.asked import asked, plan_for
from trimer.workbench.cases import Cases
from trimer.workbench.evidence import evidence
from trimer.workbench.guard import Door, Guard
from trimer.workbench.jobs import Jobs
from trimer.workbench.library_view import library_view
from trimer.workbench.live import SCALE, course, table
from trimer.workbench.schedule import file_of

ASSETS = Path(__file__).parent / "assets"
KEPT = 64  # answers of the live course remembered, some 40 kB each
Handler = Callable[[Request], Awaitable[Response]]


def application(folder: str | Path, door: Door | None = None) -> Starlette:
    """Return the application.

    Parameters
    ----------
    folder : path
        Where jobs and uploaded cases are kept; made when it is not there.
    door : Door, optional
        Who is let in; default: this machine, by its loopback names.
    """
    place = Path(folder)
    cases = Cases(place / "cases")
    jobs = Jobs(place / "jobs", case_text=cases.text)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        warm = asyncio.ensure_future(answers.work(_warm))
        yield
        warm.cancel()
        await asyncio.get_running_loop().run_in_executor(None, jobs.close)

    api = [
        Route("/library", _library),
        Route("/course", _course, methods=["POST"]),
        Route("/course.csv", _course_csv, methods=["POST"]),
        Route("/outcomes", _outcomes, methods=["POST"]),
        Route("/protocol.toml", _protocol, methods=["POST"]),
        Route("/evidence", _evidence),
        *case_routes.routes(cases),
        *job_routes.routes(jobs),
    ]
    return Starlette(
        routes=[
            Route("/", _page),
            Mount("/api", routes=api),
            Mount("/assets", StaticFiles(directory=ASSETS)),
        ],
        middleware=[
            Middleware(Guard, door=door or Door()),
            Middleware(GZipMiddleware, minimum_size=2000, compresslevel=5),
        ],
        exception_handlers={
            TrimerError: _at_fault,
            answers.GoneError: _gone,
            HTTPException: _no_route,
        },
        lifespan=lifespan,
    )


def _warm() -> None:
    """Do once what the first course would wait for: the shipped twin, its plan, the kernel."""
    body = {"subjects": {"kind": "twin", "case": "linder2016", "at": ""}, "plan": "blinatumomab_label_astct_2019"}
    course(asked(body, _version()))


@lru_cache(maxsize=1)
def _version() -> str:
    return version("trimer")


# ---- routes


async def _page(_: Request) -> Response:
    return FileResponse(ASSETS / "index.html", media_type="text/html")


async def _library(_: Request) -> Response:
    return answers.answer(await answers.aside(library_view, _version()))


async def _evidence(_: Request) -> Response:
    return answers.answer(await answers.aside(evidence))


async def _course(request: Request) -> Response:
    return Response(await _bands(request), media_type=answers.JSON)


async def _course_csv(request: Request) -> Response:
    found = await answers.document(request, answers.SMALL)
    drawn = await answers.work(_drawn, found, request=request)
    return answers.attachment(table(drawn), "course.csv", "text/csv")


async def _bands(request: Request) -> bytes:
    """Return the live course as JSON; what was asked before is remembered."""
    found = await answers.document(request, answers.SMALL)
    return await answers.work(_remembered, answers.written(found), request=request)


@lru_cache(maxsize=KEPT)
def _remembered(found: bytes) -> bytes:
    import json

    return answers.written(_drawn(json.loads(found)))


def _drawn(found: dict[str, Any]) -> dict[str, Any]:
    return course(asked(found, _version()), answers.text(found, "crs", SCALE))


async def _outcomes(request: Request) -> Response:
    """Answer with verdicts; a group of subjects at a time, so that a slider that moves meanwhile takes its turn."""
    found = await answers.document(request, answers.SMALL)
    scale = answers.text(found, "crs", verdicts.SCALE)
    response, against = answers.text(found, "response", verdicts.RESPONSE), found.get("against", False)
    question = await answers.work(asked, found, _version(), verdicts.DAYS, request=request)
    by = Judging(question.days, scale, response)
    plans = [question.plan]
    if against is not False:
        plans.append(await answers.work(plan_for, question.subjects, against))
    made = []
    for plan in plans:
        parts = []
        for some in verdicts.pieces(question):
            parts.append(await answers.work(verdicts.followed, some, plan, question.days, request=request))
        made.append(await answers.aside(_judged, parts, plan, by))
    pinned = made[1] if len(made) > 1 else None
    return answers.answer(await answers.aside(verdicts.document, question, by, made[0], pinned))


def _judged(parts: Sequence[Treated], plan: Scenario, by: Judging) -> Outcomes:
    return verdicts.judged_by(Treated.joined(parts), plan, by)


async def _protocol(request: Request) -> Response:
    found = await answers.document(request, answers.SMALL)
    answers.known(found, "plan")
    name, text = await answers.aside(file_of, found.get("plan"))
    return answers.attachment(text, name, "application/toml")


# ---- faults


def fault(text: str, status: int, error: TrimerError | None = None) -> Response:
    """Return what a request that cannot be answered is told; the one shape of every fault."""
    parts = {key: getattr(error, key, "") for key in ("where", "found", "expected", "hint")}
    return answers.answer({"error": {**parts, "text": text}}, status)


async def _at_fault(_: Request, error: Exception) -> Response:
    if isinstance(error, answers.NotFoundError):
        return fault(str(error), 404)
    if isinstance(error, answers.TooLargeError):
        return fault(str(error), 413)
    if isinstance(error, answers.BusyError):
        return fault(str(error), 429)
    known = error if isinstance(error, InputError) else None
    return fault(str(error), 400, known)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it


async def _no_route(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    said = {404: "There is nothing here.", 405: "This cannot be done here."}
    return fault(said.get(status, "Refused."), status)
