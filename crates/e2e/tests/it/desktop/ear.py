"""What a screen reader is told of the window: `list` prints it as JSON, `press NAME` presses a button."""

import json
import sys

import pyatspi

STATES = {
    "focused": pyatspi.STATE_FOCUSED,
    "enabled": pyatspi.STATE_ENABLED,
    "checked": pyatspi.STATE_CHECKED,
    "selected": pyatspi.STATE_SELECTED,
}


def below(node):
    """Everything below a node, itself first. Parts may go while they are read."""
    try:
        yield node
        children = [node.getChildAtIndex(i) for i in range(node.childCount)]
    except Exception:  # noqa: BLE001 - the bindings raise many kinds
        return
    for child in children:
        if child is not None:
            yield from below(child)


def everything():
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.name == "baton-toolbar":
            yield from below(application)


def text(node):
    try:
        return node.queryText().getText(0, -1)
    except Exception:  # noqa: BLE001 - most nodes have none
        return ""


def told(node):
    state = node.getState()
    return {
        "role": node.getRoleName(),
        "name": node.name or "",
        "text": text(node),
        "states": [name for name, one in STATES.items() if state.contains(one)],
    }


def listed():
    for node in everything():
        try:
            yield told(node)
        except Exception:  # noqa: BLE001 - it has gone
            continue


def press(name):
    for node in everything():
        try:
            if node.name == name and node.getState().contains(pyatspi.STATE_ENABLED):
                node.queryAction().doAction(0)
                return True
        except Exception:  # noqa: BLE001 - not one that can be pressed
            continue
    return False


if sys.argv[1] == "list":
    print(json.dumps(list(listed())))
else:
    sys.exit(0 if press(sys.argv[2]) else 1)
