"""Pages of benchmarks: the templates in templates/, all text in them escaped."""

from __future__ import annotations

import jinja2

from scanai.train.figure_words import words_of


def page_template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("scanai.train"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["words"] = words_of
    environment.filters["percent"] = lambda share: f"{100 * share:.1f} %"
    return environment.get_template(name)
