"""Routes of jobs and trials: starting, watching and stopping a job, its result with figures and report; a design."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trimer.workbench import answers, drawing
from trimer.workbench.job_worker import FIGURES, KEEP
from trimer.workbench.jobs import Jobs

if TYPE_CHECKING:
    from trimer.study.trial.run import TrialResult

LARGEST = 20_000  # bytes of the settings of a job
AT_HAND = 4  # results that figures were drawn of lately
OF_FIT = {"twin": "twin", "walkers": "twin-walkers"}
"""Figures of a fit and the names of their files, which its process leaves."""


def routes(jobs: Jobs) -> list[Route]:
    """Return the routes of a session's jobs, and of designs of trials, to be mounted under ``/api``.

    ``GET /jobs`` answers ``{"jobs": [JOB]}``, the newest first; ``GET /jobs/{id}``, ``POST /jobs/{id}/cancel`` and
    ``/resume`` a JOB: ``id, kind, title, settings, created, state, stage, share, seconds, error``. ``POST /jobs`` takes
    ``kind`` and the settings beside it (:func:`trimer.workbench.job_settings.asked`) and answers ``{"id"}``. Figures
    take ``width`` (inches, ``column`` or ``page``) and their own options in the query; those of a fit are ``twin`` and
    ``walkers``. ``GET /trials/{name}`` is described at :mod:`trimer.workbench.trial_view`.
    """
    return [*_control(jobs), *_results(jobs), Route("/trials/{name}", _design)]


def _control(jobs: Jobs) -> list[Route]:
    """Return the routes that start, show, cancel and resume."""

    async def listed(_: Request) -> Response:
        return answers.answer({"jobs": jobs.list()})

    async def start(request: Request) -> Response:
        found = await answers.document(request, LARGEST)
        kind = answers.text(found, "kind")
        settings = {key: value for key, value in found.items() if key != "kind"}
        return answers.answer({"id": await answers.aside(jobs.start, kind, settings)})

    async def shown(request: Request) -> Response:
        return answers.answer(jobs.get(_name(request)))

    async def cancel(request: Request) -> Response:
        return answers.answer(await answers.aside(jobs.cancel, _name(request)))

    async def resume(request: Request) -> Response:
        return answers.answer(await answers.aside(jobs.resume, _name(request)))

    return [
        Route("/jobs", listed),
        Route("/jobs", start, methods=["POST"]),
        Route("/jobs/{id}", shown),
        Route("/jobs/{id}/cancel", cancel, methods=["POST"]),
        Route("/jobs/{id}/resume", resume, methods=["POST"]),
    ]


def _results(jobs: Jobs) -> list[Route]:
    """Return the routes of what came of a job that is done."""
    trial_of = lru_cache(maxsize=AT_HAND)(_trial)  # a job that is done stays as it is

    def trial_result(name: str) -> TrialResult:
        folder, job = jobs.finished(name)
        if job.kind != "trial":
            raise answers.NotFoundError("A fit has no such page. There are its figures and its result.")
        return trial_of(folder)

    def figure_of(name: str, kind: str, ending: str, query: dict[str, str]) -> bytes:
        folder, job = jobs.finished(name)
        if job.kind == "fit":
            return _stored(folder, kind, ending)
        from trimer.report.plots import base

        drawing.check("trial", kind, ending)
        width, options = base.read_width(query.pop("width", "page")), base.read_options(kind, query)
        return drawing.drawn(kind, ending, trial_result(name), width, **options)

    def report_of(name: str) -> str:
        from trimer.report.trial_page import render

        return render(trial_result(name))

    async def result(request: Request) -> Response:
        return answers.answer(await answers.aside(jobs.result, _name(request)))

    async def result_file(request: Request) -> Response:
        found = await answers.aside(jobs.result, _name(request))
        return answers.attachment(answers.written(found), f"{found.get('trial') or found['case']}.json", answers.JSON)

    async def report(request: Request) -> Response:
        page = await answers.draw(report_of, _name(request))
        name = jobs.get(_name(request))["settings"]["trial"]
        return answers.attachment(page, f"{name}.html", "text/html")

    async def figure(request: Request) -> Response:
        kind, ending = request.path_params["kind"], request.path_params["ending"]
        drawn = await answers.draw(figure_of, _name(request), kind, ending, dict(request.query_params))
        return Response(drawn, media_type=drawing.MEDIA[ending])

    return [
        Route("/jobs/{id}/result", result),
        Route("/jobs/{id}/result.json", result_file),
        Route("/jobs/{id}/report.html", report),
        Route("/jobs/{id}/figure/{kind}.{ending}", figure),
    ]


async def _design(request: Request) -> Response:
    def view(name: str) -> dict[str, Any]:
        from trimer.workbench.trial_view import trial_view

        return trial_view(name)

    return answers.answer(await answers.aside(view, request.path_params["name"]))


def _name(request: Request) -> str:
    return str(request.path_params["id"])


def _trial(folder: Path) -> TrialResult:
    from trimer.study.trial.kept import kept

    return kept(folder / KEEP)


# ---- figures


def _stored(folder: Path, kind: str, ending: str) -> bytes:
    """Return a figure of a fit, which its process drew."""
    drawing.check("fit", kind, ending, OF_FIT)
    try:
        return (folder / FIGURES / f"{OF_FIT[kind]}.{ending}").read_bytes()
    except OSError:
        raise answers.NotFoundError(f"This fit has no figure {kind!r}.") from None
