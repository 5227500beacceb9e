"""LOCAL, Databricks: the small workspace that a first trial backs up.

What an analytics team of a retailer might have. The texts lie in `sample/`, their
names end with `.txt` so that no tool takes them for code of this project.
"""

from pathlib import Path

from local.databricks import paths
from local.databricks.changes import make_folders
from local.databricks.importing import Import, perform
from local.databricks.repos import add_git_folder
from local.databricks.store import Store

_TEXTS = Path(__file__).with_name("sample")
_RETAIL = "/Shared/Retail Analytics"
_ADA = "/Users/ada@example.com"
_GRACE = "/Users/grace@example.com"
_GIT = "https://dev.azure.com/contoso/retail/_git"

_NOTEBOOKS = (
    (f"{_RETAIL}/Bronze/Ingest orders", "PYTHON", "ingest_orders.py"),
    (f"{_RETAIL}/Bronze/Ingest stores", "PYTHON", "ingest_stores.py"),
    (f"{_RETAIL}/Bronze/Ingest clickstream", "SCALA", "ingest_clicks.scala"),
    (f"{_RETAIL}/Silver/Clean orders", "PYTHON", "clean_orders.py"),
    (f"{_RETAIL}/Silver/Deduplicate customers", "SQL", "dedupe_customers.sql"),
    (f"{_RETAIL}/Gold/Daily sales", "SQL", "daily_sales.sql"),
    (f"{_RETAIL}/Gold/Store ranking", "SQL", "store_ranking.sql"),
    (f"{_RETAIL}/lib/paths", "PYTHON", "paths.py"),
    (f"{_ADA}/Price elasticity", "R", "price_elasticity.r"),
    (f"{_ADA}/Umsätze März", "PYTHON", "umsatz.py"),
    (f"{_ADA}/New Notebook 2026-05-04 13:54:24", "PYTHON", "scratch.py"),
    (f"{_GRACE}/Basket analysis", "SCALA", "basket_analysis.scala"),
    (f"{_GRACE}/orders | returns", "SQL", "orders_returns.sql"),
    (f"{_GRACE}/helpers", "PYTHON", "helpers.py"),
    ("/Clients/Acme/Weekly report", "SQL", "weekly_report.sql"),
    ("/Clients/acme/Weekly report", "SQL", "weekly_report.sql"),
    ("/Clients/Café Noir/Weekly report ☕", "SQL", "weekly_report.sql"),
)
_AUTOMATIC = (
    (f"{_RETAIL}/README.md", "readme.md"),
    (f"{_RETAIL}/Gold/Customer lifetime value.ipynb", "lifetime_value.ipynb"),
    (f"{_RETAIL}/Gold/Sales overview.lvdash.json", "sales_overview.lvdash.json"),
    (f"{_RETAIL}/config/settings.yml", "settings.yml"),
    (f"{_RETAIL}/config/holidays.csv", "holidays.csv"),
    (f"{_RETAIL}/lib/money.py", "money.py"),
    (f"{_GRACE}/helpers.py", "helpers_file.py"),
)


def fill(store: Store) -> None:
    """Put the sample into an empty workspace."""
    for path, language, text in _NOTEBOOKS:
        client = path.split("/")[2].encode()
        content = _text(text).replace(b"CLIENT", client).removesuffix(b"\n")
        _put(store, Import(path, content, "SOURCE", language, overwrite=False))
    for path, text in _AUTOMATIC:
        _put(store, Import(path, _text(text), "AUTO", None, overwrite=False))
    make_folders(store, f"{_RETAIL}/Archive")  # stays empty
    empty = Import(f"{_ADA}/Untitled", b"", "SOURCE", "PYTHON", overwrite=False)
    _put(store, empty)
    store.add(f"{_ADA}/demand-forecast", "MLFLOW_EXPERIMENT")
    store.add(f"{_RETAIL}/lib/retail-utils-0.3.1.whl", "LIBRARY")
    make_folders(store, "/Repos/ada@example.com")
    add_git_folder(
        store, "/Repos/ada@example.com/pipelines", f"{_GIT}/pipelines", branch="main"
    )
    add_git_folder(store, f"{_GRACE}/dashboards", f"{_GIT}/dashboards", branch="dev")


def _put(store: Store, wanted: Import) -> None:
    make_folders(store, paths.parent(wanted.path))
    perform(store, wanted)


def _text(name: str) -> bytes:
    return (_TEXTS / f"{name}.txt").read_bytes()
