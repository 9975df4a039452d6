"""CafeRoam's ground floor: everything that belongs to no one domain."""
