// SPDX-License-Identifier: Apache-2.0
// The options, messages, properties and tokens of Paho's C++ library.
#include "agent/link/paho.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace kuzet::link {

namespace {

constexpr int refused_from = 0x80;  // reasons of MQTT 5

std::string text(const mqtt::properties& all, mqtt::property::code code) {
  return all.contains(code) ? mqtt::get<std::string>(all, code) : std::string();
}

mqtt::properties properties_of(const Message& message) {
  mqtt::properties out;
  const auto add = [&out](mqtt::property::code code, const std::string& value) {
    if (!value.empty()) out.add({code, value});
  };
  add(mqtt::property::CONTENT_TYPE, message.content_type);
  add(mqtt::property::RESPONSE_TOPIC, message.response_topic);
  add(mqtt::property::CORRELATION_DATA, message.correlation);
  for (const auto& [name, value] : message.properties) out.add({mqtt::property::USER_PROPERTY, name, value});
  if (message.expiry) {
    const auto seconds = static_cast<std::uint32_t>(std::clamp<std::int64_t>(message.expiry->count(), 0, UINT32_MAX));
    out.add({mqtt::property::MESSAGE_EXPIRY_INTERVAL, static_cast<std::int32_t>(seconds)});  // Paho reads it unsigned again
  }
  return out;
}

/// Without a handler of TLS errors: in Paho C++ 1.2.0 it is called with the address of an object that is gone.
mqtt::ssl_options tls_of(const Connection& connection) {
  mqtt::ssl_options tls;
  tls.set_trust_store(connection.ca);
  tls.set_key_store(connection.certificate);
  tls.set_private_key(connection.key);
  tls.set_private_key_password("none");  // else OpenSSL asks at the terminal, and everything waits
  tls.set_enable_server_cert_auth(true);
  tls.set_verify(true);  // the host name; off by default
  return tls;
}

}  // namespace

mqtt::message_ptr made(const Message& message, Version version) {
  auto out = mqtt::make_message(message.topic, message.payload, message.qos, message.retained);
  if (version == Version::v5) out->set_properties(properties_of(message));
  return out;
}

mqtt::connect_options options_of(const Connection& connection) {
  mqtt::connect_options options;
  const bool v5 = connection.version == Version::v5;
  options.set_mqtt_version(v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  v5 ? options.set_clean_start(true) : options.set_clean_session(true);
  options.set_keep_alive_interval(connection.keep_alive);
  options.set_connect_timeout(connection.timeout);
  options.set_max_inflight(65535);  // we count the window ourselves
  options.set_automatic_reconnect(false);
  if (!connection.username.empty()) options.set_user_name(connection.username);
  if (!connection.password.empty()) options.set_password(connection.password);
  if (!connection.will.topic.empty()) {
    const auto will = made(connection.will, connection.version);
    will->set_qos(1);
    options.set_will_message(*will);
  }
  if (connection.server.starts_with("mqtts:") || connection.server.starts_with("wss:")) options.set_ssl(tls_of(connection));
  return options;
}

Message message_of(const mqtt::message& came) {
  const auto& properties = came.get_properties();
  Message out;
  out.topic = came.get_topic();
  out.payload = came.get_payload_str();
  out.retained = came.is_retained();
  out.qos = came.get_qos();
  out.content_type = text(properties, mqtt::property::CONTENT_TYPE);
  out.response_topic = text(properties, mqtt::property::RESPONSE_TOPIC);
  out.correlation = text(properties, mqtt::property::CORRELATION_DATA);
  if (properties.contains(mqtt::property::MESSAGE_EXPIRY_INTERVAL))
    out.expiry = std::chrono::seconds(mqtt::get<std::uint32_t>(properties, mqtt::property::MESSAGE_EXPIRY_INTERVAL));
  for (std::size_t i = 0; i < properties.count(mqtt::property::USER_PROPERTY); ++i) {
    auto [name, value] = mqtt::get<mqtt::string_pair>(properties, mqtt::property::USER_PROPERTY, i);
    out.properties.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

Welcome welcome_of(const mqtt::token& connect) {
  const auto response = connect.get_connect_response();
  const auto& properties = response.get_properties();
  Welcome out;
  if (properties.contains(mqtt::property::RECEIVE_MAXIMUM))
    out.receive_maximum = mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
  if (properties.contains(mqtt::property::MAXIMUM_PACKET_SIZE))
    out.maximum_packet = mqtt::get<std::uint32_t>(properties, mqtt::property::MAXIMUM_PACKET_SIZE);
  if (properties.contains(mqtt::property::RETAIN_AVAILABLE))
    out.retains = mqtt::get<std::uint8_t>(properties, mqtt::property::RETAIN_AVAILABLE) != 0;
  if (properties.contains(mqtt::property::MAXIMUM_QOS))
    out.maximum_qos = mqtt::get<std::uint8_t>(properties, mqtt::property::MAXIMUM_QOS);
  return out;
}

int worst_reason(const mqtt::token& subscribe) {
  if (subscribe.get_reason_code() >= refused_from) return subscribe.get_reason_code();  // what follows would throw
  const auto response = subscribe.get_subscribe_response();
  const auto& reasons = response.get_reason_codes();
  return reasons.empty() ? 0 : static_cast<int>(*std::ranges::max_element(reasons));
}

int failure_of(const mqtt::token& token) {
  const int reason = token.get_reason_code();
  return reason >= refused_from && reason != mqtt::ReasonCode::MQTTPP_V3_CODE ? reason : token.get_return_code();
}

std::string words_of(const mqtt::token& connect) {
  try {
    (void)connect.get_connect_response();  // the only way to the words
    return {};
  } catch (const mqtt::exception& failure) {
    return failure.get_message();
  }
}

std::string words_5(int reason) {
  const auto known = mqtt::exception::reason_code_str(reason);
  return (known.empty() ? "reason" : known) + " (" + std::to_string(reason) + ")";
}

std::string words_311(int answer) {
  constexpr std::array known{"accepted",           "unacceptable protocol version", "client id rejected",
                             "server unavailable", "bad user name or password",     "not authorized"};
  return answer < static_cast<int>(known.size()) ? known[static_cast<std::size_t>(answer)] : "answer " + std::to_string(answer);
}

std::string words_of_paho(int failure) {
  const auto known = mqtt::exception::error_str(failure);
  return known.empty() ? "error " + std::to_string(failure) : known;
}

}  // namespace kuzet::link
