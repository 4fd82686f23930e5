from __future__ import annotations

from importlib.resources import files

import jsonschema
import msgspec

from scanai.inspect.report import schema


def published() -> dict[str, object]:
    text = files("scanai.inspect").joinpath("data/report.schema.json").read_text("utf-8")
    return msgspec.json.decode(text)


def test_the_published_schema_is_that_of_the_code() -> None:
    generated = msgspec.json.decode(msgspec.json.encode(schema()))
    assert published() == generated, "see the last lines of report.py"


def test_the_published_schema_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(published())
