"""What the documents point to exists."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path.relative_to(CHECKOUT)
    for folder in (".", "docs", "benchmarks", "notebooks")
    for path in (CHECKOUT / folder).glob("*.md")
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_within_the_project_leads_somewhere(document):
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text)
    for link in links:
        if "://" not in link:
            assert (CHECKOUT / document.parent / link).exists(), link


def test_the_first_screen_of_the_readme_has_its_parts():
    first = (CHECKOUT / "README.md").read_text(encoding="utf-8").partition("## Test")[0]
    assert first.count("```bash") == 1
    assert "trisynapse run fear-conditioning" in first
    code = first.partition("```python\n")[2].partition("```")[0]
    assert len([line for line in code.splitlines() if line]) <= 12
