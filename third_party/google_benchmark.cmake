# Google Benchmark, development only.
find_package(benchmark REQUIRED)
