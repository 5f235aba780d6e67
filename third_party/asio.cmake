# Asio without Boost: event loop, timers, signals and local sockets. Header-only.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(anchor_asio INTERFACE)
find_package(Threads REQUIRED)
target_include_directories(anchor_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
target_compile_definitions(anchor_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
target_link_libraries(anchor_asio INTERFACE Threads::Threads)
add_library(Asio::asio ALIAS anchor_asio)
