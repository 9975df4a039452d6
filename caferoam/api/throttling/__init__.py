"""How often whom may ask: limits for addresses, before anything else is looked at, and for members.

``scopes`` is the table of limits. ``middleware`` judges the address of every request before its token is read, and
counts tokens that were refused; ``views`` judges a member once the token has said who it is. Each of them asks Redis
once, about all limits that apply there, in one atomic script (``counters``). What happens while Redis is away stands
in the table, scope by scope.

They keep one caller from taking too much of what others want too. They are no defence against a flood, which has
reached us by the time it is counted: the edge's own limits stay in front of them.
"""
