"""The reader that the other tests here stand on: what it understands and refuses."""

from pathlib import Path

import pytest

from tests.infra.bicep_deployment import Refused, deploy

ACCOUNT = "Microsoft.Storage/storageAccounts"


def written(folder: Path, text: str, name: str = "main.bicep") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_loops_conditions_and_interpolation(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        @description('Optional. A flag.')
        param more bool = false
        var names = ['a', 'b'] // two
        var all = [for (name, i) in names: '${name}-${i + 1}${more ? '!' : ''}']

        resource x 'T/account@1' = [for name in all: if (more || name == 'a-1') {
          name: name
          tags: union({ k: 'it\\'s' }, {})
        }]

        output joined string = join(all, ',')
        """,
    )

    assert [one.name for one in deploy(path).resources] == ["a-1"]
    assert deploy(path).resources[0].body == {"tags": {"k": "it's"}}
    assert deploy(path, more=True).outputs == {"joined": "a-1!,b-2!"}
    assert len(deploy(path, more=True).resources) == 2


def test_modules_pass_values_in_and_out(tmp_path: Path) -> None:
    written(
        tmp_path,
        f"""
        param name string
        resource made '{ACCOUNT}@2024-01-01' = {{ name: name }}
        output name string = made.name
        """,
        "account.bicep",
    )
    path = written(
        tmp_path,
        """
        module one 'account.bicep' = {
          name: 'one'
          params: { name: 'st1' }
        }
        output made string = one.outputs.name
        """,
    )

    assert deploy(path).outputs == {"made": "st1"}
    assert deploy(path).one(ACCOUNT).id.endswith(f"/providers/{ACCOUNT}/st1")


def test_a_parents_name_is_in_the_id(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        resource net 'P/nets@1' = {
          name: 'n'
          resource inner 'subnets' existing = { name: 's' }
        }
        output id string = net::inner.id
        """,
    )

    made = deploy(path)

    assert made.outputs["id"].endswith("/providers/P/nets/n/subnets/s")
    assert [one.type for one in made.resources] == ["P/nets"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("output a string = b", "nobody declared b"),
        ("param a string\noutput b string = a", "the parameter a is missing"),
        ("@allowed(['x'])\nparam a string = 'x'", "allowed"),
        ("@maxValue(3)\nparam a int = 1", "a is no int"),
        ("var a = nothingLikeIt(1)\noutput b string = a", "nothingLikeIt"),
        ("var a = {}\noutput b string = a.c", "has no c"),
    ],
)
def test_what_azure_would_refuse_is_refused(
    text: str, problem: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    parameters = {"a": "y"} if "@" in text else {}

    with pytest.raises(Refused, match=problem):
        deploy(path, **parameters)


def test_a_parameter_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no parameter b"):
        deploy(written(tmp_path, "param a string = ''"), b="x")


@pytest.mark.parametrize(
    "text",
    [
        "param a string = 'open",
        "var a = [1 2]",
        "var a = {b 1}",
        "import 'x@1'",
        "resource a 'T@1' = { name: 'x'",
        "var a = b?.c",
    ],
)
def test_what_is_not_plain_bicep_is_a_syntax_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(SyntaxError, match=r"main.bicep: line [12]"):
        deploy(written(tmp_path, text))
