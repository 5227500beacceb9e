import io

from client.console import plain_console


def test_names_are_printed_as_they_are() -> None:
    screen = io.StringIO()
    name = "/Shared/:warning: [bold] https://a.b/" + "long " * 50

    plain_console(screen).print(name, markup=False)

    assert screen.getvalue() == f"{name}\n"
