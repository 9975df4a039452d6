"""The web app on a laptop: finding Node, installing its packages, building it, running what was built.

``python -m caferoam.local.web install`` and ``build`` do the first steps for scripts; both do nothing when all is done.
"""
