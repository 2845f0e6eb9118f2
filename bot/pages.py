"""The pages that texts point to: the terms and conditions, where a company has no page of its own."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.context import Company


def terms_route(company: Company, *, version: str) -> Route:
    """`GET /terms`: the terms that a confirmation refers to, in their current version."""
    page = Template((files("bot") / "texts" / "terms_en.html").read_text("utf-8"))
    names = {"company": escape(company.name), "support": escape(company.support), "version": escape(version)}
    body = page.substitute(names)

    async def terms(_request: Request) -> Response:
        return HTMLResponse(body, headers={"Cache-Control": "max-age=300"})

    return Route("/terms", terms, methods=["GET"])
