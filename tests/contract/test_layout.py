"""Every service has the layout that CONTRIBUTING describes, so that a reader can guess where something is."""

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path

import pytest

from shared.messaging import Topology

SERVICES = Path("services")
NAMES = ("billing", "customer", "gateway", "invoice", "notify", "receipt")

SKELETON = {
    name.rstrip("/")
    for row in re.findall(r"^\| (`.*?) \|", Path("CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name in re.findall(r"`(\w+(?:\.py|\.md|/))`", row)
} | {"__init__.py"}
"""What the table of CONTRIBUTING names. Anything else in a service is its own matter, which its README names."""

PACKAGES = ("services", "shared", "ops", "simulation", "stack", "dev_tools")

NOUNS = {
    "billing.py",
    "check_wording.py",
    "cut_warning.py",
    "dunning.py",
    "encoding.py",
    "keyring.py",
    "logging.py",
    "print_cut_warning.py",
    "print_warning.py",
    "rounding.py",
    "tracing.py",
}
"""Names that end like a gerund and are the field's nouns."""

VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯà-ãè-éì-íò-õù-úýÀ-ÃÈ-ÉÌ-ÍÒ-ÕÙ-ÚÝ\u0300-\u0323ạ-ỹẠ-Ỹ]")

STATEMENT = re.compile(
    r"\b(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+(AS\s+\w+\s+)?SET\s|DELETE\s+FROM\s|TRUNCATE\s|SET\s+LOCAL\s|ANALYZE\s"
    r"|CREATE\s+(TEMPORARY\s+)?(TABLE|INDEX)\s|ALTER\s+TABLE\s|LOCK\s+TABLE\s|LISTEN\s|NOTIFY\s)"
)
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")


def modules(service: str = "*") -> list[Path]:
    return sorted(SERVICES.glob(f"{service}/**/*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names of what a module imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def statements(node: ast.AST) -> Iterator[int]:
    """Yield the line of each text that holds SQL; docstrings hold none."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant):
            continue
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and STATEMENT.search(inner.value):
            yield inner.lineno
        yield from statements(inner)


def constants(module: ast.Module) -> Iterator[ast.stmt]:
    """Yield the assignments of constants at the top of a module."""
    for statement in module.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if targets and all(isinstance(target, ast.Name) and CONSTANT.fullmatch(target.id) for target in targets):
            yield statement


def keeps_sql(path: Path) -> bool:
    """Whether a module is one of those that may hold SQL."""
    return path.name in {"store.py", "audit.py"} or "store" in path.parts


def listed(service: str) -> set[str]:
    """Return the modules and packages that the README of a service names: ``name.py``, ``name/``, ``name/name.py``."""
    readme = (SERVICES / service / "README.md").read_text(encoding="utf-8")
    return {name.rstrip("/") for name in re.findall(r"`(\w[\w/]*(?:\.py|/))`", readme)}


@pytest.mark.parametrize("service", NAMES)
def test_a_service_holds_the_skeleton_and_what_its_readme_names(service: str) -> None:
    present = {path.name for path in (SERVICES / service).iterdir()} - {"__pycache__"}

    assert present - SKELETON - {name.split("/")[0] for name in listed(service)} == set()


@pytest.mark.parametrize("service", NAMES)
def test_what_the_readme_of_a_service_names_is_there(service: str) -> None:
    folder = SERVICES / service
    gone = {name for name in listed(service) if not Path(name).exists() and not any(folder.rglob(name))}

    assert gone == set()


def test_the_places_that_contributing_and_the_architecture_name_are_there() -> None:
    named = set()
    for page in (Path("CONTRIBUTING.md"), Path("docs/ARCHITECTURE.md")):
        text = page.read_text(encoding="utf-8")
        named |= set(re.findall(r"`((?:services|shared|ops|simulation|stack|tests)/[\w./]+)`", text))
        named |= {f"services/{place}" for place in re.findall(rf"`((?:{'|'.join(NAMES)})/[\w./]+)`", text)}

    assert named
    assert {place for place in named if not Path(place).exists()} == set()


@pytest.mark.parametrize("service", NAMES)
def test_a_handler_is_the_one_public_function_of_the_file_that_has_its_name(service: str) -> None:
    wrong = {}
    for path in modules(f"{service}/handlers"):
        public = [
            node.name
            for node in parsed(path).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_"
        ]
        if public != ([] if path.name == "__init__.py" else [path.stem]):
            wrong[path.name] = public

    assert wrong == {}


@pytest.mark.parametrize("service", NAMES)
def test_every_handler_of_a_topology_is_in_handlers(service: str) -> None:
    topology: Topology = import_module(f"services.{service}.topology").TOPOLOGY
    places = {handler.function.__name__: handler.function.__module__ for handler in topology.handlers}

    assert places == {name: f"services.{service}.handlers.{name}" for name in places}


def test_packages_of_handlers_are_empty() -> None:
    assert [str(path) for path in SERVICES.glob("*/handlers/__init__.py") if path.read_text(encoding="utf-8")] == []


def test_sql_is_in_the_store_and_the_audit_only() -> None:
    found = [f"{path}:{line}" for path in modules() if not keeps_sql(path) for line in statements(parsed(path))]

    assert found == []


def test_every_statement_is_a_constant_of_its_module() -> None:
    found = []
    for path in filter(keeps_sql, modules()):
        module = parsed(path)
        in_constants = {line for constant in constants(module) for line in statements(constant)}
        found += [f"{path}:{line}" for line in statements(module) if line not in in_constants]

    assert found == []


def test_statements_are_in_python_and_in_migrations_only() -> None:
    assert [str(path) for path in SERVICES.rglob("*.sql") if path.parent.name != "migrations"] == []


def test_modules_are_named_by_nouns() -> None:
    every = (path for package in PACKAGES for path in Path(package).rglob("*.py"))
    gerunds = [str(path) for path in every if path.stem.endswith("ing") and path.name not in NOUNS]

    assert gerunds == []


def test_the_bus_and_the_database_layer_hold_no_texts_for_users() -> None:
    layers = (path for package in ("messaging", "db") for path in Path("shared", package).rglob("*.py"))

    assert [str(path) for path in layers if VIETNAMESE.search(path.read_text(encoding="utf-8"))] == []


def test_no_private_module_of_another_package_is_imported() -> None:
    private = [
        f"{path}: {name}"
        for package in PACKAGES
        for path in Path(package).rglob("*.py")
        for name in imported(path)
        if any(part.startswith("_") and not part.startswith("__") for part in name.split(".")[1:])
        and name.split(".")[0] not in PACKAGES
    ]

    assert private == []


def test_every_module_that_says_that_it_is_pure_is_kept_from_input_and_output() -> None:
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["name"] == "Domain code does no input or output"
    ]
    watched = contract["source_modules"]
    unwatched = []
    for path in modules():
        docstring = ast.get_docstring(parsed(path)) or ""
        says_so = re.search(r"\b[Pp]ure\.|no input or output", docstring) or "domain" in path.parts
        if says_so and not any(_is_within(dotted(path), pattern) for pattern in watched):
            unwatched.append(str(path))

    assert unwatched == []


def _is_within(module: str, pattern: str) -> bool:
    parts, wanted = module.split("."), pattern.split(".")
    return len(parts) >= len(wanted) and all(map(fnmatchcase, parts, wanted))
