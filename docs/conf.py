"""Build the docs: MyST pages, run at build time; an error or a warning in any page stops the build."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Trimer"
author = "The Trimer contributors"
project_copyright = "2026, the Trimer contributors"
version = release = installed("trimer")
language = "en_GB"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "generated", "mathtext"]
exclude_patterns = ["_build", "README.md", "jupyter_execute"]
templates_path: list[str] = []
html_math_renderer = "mathtext"  # drawn here: a page must be readable without a network
html_theme = "pydata_sphinx_theme"
html_title = "Trimer"
html_static_path = ["_static"]
html_css_files = ["trimer.css"]
WIDE = (
    "index",
    "tutorials/replay",
    "tutorials/judge",
    "tutorials/simulate",
    "tutorials/trial",
    "validation",
    "validation_trials",
    "performance",
    "limits",
)
html_sidebars = {page: [] for page in WIDE}
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "Trimer"},
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "announcement": "Research software. Never advice for a patient.",
}

# Pages are executed at every build (no cache: a page that no longer runs must not look well), offline.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 240
nb_merge_streams = True
nb_render_markdown_format = "myst"  # tables that a page computes
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3

toc_object_entries = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True, "show-inheritance": False}
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_ivar = True
suppress_warnings = [
    "config.cache"
]  # napoleon and myst-nb keep functions in the configuration; nothing is cached on purpose
