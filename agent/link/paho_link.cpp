// SPDX-License-Identifier: Apache-2.0
// The link by Eclipse Paho: the only file that knows it. Its callbacks only post; no call into Paho is made from them, nor from
// the user's thread, which must never wait for the network.
#include "agent/link/link.hpp"

#include <mqtt/async_client.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
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

/// What the link leaves behind: functions on their way home and Paho's own threads hold on to it.
class Hub {
 public:
  using Home = std::function<void(std::function<void()>)>;
  using Tell = std::function<void(Events&)>;

  Hub(Events events, Home home) : events_(std::move(events)), home_(std::move(home)) {}

  /// Makes void whatever was said about earlier connections, and is still on its way home.
  std::uint64_t begin() { return ++current_; }
  [[nodiscard]] bool counts(std::uint64_t connection) const { return connection == current_; }
  /// After this nothing more is brought home.
  void close() {
    const std::lock_guard lock(mutex_);
    home_ = nullptr;
  }
  /// Any thread.
  static void tell(const std::shared_ptr<Hub>& hub, std::uint64_t connection, Tell what) {
    const std::lock_guard lock(hub->mutex_);
    if (!hub->home_) return;
    hub->home_([hub, connection, what = std::move(what)] {
      if (hub->counts(connection)) what(hub->events_);
    });
  }

 private:
  Events events_;
  std::mutex mutex_;
  Home home_;
  std::atomic<std::uint64_t> current_ = 0;
};

/// One connection: a client of its own, so that nothing of an older one can reach a newer one.
class Session final : public mqtt::callback, public mqtt::iaction_listener {
 public:
  using Home = std::function<void(Hub::Tell)>;

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

/// Calls into Paho, one after the other, on a thread of its own. One lock in Paho guards all its clients and is held while a
/// name is looked up: where no name server answers, every call, a destructor too, waits for half a minute.
class Caller {
 public:
  using Call = std::function<void(std::unique_ptr<Session>&)>;

  Caller() : thread_([shared = shared_] { work(*shared); }) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  /// Leaves a call behind that does not come to its end.
  ~Caller() {
    auto ended = shared_->ended.get_future();
    ask(nullptr);
    if (ended.wait_for(std::chrono::seconds(1)) == std::future_status::ready)
      thread_.join();
    else
      thread_.detach();
  }

  void ask(Call call) {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->calls.push_back(std::move(call));
    }
    shared_->came.notify_one();
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable came;
    std::deque<Call> calls;  // an empty one is the last
    std::promise<void> ended;
  };

  static void work(Shared& shared) {
    std::unique_ptr<Session> session;
    for (;;) {
      std::unique_lock lock(shared.mutex);
      shared.came.wait(lock, [&] { return !shared.calls.empty(); });
      const auto call = std::move(shared.calls.front());
      shared.calls.pop_front();
      lock.unlock();
      if (!call) break;
      call(session);
    }
    session.reset();
    shared.ended.set_value();
  }

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::thread thread_;
};

class PahoLink final : public Link {
 public:
  PahoLink(Events events, Hub::Home home) : hub_(std::make_shared<Hub>(std::move(events), std::move(home))) {}

  void connect(const Connection& connection) override {
    drop();
    open_ = true;
    number_ = hub_->begin();
    call([connection, hub = hub_, number = number_](std::unique_ptr<Session>& session) {
      session =
          std::make_unique<Session>(connection, [hub, number](Hub::Tell tell) { Hub::tell(hub, number, std::move(tell)); });
    });
  }

  Result<> publish(std::uint64_t number, const Message& message) override {
    if (!open_) return Error{Code::io, "not connected"};
    call([number, message](std::unique_ptr<Session>& session) {
      if (session) session->publish(number, message);
    });
    return {};
  }

  void disconnect(std::chrono::milliseconds wait) override {
    if (!open_) return;
    auto gone = std::make_shared<std::promise<void>>();
    auto done = gone->get_future();
    caller_.ask([wait, gone](std::unique_ptr<Session>& session) {
      try {
        if (session) session->disconnect(wait);
      } catch (const std::exception&) {
        // It was lost in the same moment: the broker will say so by the will.
      }
      gone->set_value();
    });
    (void)done.wait_for(wait);
    drop();
  }

  void drop() override {
    open_ = false;
    hub_->begin();
    caller_.ask([](std::unique_ptr<Session>& session) { session.reset(); });
  }

  ~PahoLink() override { hub_->close(); }

 private:
  /// A call for the connection of now; its failure is the end of the connection.
  void call(Caller::Call what) {
    caller_.ask([hub = hub_, number = number_, what = std::move(what)](std::unique_ptr<Session>& session) {
      if (!hub->counts(number)) return;
      try {
        what(session);
      } catch (const std::exception& refused) {
        Hub::tell(hub, number, [why = std::string(refused.what())](Events& events) { events.lost({Code::io, why}); });
      }
    });
  }

  std::shared_ptr<Hub> hub_;
  Caller caller_;
  std::uint64_t number_ = 0;  // of the connection of now
  bool open_ = false;
};

}  // namespace

std::unique_ptr<Link> make_paho_link(Events events, std::function<void(std::function<void()>)> home) {
  return std::make_unique<PahoLink>(std::move(events), std::move(home));
}

}  // namespace kuzet::link
