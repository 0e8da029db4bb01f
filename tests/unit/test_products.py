"""The list of products: every row can be written from what it names, and reads nothing else."""

import importlib
import inspect

import pytest

from comarca.layers.index import LAYERS
from comarca.publish.assembled import Assembled
from comarca.registry.products import ASSEMBLED, PRODUCTS


def test_names_and_paths_are_unique():
    assert len({product.name for product in PRODUCTS}) == len({product.path for product in PRODUCTS}) == len(PRODUCTS)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_each_row_names_a_function_of_one_shape_and_inputs_that_exist(product):
    write = importlib.import_module(product.module).write
    assert list(inspect.signature(write).parameters) == ["data", "path"]
    assert set(product.inputs) <= {*ASSEMBLED, *LAYERS}


def test_a_product_cannot_read_what_its_row_does_not_name():
    with pytest.raises(LookupError, match="does not name the input 'flags'"):
        Assembled({"table": "t.parquet"}).flags  # noqa: B018
