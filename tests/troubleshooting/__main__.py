"""Write `docs/troubleshooting.md` anew."""

from tests.troubleshooting.page import PAGE, page

PAGE.write_text(page(), "utf-8")
