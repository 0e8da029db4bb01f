"""The steps of a base run, led to the files of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def redirected(
    steps: Sequence[Mapping[str, Any]], edited: Mapping[str, str], *, base_folder: str, folder: str
) -> list[dict[str, Any]]:
    """Lead steps to the files of a scenario.

    Parameters
    ----------
    steps : sequence of mapping
        What the rules of the base read and write, in order: ``input`` and ``output``, path or paths by name.
    edited : mapping
        Path of a layer of the base -> path of the edited one.
    base_folder, folder : str
        Folder of the region's results, and of the scenario's.

    Returns
    -------
    list of dict
        The same steps. They write below `folder` what the base has below `base_folder`, and read what the edits or an
        earlier step wrote, and all else from the base.

    Examples
    --------
    >>> steps = [{"input": {"roads": "r/A/roads", "speeds": "s"}, "output": {"network": "r/A/network"}}]
    >>> redirected(steps, {"r/A/roads": "tmp/roads"}, base_folder="r/A", folder="tmp")
    [{'input': {'roads': 'tmp/roads', 'speeds': 's'}, 'output': {'network': 'tmp/network'}}]
    """
    moved = dict(edited)
    led = []
    for step in steps:
        files = {
            name: [moved.get(path, path) for path in paths] if isinstance(paths, list) else moved.get(paths, paths)
            for name, paths in step["input"].items()
        }
        output = {name: path.replace(base_folder.rstrip("/"), folder, 1) for name, path in step["output"].items()}
        moved |= dict(zip(step["output"].values(), output.values(), strict=True))
        led.append({**step, "input": files, "output": output})
    return led
