"""LOCAL, Databricks: an object's bytes in a format; knows no store and no request."""

from local.databricks import archives, jupyter, notebooks
from local.databricks.errors import ApiError, bad_parameter
from local.databricks.items import Item
from local.databricks.notebooks import EXTENSIONS, Cell

FORMATS = ("SOURCE", "HTML", "JUPYTER", "DBC", "R_MARKDOWN", "AUTO", "RAW")
# Documented for files and dashboards; a guess for the others.
_RAW_TYPES = ("FILE", "DASHBOARD", "DESIGNER_FILE", "ALERT", "QUERY")


def truth(item: Item, kept: bytes | None) -> bytes | None:
    """Return the bytes a backup should hold of an object; None where there are none."""
    if item.type == "NOTEBOOK":
        return rendered(item, kept or b"", "SOURCE")[0]
    return kept if item.type in _RAW_TYPES else None


def rendered(item: Item, kept: bytes, wanted: str) -> tuple[bytes, str]:
    """Return an object's bytes in a format, and the `file_type` of the answer.

    Raises ApiError where the format is unknown or not for this type.
    """
    if wanted not in FORMATS:  # documented: the value is case sensitive
        raise bad_parameter(f"Unknown export format: {wanted}")
    if item.type == "NOTEBOOK":
        return _notebook(item, kept, wanted)
    if item.type == "LIBRARY":  # documented: not supported; the text is a guess
        raise ApiError(400, "BAD_REQUEST", "Exporting a library is not supported.")
    if item.type not in _RAW_TYPES:  # reported: databricks/cli#4081; status a guess
        raise ApiError(
            403, "PERMISSION_DENIED", f"No access to read file at {item.path}"
        )
    if wanted not in ("AUTO", "RAW", "SOURCE"):  # a guess
        raise bad_parameter(f"Format {wanted} is for notebooks only")
    return kept, item.name.rpartition(".")[2] if "." in item.name else ""


def cells(item: Item, kept: bytes) -> list[Cell]:
    """Return a notebook's commands, whatever it is kept as."""
    if item.form == notebooks.JUPYTER:
        return jupyter.cells_of(jupyter.read(kept))
    return notebooks.cells_of(kept, _language(item))


def _notebook(item: Item, kept: bytes, wanted: str) -> tuple[bytes, str]:
    language = _language(item)
    if wanted == "AUTO":  # a guess: in the form it is kept in, as a Git folder shows it
        wanted = item.form or "SOURCE"
    if wanted in ("SOURCE", "RAW"):
        return _source(item, kept, language), EXTENSIONS[language]
    if wanted == "JUPYTER":
        return _jupyter(item, kept, language), "ipynb"
    if wanted == "HTML":
        return archives.html(item, cells(item, kept)), "html"
    if wanted == "DBC":
        return archives.dbc([(item.name, item, cells(item, kept))]), "dbc"
    if language != "R":  # a guess
        raise bad_parameter("R_MARKDOWN is for R notebooks only")
    return archives.r_markdown(item, cells(item, kept)), "Rmd"


def _language(item: Item) -> str:
    return item.language or "PYTHON"


def _source(item: Item, kept: bytes, language: str) -> bytes:
    if item.form == notebooks.JUPYTER:  # documented: outputs are lost
        kept = notebooks.body_from(cells(item, kept), language)
    return notebooks.source_of(kept, language)


def _jupyter(item: Item, kept: bytes, language: str) -> bytes:
    if item.form == notebooks.JUPYTER:
        return kept
    found = notebooks.cells_of(kept, language)
    return jupyter.document_from(found, language, item.name, str(item.id))
