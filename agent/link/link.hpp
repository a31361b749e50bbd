// SPDX-License-Identifier: Apache-2.0
// MQTT as we need it: one connection, messages that are acknowledged one by one, and every event told at home.
#pragma once

#include "agent/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kuzet::link {

struct Message {
  std::string topic;
  std::string payload;
  bool retained = false;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> properties;  ///< MQTT 5 user properties
};

struct Connection {
  std::string server;  ///< mqtt://, mqtts://, ws:// or wss://, host and port
  std::string client_id;
  std::string username;
  std::string password;
  std::string ca;           ///< file with the authorities that are trusted; empty: the system's
  std::string certificate;  ///< file of the client's own certificate; empty: none
  std::string key;          ///< file of its private key
  std::chrono::seconds keep_alive{20};
  std::chrono::seconds timeout{10};
  Message will;  ///< what the broker says when we vanish; QoS 1
};

/// What the broker allows.
struct Welcome {
  std::uint32_t receive_maximum = 65535;  ///< unacknowledged messages at once
  std::uint32_t maximum_packet = 0;       ///< bytes; 0: no limit
};

/// What the link tells. All of it comes at home (on the asker's thread), never from within a call into the link, and never
/// about a connection that was given up before.
struct Events {
  std::function<void(const Welcome&)> connected;
  std::function<void(const Error&)> lost;  ///< a connect failed, or the connection ended; nothing more comes of it
  /// The broker answered the message with this number: reason below 0x80: it has it; otherwise it refused it (MQTT 5, 3.4.2.1).
  std::function<void(std::uint64_t number, int reason)> answered;
};

/// One connection at a time. It neither reconnects nor stores nor queues: whoever uses it decides. One thread.
class Link {
 public:
  virtual ~Link() = default;
  /// Begins a new connection, giving up an older one; `connected` or `lost` follows.
  virtual void connect(const Connection& connection) = 0;
  /// Sends with QoS 1; `answered` follows with the same number, or the connection is lost. `io` when nothing could be sent.
  virtual Result<> publish(std::uint64_t number, const Message& message) = 0;
  /// Ends the connection in good order (the broker does not send the will), waiting for at most `wait`.
  virtual void disconnect(std::chrono::milliseconds wait) = 0;
  /// Gives the connection up without a word: the broker sends the will.
  virtual void drop() = 0;
};

/// MQTT 5 by Eclipse Paho C++, without its persistence, its offline buffer and its reconnecting. `home` runs a function on the
/// user's thread (an executor's post) and may be called from any thread.
std::unique_ptr<Link> make_paho_link(Events events, std::function<void(std::function<void()>)> home);

}  // namespace kuzet::link
