# Eclipse Paho MQTT C++: MQTT 5. Only the module link includes it; its own TLS, reconnect and persistence are off.
find_package(PahoMqttCpp REQUIRED)
