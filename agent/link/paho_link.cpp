// SPDX-License-Identifier: Apache-2.0
// The link by Eclipse Paho: the only file that knows it. Its callbacks only post; no call into Paho is made from them.
#include "agent/link/link.hpp"

#include <mqtt/async_client.h>

#include <cstdint>
#include <utility>

namespace kuzet::link {

namespace {

constexpr int accepted_below = 0x80;

std::uint32_t property(const mqtt::properties& all, mqtt::property::code code, std::uint32_t otherwise) {
  if (!all.contains(code)) return otherwise;
  return code == mqtt::property::RECEIVE_MAXIMUM ? mqtt::get<std::uint16_t>(all, code) : mqtt::get<std::uint32_t>(all, code);
}

mqtt::message_ptr made(const Message& message) {
  auto out = mqtt::make_message(message.topic, message.payload, 1, message.retained);
  mqtt::properties properties;
  if (!message.content_type.empty()) properties.add({mqtt::property::CONTENT_TYPE, message.content_type});
  for (const auto& [name, value] : message.properties) properties.add({mqtt::property::USER_PROPERTY, name, value});
  out->set_properties(std::move(properties));
  return out;
}

mqtt::connect_options options_of(const Connection& connection) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  options.set_keep_alive_interval(connection.keep_alive);
  options.set_connect_timeout(connection.timeout);
  options.set_max_inflight(65535);  // we count the window ourselves
  options.set_automatic_reconnect(false);
  if (!connection.username.empty()) options.set_user_name(connection.username);
  if (!connection.password.empty()) options.set_password(connection.password);
  if (!connection.will.topic.empty()) options.set_will_message(made(connection.will));
  if (connection.server.starts_with("mqtts:") || connection.server.starts_with("wss:")) {
    mqtt::ssl_options tls;
    if (!connection.ca.empty()) tls.set_trust_store(connection.ca);
    if (!connection.certificate.empty()) tls.set_key_store(connection.certificate);
    if (!connection.key.empty()) tls.set_private_key(connection.key);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);  // the host name; off by default
    options.set_ssl(tls);
  }
  return options;
}

void* context_of(std::uint64_t number) {
  static_assert(sizeof(void*) <= sizeof(std::uint64_t));
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(number));
}

/// One connection: a client of its own, so that nothing of an older one can reach a newer one.
class Session final : public mqtt::callback, public mqtt::iaction_listener {
 public:
  using Home = std::function<void(std::function<void(Events&)>)>;

  Session(const Connection& connection, Home home)
      : home_(std::move(home)),
        client_(connection.server, connection.client_id, mqtt::create_options(MQTTVERSION_5, 0), nullptr) {
    client_.set_callback(*this);
    client_.connect(options_of(connection), nullptr, *this);
  }

  void publish(std::uint64_t number, const Message& message) { client_.publish(made(message), context_of(number), *this); }
  void disconnect(std::chrono::milliseconds wait) {
    if (client_.is_connected()) client_.disconnect(static_cast<int>(wait.count()))->wait_for(wait);
  }

 private:
  void on_success(const mqtt::token& token) override {
    if (token.get_type() == mqtt::token::Type::CONNECT) return welcome(token.get_connect_response());
    if (token.get_type() == mqtt::token::Type::PUBLISH) answer(token);
  }
  void on_failure(const mqtt::token& token) override {
    if (token.get_type() == mqtt::token::Type::CONNECT) return lose(why(token));
    // Without a reason from the broker the message just was not answered: the loss of the connection is told by itself.
    if (token.get_type() == mqtt::token::Type::PUBLISH && static_cast<int>(token.get_reason_code()) >= accepted_below)
      answer(token);
  }
  void connection_lost(const std::string& cause) override { lose(cause.empty() ? "connection lost" : cause); }

  void welcome(const mqtt::connect_response& response) {
    const Welcome welcome{property(response.get_properties(), mqtt::property::RECEIVE_MAXIMUM, 65535),
                          property(response.get_properties(), mqtt::property::MAXIMUM_PACKET_SIZE, 0)};
    home_([welcome](Events& events) { events.connected(welcome); });
  }
  void answer(const mqtt::token& token) {
    const auto number = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
    const int reason = static_cast<int>(token.get_reason_code());
    home_([number, reason](Events& events) { events.answered(number, reason); });
  }
  void lose(const std::string& cause) {
    home_([cause](Events& events) { events.lost({Code::io, cause}); });
  }
  static std::string why(const mqtt::token& token) {
    const int reason = static_cast<int>(token.get_reason_code());
    if (reason >= accepted_below)
      return std::string("the broker refused the connection: ") + MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(reason));
    return "cannot connect: " + mqtt::exception::error_str(token.get_return_code());
  }

  Home home_;
  mqtt::async_client client_;
};

class PahoLink final : public Link {
 public:
  PahoLink(Events events, std::function<void(std::function<void()>)> home)
      : events_(std::move(events)), home_(std::move(home)) {}

  void connect(const Connection& connection) override {
    drop();
    const auto generation = *current_;
    try {
      session_ = std::make_unique<Session>(connection, [this, generation](std::function<void(Events&)> tell) {
        home_([this, current = current_, generation, tell = std::move(tell)] {
          if (*current == generation) tell(events_);
        });
      });
    } catch (const mqtt::exception& refused) {
      home_([this, current = current_, generation, what = std::string(refused.what())] {
        if (*current == generation) events_.lost({Code::io, what});
      });
    }
  }

  Result<> publish(std::uint64_t number, const Message& message) override {
    if (!session_) return Error{Code::io, "not connected"};
    try {
      session_->publish(number, message);
      return {};
    } catch (const mqtt::exception& refused) {
      return Error{Code::io, refused.what()};
    }
  }

  void disconnect(std::chrono::milliseconds wait) override {
    if (!session_) return;
    try {
      session_->disconnect(wait);
    } catch (const mqtt::exception&) {
      // It was lost in the same moment: the broker will say so by the will.
    }
    drop();
  }

  void drop() override {
    ++*current_;  // whatever is still on its way home from the old session is void
    session_.reset();
  }

  ~PahoLink() override { drop(); }

 private:
  Events events_;
  std::function<void(std::function<void()>)> home_;
  std::shared_ptr<std::uint64_t> current_ = std::make_shared<std::uint64_t>(0);  // outlives this link in posted functions
  std::unique_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<Link> make_paho_link(Events events, std::function<void(std::function<void()>)> home) {
  return std::make_unique<PahoLink>(std::move(events), std::move(home));
}

}  // namespace kuzet::link
