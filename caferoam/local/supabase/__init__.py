"""A stand-in for the parts of Supabase that CafeRoam uses, Auth and Storage, for a laptop and for tests.

It speaks their wire format, errors included, and keeps what it is given in the local folder and the local database. It
is no place for anybody's real data, so it starts in local mode and under test only.
"""
