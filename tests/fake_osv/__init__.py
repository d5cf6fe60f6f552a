"""An OSV on loopback that holds to the documented rules of the endpoints that lockgate uses."""

from fake_osv.server import FakeOsv, Fault, State

__all__ = ["FakeOsv", "Fault", "State"]
