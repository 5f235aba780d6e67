# SQLite: the registry's store, and nothing else.
find_package(SQLite3 3.37 REQUIRED)
