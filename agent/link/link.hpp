// SPDX-License-Identifier: Apache-2.0
// MQTT as we need it: one connection, messages that are acknowledged one by one, and every event told at home.
#pragma once

#include "agent/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kuzet::link {

enum class Version { v5, v311 };
std::string_view name(Version version);  ///< "5", "3.1.1"

struct Message {
  std::string topic;
  std::string payload;
  bool retained = false;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>>
      properties;                              ///< user properties (MQTT 5; dropped in 3.1.1, as are those below)
  int qos = 1;                                 ///< 0: nobody acknowledges it
  std::optional<std::chrono::seconds> expiry;  ///< the broker may drop it after this long
  std::string response_topic;
  std::string correlation;  ///< opaque bytes
};

struct Connection {
  Version version = Version::v5;
  /// mqtt://, mqtts://, ws:// or wss://, host and port. With TLS the certificate must be for this host: a name is looked for
  /// among the certificate's DNS names, an address among its IP addresses.
  std::string server;
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
  bool retains = true;                    ///< it keeps the last message of a topic for who comes later
  int maximum_qos = 2;                    ///< below 1 nothing is acknowledged
};

/// Why there is no connection (any more).
struct Loss {
  std::string why;
  bool version_refused = false;  ///< the broker said, or by hanging up at once made likely, that it does not speak this version
};

/// What the link tells. All of it comes at home (on the asker's thread), never from within a call into the link, and never
/// about a connection that was given up before.
struct Events {
  std::function<void(const Welcome&)> connected;
  std::function<void(const Loss&)> lost;  ///< a connect failed, or the connection ended; nothing more comes of it
  /// The broker answered the message or the subscription with this number: reason below 0x80: it has it; otherwise it refused
  /// it (MQTT 5, 3.4.2.1 and 3.9.3; in 3.1.1 a refused subscription is 0x80 and a refused message looks like an accepted one).
  std::function<void(std::uint64_t number, int reason)> answered;
  std::function<void(const Message&)> arrived;  ///< `retained`: the broker had kept it
  /// Asked on a thread of the link, and must not wait: whether a message may be brought home, so that a flood does not pile up
  /// there. Not set: all of them. What is sent away is acknowledged all the same.
  std::function<bool(const Message&)> admits = {};
};

/// One connection at a time. It neither reconnects nor stores nor queues: whoever uses it decides. One thread.
class Link {
 public:
  virtual ~Link() = default;
  /// Begins a new connection, giving up an older one; `connected` or `lost` follows. Files that cannot be read, and
  /// certificates that cannot be used, are a loss that names them.
  virtual void connect(const Connection& connection) = 0;
  /// Sends; with QoS 1 `answered` follows with the same number, or the connection is lost. `io` when nothing could be sent.
  virtual Result<> publish(std::uint64_t number, const Message& message) = 0;
  /// Subscribes with QoS 1 (in 3.1.1 with 0: what is lost is said again); `answered` follows with the worst reason of the
  /// filters. `arrived` may come before it.
  virtual Result<> subscribe(std::uint64_t number, const std::vector<std::string>& filters) = 0;
  /// Ends the connection in good order (the broker does not send the will), waiting for at most `wait`.
  virtual void disconnect(std::chrono::milliseconds wait) = 0;
  /// Gives the connection up, and returns at once: the will is published, as a message of our own. Destruction does the same,
  /// and may take two seconds.
  virtual void drop() = 0;
  /// Since when the library has not come back from a call; nothing where none is under way.
  [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> busy_since() const { return std::nullopt; }
};

/// By Eclipse Paho's C++ library, without its persistence, its offline buffer and its reconnecting. `home` runs a function on
/// the user's thread (an executor's post) and may be called from any thread.
std::unique_ptr<Link> make_paho_link(Events events, std::function<void(std::function<void()>)> home);

}  // namespace kuzet::link
