"""The rules of the house, as tests: what the import contracts and the linter do not say."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import trimer

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "trimer"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
LIBRARY = PACKAGE / "library"

MODULE_LINES = 500
FUNCTION_LINES = 60
EQUATION_LINES = 100  # one function holds one model's equations; splitting them would hide them
HEAVY = (
    "arviz_stats",
    "emcee",
    "pymoo",
    "numpy",
    "scipy",
    "sympy",
    "numba",
    "llvmlite",
    "libsbml",
    "pint",
    "pydantic",
    "matplotlib",
    "duckdb",
    "fhir",
    "petab",
    "spacy",
    "rich",
    "jinja2",
    "yaml",
    "pandas",
    "lifelines",
    "pyarrow",
    "SALib",
    "distributed",
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_the_door_has_at_most_thirty_names_in_order_and_each_opens() -> None:
    assert list(trimer.__all__) == sorted(trimer.__all__)
    assert len(trimer.__all__) <= 30
    for name in trimer.__all__:
        assert getattr(trimer, name) is not None
    assert set(trimer.__all__) <= set(dir(trimer))


def test_the_door_says_what_it_does_not_have() -> None:
    with pytest.raises(AttributeError, match="no attribute 'blinatubam'"):
        trimer.blinatubam  # noqa: B018


def test_nobody_inside_imports_the_package_root() -> None:
    def roots(path: Path) -> Iterator[str]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import) and any(alias.name == "trimer" for alias in node.names):
                yield f"{name_of(path)}:{node.lineno}"
            if isinstance(node, ast.ImportFrom) and node.module == "trimer":
                yield f"{name_of(path)}:{node.lineno}"

    assert [hit for path in MODULES for hit in roots(path)] == []


def test_modules_are_short() -> None:
    read = [p for p in SOURCES if not p.stem.endswith("_sample")]  # a sample is data that happens to be Python
    lengths = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in read}
    assert {name: n for name, n in lengths.items() if n > MODULE_LINES} == {}


def own_length(node: ast.FunctionDef) -> int:
    """Return the lines of a function, without those of functions defined in it (they count for themselves)."""
    inner = [n for n in ast.walk(node) if isinstance(n, ast.FunctionDef) and n is not node]
    return (node.end_lineno or 0) - node.lineno + 1 - sum((n.end_lineno or 0) - n.lineno + 1 for n in inner)


def test_functions_are_short() -> None:
    too_long = {}
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                equations = "model" in path.parts and (
                    node.name in ("rhs", "observables") or node.name.endswith("_rates")
                )
                if (length := own_length(node)) > (EQUATION_LINES if equations else FUNCTION_LINES):
                    too_long[f"{name_of(path)}: {node.name}"] = length
    assert too_long == {}


def public_definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield public functions and classes at module level, and public methods of public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (n for n in node.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_"))


def test_every_public_name_is_documented() -> None:
    bare = [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))]
    for path in MODULES:
        if any(part.startswith("_") and part != "__init__.py" for part in path.relative_to(PACKAGE).parts):
            continue
        bare += [f"{name_of(path)}: {d.name}" for d in public_definitions(tree_of(path)) if not ast.get_docstring(d)]
    assert bare == []


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = "import sys, json; import trimer.cli; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    assert [name for name in HEAVY if name in loaded] == []
    assert "trimer.cli" in loaded


def citation_keys() -> set[str]:
    bibliography = (LIBRARY / "references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, flags=re.MULTILINE))


def sources_in(value: object) -> Iterator[str]:
    """Yield every citation key under ``source`` or a field ending in ``_source``, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and (key == "source" or key.endswith("_source")):
                yield item
            else:
                yield from sources_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from sources_in(item)


def documents() -> Iterator[tuple[Path, object]]:
    for path in sorted(PACKAGE.rglob("*.toml")):
        yield path, tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.yaml")):
        yield path, yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # all text: "on" stays "on"


def test_every_citation_key_exists() -> None:
    known = citation_keys() | {"trimer", ""}
    found = [(path, key) for path, document in documents() for key in sources_in(document)]
    assert len(found) > 50, "the library's numbers name their sources"
    assert sorted({f"{name_of(path)}: {key}" for path, key in found if key not in known}) == []


def test_citation_keys_are_unique() -> None:
    text = (LIBRARY / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{([^,\s]+),", text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) > 0


def test_published_schemas_are_up_to_date() -> None:
    from jsonschema import Draft202012Validator

    from trimer.record.schema import json_schema

    published = {p.name.removesuffix(".schema.json"): json.loads(p.read_text()) for p in LIBRARY.rglob("*.schema.json")}
    assert published.keys() >= {"case", "drug", "regimen"}
    for document in published.values():
        Draft202012Validator.check_schema(document)
    assert published["case"] == json_schema()


def tracked_text() -> list[tuple[str, str]]:
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    texts = []
    for path in files:
        if path.is_file() and path.suffix not in {".png", ".ico", ".gz"}:
            texts.append((name_of(path), path.read_text(encoding="utf-8")))
    return texts


def test_no_registry_hosts_and_no_paths_of_one_machine() -> None:
    hosts = "|".join(
        ("py" + "pi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"ian\.org")
    )
    places = "|".join(f"(?<![\\w.])/{top}/" for top in ("work", "root", "home/\\w", "Users/\\w", "mnt/\\w"))
    pattern = re.compile(f"(?:{hosts}|{places})")
    hits = [f"{name}: {m.group()}" for name, text in tracked_text() for m in pattern.finditer(text)]
    assert hits == []


def test_one_version_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert str(citation["version"]) == trimer.__version__
    entries = re.findall(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)
    assert entries[0] == "Unreleased"
    for entry in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        assert re.findall(r"^### (.+)$", entry, flags=re.MULTILINE)[0] == "Changed answers"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    reasons = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in reasons.splitlines() if line.startswith("| ")]
    named = {name for cell in table for name in re.findall(r"[A-Za-z][\w.-]+", cell)}
    assert {name for d in wanted if (name := re.split(r"[<>=!~ \[]", d)[0]) not in named} == set()


def test_local_links_in_prose_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        if "_build" in path.parts:
            continue
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{name_of(path)}: {target}")
    assert broken == []


def test_python_shown_in_prose_uses_names_that_exist() -> None:
    used = set()
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        if "_build" in path.parts:
            continue
        blocks = re.findall(r"```(?:python|\{code-cell\} ipython3)\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
        code = re.sub(r"^:\w.*$", "", "\n".join(blocks), flags=re.M)  # options of a cell
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "trimer":
                used.add(node.attr)
    assert used >= {"load_case", "replay", "check", "judge"}
    assert used - set(trimer.__all__) == set()


def test_commands_shown_in_prose_exist() -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in [ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
    shown = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert set(re.findall(r"^make (\w+)", shown, re.M)) <= set(targets)
    from trimer.cli import cli

    assert set(re.findall(r"^trimer (\w+)", shown, re.M)) <= set(cli.commands)
