// SPDX-License-Identifier: Apache-2.0
// Our words in Paho's, and Paho's in ours.
#pragma once

#include "agent/link/link.hpp"

#include <MQTTAsync.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kuzet::link {

/// Paho takes what it does not change as something to change.
inline char* paho_text(const std::string& string) { return const_cast<char*>(string.data()); }

/// MQTT 5's properties of a message; none in 3.1.1.
class Properties {
 public:
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
  ~Properties() { MQTTProperties_free(&all_); }
  void add(const Message& message);
  MQTTProperties* get() { return &all_; }

 private:
  void add(MQTTPropertyCodes code, const std::string& value, const std::string& second = {});
  void add(std::chrono::seconds expiry);

  MQTTProperties all_ = MQTTProperties_initializer;
};

/// What a connect asks of Paho; it holds all that the options point to, but for the connection.
class Options {
 public:
  Options(const Connection& connection, void* context);
  MQTTAsync_connectOptions* operator->() { return &options_; }
  MQTTAsync_connectOptions* get() { return &options_; }

 private:
  void set_will();
  void set_tls();

  const Connection& connection_;
  MQTTAsync_connectOptions options_;
  MQTTAsync_willOptions will_ = MQTTAsync_willOptions_initializer;
  MQTTAsync_SSLOptions tls_ = MQTTAsync_SSLOptions_initializer;
  Properties properties_;
};

/// How Paho tells of a failure, whatever the version.
struct Failure {
  int code = 0;  ///< negative: Paho's; otherwise the broker's
  std::string_view words;
};
Failure failure_of(const MQTTAsync_failureData* data);
Failure failure_of(const MQTTAsync_failureData5* data);

Message message_of(std::string topic, MQTTAsync_message& came);
Welcome welcome_of(MQTTProperties& properties);

std::string words_5(int reason);    ///< a reason of MQTT 5
std::string words_311(int answer);  ///< an answer to CONNECT in 3.1.1
std::string words_of_paho(int code);

}  // namespace kuzet::link
