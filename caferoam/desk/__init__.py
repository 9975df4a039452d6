"""The operators' desk: Django's admin as a process of its own, with the workers' login and its own settings.

Only that process imports the pages (``admin.py`` here and in other apps); ``caferoam.admin_settings`` wires them.
"""
