# SPDX-License-Identifier: Apache-2.0
# Eclipse Paho MQTT C++: MQTT 5. Only the module link includes it; its own TLS, reconnect and persistence are off.
find_package(PahoMqttCpp 1.2 REQUIRED)
