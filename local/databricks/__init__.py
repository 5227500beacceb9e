"""LOCAL: a Databricks workspace over HTTP; knows nothing of who is asking.

Every behaviour that is not obvious says where it is known from: documented (by
Databricks or Microsoft), reported (by users, tools' code or recorded answers), or
a guess.
"""
