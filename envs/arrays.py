"""Small loops over arrays for rules: a loop compiles far faster than a slice."""

from agora.envs.jit import rule


@rule
def fill(numbers, value):
    """Sets every number of an array with one axis."""
    for index in range(numbers.shape[0]):
        numbers[index] = value


@rule
def copy(target, source):
    """Copies ``source`` into ``target``; both have one axis."""
    for index in range(target.shape[0]):
        target[index] = source[index]
