"""A stand-in for Fluent Bit where the real image cannot be pulled: it tails and forwards by its configuration.

What the real program does was read off its manual and off the program itself (5.1.1). Where this one does less, it
refuses the setting instead of ignoring it. It keeps nothing but positions on disk: a record counts as read once it is
delivered, so a restart sends what was not delivered, as the real one's buffer on disk does.
"""
