"""The files a fresh clone is set up with agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def test_environment_has_the_same_requirements():
    environment = YAML(typ="safe").load((ROOT / "environment.yml").read_text())
    *conda, by_pip = environment["dependencies"]
    listed = {*conda, *by_pip["pip"]}
    wanted = {*PROJECT["dependencies"], *EXTRAS["test"]}
    assert listed == {*wanted, f"python{PROJECT['requires-python']}", "pip"}


@pytest.mark.parametrize("text", [*PROJECT["dependencies"], *EXTRAS["test"], *EXTRAS["lint"]])
def test_lock_pins_every_requirement_within_its_bounds(text):
    requirement = Requirement(text)
    name = re.sub(r"[-_.]+", "-", requirement.name).lower()
    assert Version(pins()[name]) in requirement.specifier


def test_lock_holds_versions_and_no_addresses():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert " @ " not in text
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[^\s=]+", line) for line in text.splitlines())
