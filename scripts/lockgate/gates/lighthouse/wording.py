"""Write what was measured for people: sizes, times, counts, scores."""

from lockgate.gates.lighthouse.metrics import BY_ID, Unit


def value(metric: str, number: float) -> str:
    """Write a metric's value with its unit."""
    return amount(BY_ID[metric].unit, number)


def difference(metric: str, number: float) -> str:
    """Write how much more or less, with its sign."""
    sign = "+" if number > 0 else "−" if number < 0 else "±"
    return f"{sign}{value(metric, abs(number))}"


def amount(unit: Unit, number: float) -> str:
    """Write a number of a unit: `31.2 kB`, `1,240 ms`, `0.02`, `1,215`."""
    match unit:
        case "bytes":
            return size(round(number))
        case "ms":
            return f"{number:,.0f} ms"
        case "count":
            return f"{number:,.0f}"
        case "score" | "shift":
            return f"{number:.2f}" if number >= 0.005 or not number else f"{number:.3f}"


def size(number: int) -> str:
    """Write a number of bytes, in units of 1,000."""
    if number < 1_000:
        return f"{number} B"
    return f"{number / 1_000:,.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:,.2f} MB"
