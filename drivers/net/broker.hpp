// SPDX-License-Identifier: Apache-2.0
// One connection to an MQTT broker as a line of sensors or outputs: its settings, and its life on the line's thread.
#pragma once

#include "agent/link/version_choice.hpp"
#include "drivers/line.hpp"
#include "drivers/net/inbox.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kuzet::drivers::net {

/// Whom to speak to, and as whom.
struct BrokerSettings {
  std::string server, username, password_file, ca, certificate, key, client_id;
  Duration keep_alive = std::chrono::seconds(20);
};

/// Adds the settings of a broker to a schema of T, which derives from BrokerSettings.
template <class T>
void add_broker_fields(Schema<T>& schema) {
  namespace s = settings;
  schema.add(
      s::required(s::text<T>("server", &T::server, "The broker: mqtt:// or mqtts:// (TLS), ws:// or wss://, host and port.")));
  schema.add(s::text<T>("username", &T::username, "Name at the broker; empty: none."));
  schema.add(s::text<T>("password_file", &T::password_file, "File whose first line is the password."));
  schema.add(s::text<T>("ca", &T::ca, "File with the authorities that are trusted; empty: the system's."));
  schema.add(s::text<T>("certificate", &T::certificate, "File of a client certificate, for brokers that want one."));
  schema.add(s::text<T>("key", &T::key, "File of its private key."));
  schema.add(s::text<T>("client_id", &T::client_id,
                        "Name of the connection; empty: a random one. Two connections with one name end each other for ever."));
  schema.add(s::duration<T>("keep_alive", &T::keep_alive, {std::chrono::seconds(2), std::chrono::minutes(10)},
                            "A broker that says nothing for half as long again is taken for dead."));
}

/// What is wrong with the settings of a broker.
void check_broker(const BrokerSettings& settings, const Node& entry, const std::string& key, Faults& faults);
/// Devices whose settings of the broker are the same share one connection.
std::string line_of(const BrokerSettings& settings);

/// A topic that can be published to; a filter that can be subscribed to. What is wrong with it otherwise.
std::optional<std::string> topic_fault(const std::string& topic);
std::optional<std::string> filter_fault(const std::string& filter);
/// MQTT 5, section 4.7.
bool matches(std::string_view filter, std::string_view topic);

/// A line that is one connection. It is kept over attempts; the agent backs off between them.
class BrokerLine : public Line {
 public:
  BrokerLine(BrokerSettings settings, link::Message will, const Clock& clock);
  Result<> work(LineEvents& events, std::stop_token stop) final;

 protected:
  // For the derived line; all on the line's thread, between connected() and the next one.
  virtual void connected() = 0;
  virtual void answered(std::uint64_t number, int reason) = 0;
  virtual void arrived(const link::Message& message) = 0;
  /// Any thread of the link: see link::Events.
  virtual bool admits(const link::Message& message) = 0;
  /// Called at the moment it returned last, after each message, and at once after connected().
  virtual Steady tick(Steady now) = 0;

  /// The derived line has to call this when it is destroyed: until then the link asks it for `admits`.
  void hang_up() { link_.reset(); }
  /// Sends; `answered` follows with this number.
  std::uint64_t publish(const link::Message& message);
  std::uint64_t subscribe(const std::string& filter);
  /// Ends this attempt with this sentence.
  void give_up(const std::string& why);
  /// Any thread: tick() soon.
  void wake() {
    inbox_.post([] {});
  }
  /// Any thread: this is done soon on the line's.
  void bring(Inbox::Job job) { inbox_.post(std::move(job)); }
  [[nodiscard]] std::size_t waiting() const { return inbox_.size(); }
  [[nodiscard]] LineEvents& events() const { return *events_; }
  [[nodiscard]] Moment now() const { return clock_->now(); }

 private:
  [[nodiscard]] Result<> connect(Steady now);
  [[nodiscard]] Result<> serve(const std::stop_token& stop);
  [[nodiscard]] std::optional<Error> loss(Steady now);
  void leave();

  BrokerSettings settings_;
  link::Message will_;
  const Clock* clock_;
  std::string client_id_;
  link::VersionChoice version_{std::nullopt};
  Inbox inbox_;
  LineEvents* events_ = nullptr;
  std::uint64_t number_ = 0;
  bool up_ = false;
  std::optional<link::Loss> lost_;
  Steady attempt_{};  // when the next one may begin
  bool attempting_ = false;
  std::unique_ptr<link::Link> link_;  // last: it ends before what it tells to
};

}  // namespace kuzet::drivers::net
