// SPDX-License-Identifier: Apache-2.0
// The structures of Paho's C library.
#include "agent/link/paho.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kuzet::link {

namespace {

std::string string_of(const MQTTLenString& text) { return {text.data, static_cast<std::size_t>(text.len)}; }

std::string property(MQTTProperties& all, MQTTPropertyCodes code) {
  const auto* found = MQTTProperties_getProperty(&all, code);
  return found == nullptr ? "" : string_of(found->value.data);
}

std::uint32_t number(MQTTProperties& all, MQTTPropertyCodes code, std::uint32_t otherwise) {
  return MQTTProperties_hasProperty(&all, code) != 0 ? static_cast<std::uint32_t>(MQTTProperties_getNumericValue(&all, code))
                                                     : otherwise;
}

}  // namespace

void Properties::add(MQTTPropertyCodes code, const std::string& value, const std::string& second) {
  if (value.empty()) return;
  MQTTProperty one{};
  one.identifier = code;
  one.value.data = {static_cast<int>(value.size()), paho_text(value)};
  one.value.value = {static_cast<int>(second.size()), paho_text(second)};
  MQTTProperties_add(&all_, &one);
}

void Properties::add(std::chrono::seconds expiry) {
  MQTTProperty one{};
  one.identifier = MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL;
  one.value.integer4 = static_cast<unsigned>(std::clamp<std::int64_t>(expiry.count(), 0, UINT32_MAX));
  MQTTProperties_add(&all_, &one);
}

void Properties::add(const Message& message) {
  add(MQTTPROPERTY_CODE_CONTENT_TYPE, message.content_type);
  add(MQTTPROPERTY_CODE_RESPONSE_TOPIC, message.response_topic);
  add(MQTTPROPERTY_CODE_CORRELATION_DATA, message.correlation);
  for (const auto& [name, value] : message.properties) add(MQTTPROPERTY_CODE_USER_PROPERTY, name, value);
  if (message.expiry) add(*message.expiry);
}

namespace {

MQTTAsync_connectOptions initial(Version version) {
  const MQTTAsync_connectOptions five = MQTTAsync_connectOptions_initializer5;
  const MQTTAsync_connectOptions three = MQTTAsync_connectOptions_initializer;  // with a clean session
  return version == Version::v5 ? five : three;
}

}  // namespace

Options::Options(const Connection& connection, void* context) : connection_(connection), options_(initial(connection.version)) {
  options_.MQTTVersion = connection.version == Version::v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
  options_.keepAliveInterval = static_cast<int>(connection.keep_alive.count());
  options_.connectTimeout = static_cast<int>(connection.timeout.count());
  options_.maxInflight = 65535;  // we count the window ourselves
  options_.context = context;
  if (!connection.username.empty()) options_.username = connection.username.c_str();
  if (!connection.password.empty())
    options_.binarypwd = {static_cast<int>(connection.password.size()), connection.password.data()};
  if (!connection.will.topic.empty()) set_will();
  if (connection.server.starts_with("mqtts:") || connection.server.starts_with("wss:")) set_tls();
}

void Options::set_will() {
  const Message& will = connection_.will;
  will_.topicName = will.topic.c_str();
  will_.payload = {static_cast<int>(will.payload.size()), will.payload.data()};
  will_.retained = will.retained ? 1 : 0;
  will_.qos = 1;
  options_.will = &will_;
  if (connection_.version != Version::v5) return;
  properties_.add(will);
  options_.willProperties = properties_.get();
}

void Options::set_tls() {
  const auto set = [](const std::string& file) { return file.empty() ? nullptr : file.c_str(); };
  tls_.trustStore = set(connection_.ca);
  tls_.keyStore = set(connection_.certificate);
  tls_.privateKey = set(connection_.key);
  tls_.privateKeyPassword = "";  // else OpenSSL asks at the terminal, and everything waits
  tls_.enableServerCertAuth = 1;
  tls_.verify = 1;  // the host name; off by default
  options_.ssl = &tls_;
}

Welcome welcome_of(MQTTProperties& properties) {
  return {number(properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, 65535),
          number(properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, 0)};
}

Message message_of(std::string topic, MQTTAsync_message& came) {
  Message out;
  out.topic = std::move(topic);
  if (came.payloadlen > 0)
    out.payload.assign(static_cast<const char*>(came.payload), static_cast<std::size_t>(came.payloadlen));
  out.retained = came.retained != 0;
  out.qos = came.qos;
  out.content_type = property(came.properties, MQTTPROPERTY_CODE_CONTENT_TYPE);
  out.response_topic = property(came.properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
  out.correlation = property(came.properties, MQTTPROPERTY_CODE_CORRELATION_DATA);
  if (MQTTProperties_hasProperty(&came.properties, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL) != 0)
    out.expiry = std::chrono::seconds(number(came.properties, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, 0));
  for (int i = 0; i < MQTTProperties_propertyCount(&came.properties, MQTTPROPERTY_CODE_USER_PROPERTY); ++i) {
    const auto* one = MQTTProperties_getPropertyAt(&came.properties, MQTTPROPERTY_CODE_USER_PROPERTY, i);
    out.properties.emplace_back(string_of(one->value.data), string_of(one->value.value));
  }
  return out;
}

Failure failure_of(const MQTTAsync_failureData* data) {
  if (data == nullptr) return {MQTTASYNC_FAILURE, {}};
  return {data->code, data->message == nullptr ? "" : data->message};
}

Failure failure_of(const MQTTAsync_failureData5* data) {
  if (data == nullptr) return {MQTTASYNC_FAILURE, {}};
  return {data->reasonCode >= 0x80 ? data->reasonCode : data->code, data->message == nullptr ? "" : data->message};
}

std::string words_5(int reason) {
  const char* known = MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(reason));
  return (known == nullptr ? "reason" : std::string(known)) + " (" + std::to_string(reason) + ")";
}

std::string words_311(int answer) {
  constexpr std::array known{"accepted",           "unacceptable protocol version", "client id rejected",
                             "server unavailable", "bad user name or password",     "not authorized"};
  return answer < static_cast<int>(known.size()) ? known[static_cast<std::size_t>(answer)] : "answer " + std::to_string(answer);
}

std::string words_of_paho(int code) {
  const char* known = MQTTAsync_strerror(code);
  return known == nullptr ? "error " + std::to_string(code) : known;
}

}  // namespace kuzet::link
