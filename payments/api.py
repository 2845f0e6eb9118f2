"""The service as a Starlette app, made of the table of operations. Its routes can be mounted in another app."""

from __future__ import annotations

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payments.edge import Endpoint
from payments.handlers import Handlers
from payments.openapi import document
from payments.operations import by_path, operations

OPENAPI_PATH = "/payments/openapi.json"


def routes(handlers: Handlers, *, token: str) -> list[Route]:
    """Every route under /payments, the last of them for what is not there; each behind the bearer token."""
    table = operations(handlers)
    described = json.dumps(document(table)).encode()

    async def openapi(_: Request) -> Response:
        return Response(described, media_type="application/json")

    found = [
        Route(path, Endpoint(token, {method: o.handler for method, o in methods.items()}))
        for path, methods in by_path(table).items()
    ]
    found.append(Route(OPENAPI_PATH, Endpoint(token, {"GET": openapi})))
    found.append(Route("/payments/{rest:path}", Endpoint(token, {})))
    return found


def app(service_routes: list[Route], *, token: str) -> Starlette:
    """The service alone."""
    return Starlette(routes=[*service_routes, Route("/{rest:path}", Endpoint(token, {}))])
