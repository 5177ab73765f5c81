"""Help beside each screen: the part of the guide (docs/user-guide) that belongs to it.

Change here: which part belongs to which screen (`places.PLACES`); what it says stands in the guide.
"""
