"""The examples in the docstrings of the measuring tools give what they say, and no tool is without one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import comarca.measures

MODULES = [module.name for module in pkgutil.iter_modules(comarca.measures.__path__, "comarca.measures.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    module = importlib.import_module(name)
    failed, tried = doctest.testmod(module)
    assert failed == 0
    assert tried > 0


@pytest.mark.parametrize("name", MODULES)
def test_every_measuring_tool_has_an_example(name):
    module = importlib.import_module(name)
    tools = [
        tool
        for word, tool in vars(module).items()
        if inspect.isfunction(tool) and tool.__module__ == name and not word.startswith("_")
    ]
    assert [tool.__name__ for tool in tools if ">>> " not in (tool.__doc__ or "")] == []
