"""A workspace full of what something on the way would rather not have."""

import json

from tests.e2e.trial import Trial

NOTEBOOK_NAMES = (
    *("a:b", "a|b", 'a"b', "a\\b", "100%", "a*b?", "<a>", "it's", "x", "x.py"),
    *("ends with a space ", "ends with a dot.", " begins with a space", "%41", "a%2Fb"),
    *(
        "CON",
        "con",
        "aux.txt",
        "LPT1",
        "😀",
        "👩‍👩‍👧",
        "\u00e9",
        "e\u0301",
        "ﬁ",
        "İ",
        "ß",
        "ss",
    ),
    *(".git", ".GIT", "git~1", ".g\u200cit", "README.md", "-rf", "~", "new\nline"),
    *("\t", "\u202eevil", "tail.lvdash.json", "😀" * 250, "a" * 255, "a" * 256),
)
BOM_AND_CRLF = "\ufeffprint(1)\r\nprint(2)\r\n"
IPYNB = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": ["print('cell')"],
            }
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
).encode()


def fill(trial: Trial) -> None:
    workspace = trial.workspace
    for number, name in enumerate(NOTEBOOK_NAMES):
        workspace.place(
            f"/Odd/{name}", "NOTEBOOK", language="PYTHON", content=f"print({number})"
        )
        workspace.place(f"/Odd folders/{name}/in it", "NOTEBOOK", content="print(0)")
    workspace.place("/x", "NOTEBOOK", content="print('notebook')")
    workspace.place("/x.py", "FILE", content="a file\n")
    workspace.place("/.gitattributes", "FILE", content="* text=auto\n")
    workspace.place("/README.md", "FILE", content="mine\n")
    workspace.place("/.backup/folders/folder.json", "FILE", content="{}")
    workspace.place("/Odd/.gitmodules", "FILE", content="[submodule]\n")
    workspace.place("/folder.json/in it", "NOTEBOOK", content="print('in it')")
    workspace.place("/Clients/Acme/one", "NOTEBOOK", content="print('Acme')")
    workspace.place("/Clients/acme/two", "NOTEBOOK", content="print('acme')")
    workspace.folder("/Empty")
    workspace.place("/Kinds/empty", "NOTEBOOK", content="")
    workspace.place("/Kinds/crlf and bom", "NOTEBOOK", content=BOM_AND_CRLF)
    workspace.ipynb("/Kinds/from jupyter", IPYNB)
    workspace.place("/Kinds/a library", "LIBRARY")
    workspace.place("/Kinds/an experiment", "MLFLOW_EXPERIMENT")
    workspace.place("/Kinds/from the future", "QUANTUM_NOTEBOOK")
    workspace.place(
        "/Kinds/a clone",
        "REPO",
        url="https://example.com/team/code.git",
        branch="release",
        head_commit_id="c" * 40,
    )
