"""The figures for programs: GET /api/v1/overview/ with `hall`, `period`, `since`, `until`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import current_app, jsonify, request
from flask_appbuilder.api import BaseApi, expose, permission_name, protect, safe

from app.core import clock, scope
from app.core.crud.present import local
from app.core.problems import Problems
from app.overview.asking import asked
from app.overview.queries import counted
from app.overview.rules import Facet, Figures

if TYPE_CHECKING:
    from flask import Response


class OverviewApi(Problems, BaseApi):
    """The figures of halls over a period."""

    resource_name = "overview"
    class_permission_name = "overview"
    base_permissions = ["can_get"]

    @expose("/", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    def figures(self) -> Response:
        """Return the figures together, by hall, month and each facet."""
        now = clock.now()
        today = local(now, current_app.config["TIMEZONE"]).date()
        wanted = asked(request.args, scope.current(), today)
        found = counted(wanted.place.ids, wanted.period, now)
        codes = {hall.id: hall.code for hall in wanted.place.halls}
        return jsonify(
            {
                "halls": sorted(codes.values()),
                "since": f"{wanted.period.since}",
                "until": f"{wanted.period.until}",
                "as_of": now.isoformat(),
                "waiting": found.waiting,
                "all": told(found.all),
                "by_hall": {codes[hall]: told(it) for hall, it in found.halls.items()},
                "by_month": {f"{month:%Y-%m}": told(it) for month, it in found.months.items()},
                **{
                    f"by_{facet.value}": {value: told(it) for value, it in by.items()}
                    for facet, by in found.values.items()
                    if facet is not Facet.ALL
                },
            }
        )


def told(figures: Figures) -> dict[str, Any]:
    """Return figures as JSON: the counts, and the rates where there are enough cases for one."""
    counts = asdict(figures)
    seconds, days = counts.pop("seconds"), counts.pop("days")
    return {
        **counts,
        "working_seconds": seconds,
        "working_days": days / 1000,
        "in_time_rate": figures.in_time_rate,
        "satisfaction_rate": figures.satisfaction,
        "average_working_days": figures.average_days,
    }
