"""The service's OpenAPI 3.1, generated from the table of operations and the wire models."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from payments import errors as e
from payments.contract import Problem
from payments.edge import PROBLEM_JSON
from payments.operations import Operation, by_path
from payments.parameters import KEY_PATTERN

ALWAYS: tuple[type[e.PaymentError], ...] = (e.Unauthorized, e.Unavailable)
WITH_BODY: tuple[type[e.PaymentError], ...] = (e.NotJson, e.TooLarge, e.WrongContentType, e.Malformed)
NO_NUL = r"^[^\u0000]*$"
VISIBLE = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
"""Text of which something is left when it is stripped."""
Json = dict[str, Any]


def document(operations: Sequence[Operation]) -> Json:
    """The whole document, ready for JSON."""
    schemas, refs = _schemas(operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Paybot payment service",
            "version": "1",
            "description": "Money is a decimal string in the account's currency; times are RFC 3339 in UTC.",
        },
        "security": [{"bearer": []}],
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            path: {method.lower(): _operation(o, refs) for method, o in methods.items()}
            for path, methods in by_path(operations).items()
        },
    }


Refs = dict[tuple[type[BaseModel], JsonSchemaMode], Json]


def _schemas(operations: Sequence[Operation]) -> tuple[Json, Refs]:
    sent: dict[type[BaseModel], None] = {o.body: None for o in operations if o.body is not None}
    given: dict[type[BaseModel], None] = {Problem: None}
    given |= {model: None for o in operations for model in o.answers.values() if model is not None}
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "validation") for model in sent), *((model, "serialization") for model in given),
    ]  # fmt: skip
    template = "#/components/schemas/{model}"
    made_refs, made = models_json_schema(wanted, ref_template=template)
    refs: Refs = {(model, mode): ref for (model, mode), ref in made_refs.items() if issubclass(model, BaseModel)}
    schemas: Json = made["$defs"]
    for name in _reached(schemas, [ref for (_, mode), ref in refs.items() if mode == "validation"]):
        _tighten(schemas[name])
    return schemas, refs


def _reached(schemas: Json, refs: Sequence[Json]) -> set[str]:
    """The names of the schemas that requests are made of."""
    found: set[str] = set()
    todo: list[Any] = list(refs)
    while todo:
        match todo.pop():
            case {"$ref": str(ref)} if (name := ref.rpartition("/")[2]) not in found:
                found.add(name)
                todo.append(schemas[name])
            case dict() as other:
                todo.extend(other.values())
            case list() as items:
                todo.extend(items)
    return found


def _tighten(schema: Any) -> None:
    """Says of request texts what is true of all: no NUL; and, where something must be left of it, a visible part."""
    match schema:
        case {"type": "string"} if not schema.keys() & {"pattern", "enum", "const", "format"}:
            schema["pattern"] = VISIBLE if schema.get("minLength") else NO_NUL
        case dict():
            for inner in schema.values():
                _tighten(inner)
        case list():
            for inner in schema:
                _tighten(inner)


def _operation(o: Operation, refs: Refs) -> Json:
    made: Json = {
        "operationId": o.handler.__name__,
        "summary": o.summary,
        "parameters": [*_path_parameters(o), *_query_parameters(o), *_header_parameters(o)],
        "responses": _responses(o, refs),
    }
    if o.body is not None:
        media: Json = {"schema": refs[o.body, "validation"]}
        if o.example is not None:
            media["example"] = o.example
        made["requestBody"] = {"required": True, "content": {"application/json": media}}
    return made


def _responses(o: Operation, refs: Refs) -> Json:
    found: Json = {}
    for status, model in o.answers.items():
        found[str(status)] = {"description": HTTPStatus(status).phrase}
        if model is not None:
            found[str(status)]["content"] = {"application/json": {"schema": refs[model, "serialization"]}}
    refusals = {*ALWAYS, *o.refusals, *(WITH_BODY if o.body is not None else ())}
    for status in sorted({r.status for r in refusals}):
        codes = sorted({r.code for r in refusals if r.status == status})
        problem: Json = {"schema": refs[Problem, "serialization"]}
        found[str(status)] = {"description": "code: " + ", ".join(codes), "content": {PROBLEM_JSON: problem}}
        if status == e.Unauthorized.status:
            found[str(status)]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return found


def _path_parameters(o: Operation) -> list[Json]:
    names = [part[1:-1] for part in o.path.split("/") if part.startswith("{")]
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query_parameters(o: Operation) -> list[Json]:
    if o.query is None:
        return []
    found = []
    for name, schema in o.query.model_json_schema()["properties"].items():
        described = schema.pop("description", "")
        plain = {k: v for k, v in schema.items() if k not in ("default", "title", "anyOf")}
        plain |= next((kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"), {})
        found.append({"name": name, "in": "query", "required": False, "description": described, "schema": plain})
    return found


def _header_parameters(o: Operation) -> list[Json]:
    found = []
    if o.key:
        schema = {"type": "string", "pattern": KEY_PATTERN, "minLength": 1, "maxLength": 200}
        found.append(_header("Idempotency-Key", schema, required=o.key == "required"))
    if o.acts:
        for field in ("Who", "Channel", "Message", "Words"):
            schema = {"type": "string", "description": "Percent-encoded UTF-8; recorded with the change."}
            found.append(_header(f"Paybot-{field}", schema, required=False))
    return found


def _header(name: str, schema: Json, *, required: bool) -> Json:
    return {"name": name, "in": "header", "required": required, "schema": schema}
