# Rules of the base as steps that a scenario runs again.


def steps_of(w):
    """What the rules of the base that a scenario runs again read, write and are told."""
    return [described(name, type(w)(fromdict=chosen)) for name, chosen in of("scenario_steps", "{scenario}")(w)]


def described(name, w):
    again = getattr(getattr(rules, name), "rule")
    files, made = again.expand_input(w)[0], again.expand_output(w)[0]
    return {
        "rule": name,
        "script": project_file(f"workflow/scripts/{name}.py"),
        "input": plain_paths(files.items()),
        "output": plain_paths(made.items()),
        "params": dict(again.expand_params(w, files, made, None)[0].items()),
        "wildcards": dict(w.items()),
    }


def plain_paths(items):
    return {key: [*map(str, value)] if isinstance(value, list) else str(value) for key, value in items}


def base_files(w):
    """What a scenario takes from the base: all that its steps read and none of them writes."""
    steps = steps_of(w)
    written = {path for step in steps for path in step["output"].values()}
    named = [paths for step in steps for paths in step["input"].values()]
    return sorted({path for paths in named for path in ([paths] if isinstance(paths, str) else paths)} - written)
